import { describe, expect, it } from "vitest";
import { readList } from "./list";
import { countdown } from "./states";

describe("a list of devices", () => {
  it("is read by its head line, whatever separates it (W56)", () => {
    const { devices, wrong } = readList(
      "MAC;Name;address\nA8:03:2A:B1:23:45;Hall;192.0.2.7/24\n\nB12346;;\n",
    );
    expect(wrong).toEqual([]);
    expect(devices).toEqual([
      { device: "A8032AB12345", name: "Hall", address: "192.0.2.7/24" },
      { device: "B12346" },
    ]);
  });

  it("needs no head line", () => {
    expect(readList("B12345, Hall\nB12346").devices).toEqual([
      { device: "B12345", name: "Hall" },
      { device: "B12346" },
    ]);
  });

  it("says what is wrong, line by line", () => {
    const { devices, wrong } = readList("device,nmae\nB12345,x\nnoise,y\nb12345,z");
    expect(devices).toHaveLength(1);
    expect(wrong).toHaveLength(3);
    expect(wrong[0]).toContain("nmae");
    expect(wrong[1]).toContain("Line 3");
    expect(wrong[2]).toContain("twice");
  });
});

describe("the setup window", () => {
  it("is counted down to the second and not below nothing (D7)", () => {
    const now = Date.parse("2026-01-01T12:00:00Z");
    expect(countdown("2026-01-01T12:14:05Z", now)).toBe("14:05");
    expect(countdown("2026-01-01T12:00:09Z", now)).toBe("0:09");
    expect(countdown("2026-01-01T11:00:00Z", now)).toBeNull();
  });
});
