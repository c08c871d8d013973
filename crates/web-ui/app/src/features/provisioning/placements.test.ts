import { describe, expect, it } from "vitest";
import type { PlacementView } from "../../api/types";
import { condition, outcome } from "./placements";

const RULE: PlacementView = {
  id: "1",
  name: "plugs",
  models: [],
  ssid: null,
  subnet: null,
  location: null,
  group: null,
  profile: null,
};

describe("a rule in words", () => {
  it("says which devices it is about (L11)", () => {
    expect(condition(RULE)).toBe("every model");
    expect(condition({ ...RULE, models: ["A", "B"], ssid: "iot", subnet: "10.0.0.0/8" })).toBe(
      "A, B in iot at 10.0.0.0/8",
    );
  });
  it("says where it puts them, also when that is gone", () => {
    expect(outcome({ ...RULE, location: "hall", profile: "plugs" })).toBe("location hall, profile plugs");
    expect(outcome(RULE)).toContain("nowhere");
  });
});
