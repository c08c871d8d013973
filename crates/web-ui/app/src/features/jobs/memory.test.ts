// K4: the numbers and the reason are told before something is switched on.
import { expect, test } from "vitest";
import type { MemoryFinding } from "../../api/types";
import { memoryText, size } from "./memory";

const finding: MemoryFinding = {
  path: "matter.enable",
  what: "matter",
  verdict: "tight",
  needs: 32_000,
  floor: 24_900,
  free: 65_716,
  least_free: 43_520,
  size: 249_588,
  beside: ["Bluetooth", "script watch"],
};

test("K4: a finding tells what is free, what is needed, and what may stop", () => {
  expect(memoryText(finding)).toBe(
    "Matter is reckoned to take 32 kB; 65 kB of 249 kB are free, once 43 kB; Bluetooth, script watch may stop",
  );
  expect(memoryText({ ...finding, verdict: "not_enough" })).toContain("24 kB have to stay free");
  expect(memoryText({ ...finding, verdict: "unknown", free: null })).toBe(
    "Matter is reckoned to take 32 kB; the device does not tell how much memory is free",
  );
  expect(
    memoryText({ ...finding, what: "script", needs: 4000, free: 5200, size: null, least_free: null }),
  ).toContain("5.2 kB are left for scripts");
});

test("small sizes keep a digit after the point", () => {
  expect([size(4050), size(9999), size(10_400)]).toEqual(["4.0 kB", "9.9 kB", "10 kB"]);
});
