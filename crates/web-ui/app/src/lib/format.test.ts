import { describe, expect, it } from "vitest";
import {
  ago,
  bytes,
  componentTitle,
  energy,
  humanise,
  macText,
  plural,
  signalBars,
  span,
  splitPath,
  watts,
} from "./format";

describe("quantities", () => {
  it("rounds power to what matters", () => {
    expect(watts(0)).toBe("0 W");
    expect(watts(36.55)).toBe("36.6 W");
    expect(watts(-4.2)).toBe("-4.2 W");
    expect(watts(2431.6)).toBe("2,432 W");
    expect(watts(12_345)).toBe("12.3 kW");
  });

  it("chooses the unit of energy and memory", () => {
    expect(energy(12.34)).toBe("12.3 Wh");
    expect(energy(148_233)).toBe("148.23 kWh");
    expect(energy(8_422_113)).toBe("8.42 MWh");
    expect(bytes(512)).toBe("512 B");
    expect(bytes(122_344)).toBe("119 KiB");
  });

  it("counts in words", () => {
    expect(plural(1, "device")).toBe("1 device");
    expect(plural(5000, "device")).toBe("5,000 devices");
    expect(plural(2, "wish", "wishes")).toBe("2 wishes");
  });
});

describe("time", () => {
  it("tells a span in its two greatest units", () => {
    expect(span(0)).toBe("0 s");
    expect(span(59.4)).toBe("59 s");
    expect(span(150)).toBe("2 min");
    expect(span(3600)).toBe("1 h");
    expect(span(3600 * 27)).toBe("1 d 3 h");
  });

  it("tells how long ago", () => {
    const now = Date.parse("2026-11-24T12:00:00Z");
    expect(ago("2026-11-24T11:59:58Z", now)).toBe("just now");
    expect(ago("2026-11-24T11:56:00Z", now)).toBe("4 min ago");
    expect(ago("2026-11-21T11:00:00Z", now)).toBe("3 d ago");
    expect(ago("2026-11-24T14:00:00Z", now)).toBe("in 2 h");
    expect(ago("nonsense", now)).toBe("");
  });
});

describe("names", () => {
  it("makes words of fields and components", () => {
    expect(humanise("auto_off_delay")).toBe("Auto off delay");
    expect(humanise("sta.ssid")).toBe("Station SSID");
    expect(componentTitle("switch:0")).toBe("Switch 0");
    expect(componentTitle("wifi")).toBe("WiFi");
    expect(componentTitle("switch:*")).toBe("Switch (all)");
  });

  it("splits a path at its first dot", () => {
    expect(splitPath("wifi.sta.ssid")).toEqual({ component: "wifi", field: "sta.ssid" });
    expect(splitPath("switch:0.name")).toEqual({ component: "switch:0", field: "name" });
  });

  it("writes a MAC as people read it", () => {
    expect(macText("C45BBE6A1122")).toBe("C4:5B:BE:6A:11:22");
  });

  it("draws more bars for a better signal", () => {
    expect([-50, -60, -70, -80, -95].map(signalBars)).toEqual([4, 3, 2, 1, 0]);
  });
});
