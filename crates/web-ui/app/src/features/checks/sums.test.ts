import { expect, test } from "vitest";
import type { FindingView, RuleFindingsView, ScoreView } from "../../api/types";
import { average, endOfDay, open, settings } from "./sums";

const finding = (mac: string, fix: FindingView["fix"], waived = false): FindingView => ({
  mac,
  name: mac,
  message: "it is so",
  fix,
  waiver: waived ? ({ id: "1", reason: "known" } as FindingView["waiver"]) : null,
});

test("what is let pass is not open", () => {
  const found = { devices: [finding("A", {}), finding("B", {}, true)] } as unknown as RuleFindingsView;
  expect(open(found).map((one) => one.mac)).toEqual(["A"]);
});

test("the mean is a whole number, and full without devices", () => {
  const scores = [{ points: 70 }, { points: 75 }] as ScoreView[];
  expect(average(scores)).toBe(73);
  expect(average([])).toBe(100);
});

test("each setting is shown once for each value", () => {
  const server = (value: string) => ({ "sys.sntp.server": value });
  const devices = [finding("A", server("a")), finding("B", server("a")), finding("C", server("b"))];
  expect(settings(devices)).toEqual([
    { path: "sys.sntp.server", value: "a" },
    { path: "sys.sntp.server", value: "b" },
  ]);
});

test("a waiver ends with its last day", () => {
  const end = new Date(endOfDay("2026-12-31"));
  expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours()]).toEqual([2027, 0, 1, 0]);
});
