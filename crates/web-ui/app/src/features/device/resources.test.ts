import { describe, expect, it } from "vitest";
import type { SettingView } from "../../api/types";
import { encodeName, resourcesOf, shownName } from "./resources";

function setting(
  path: string,
  observed: SettingView["observed"],
  more: Partial<SettingView> = {},
): SettingView {
  return {
    path,
    observed,
    overruled: [],
    drifted: false,
    sensitive: false,
    read_only: false,
    risk: "none",
    ...more,
  };
}

describe("resources of a device", () => {
  it("gathers the settings of each", () => {
    const kinds = resourcesOf([
      setting("switch:0.name", "Pump"),
      setting("kvs.price%2Elow.value", 7),
      setting("scripts.dry%20run.code", "let x = 1;\nlet y = 2;", { drifted: true }),
      setting("scripts.dry%20run.running", false, { origin: "group:pumps" }),
      setting("scripts.exclusive", undefined, { origin: "fleet" }),
    ]);
    expect(kinds.map(({ title }) => title)).toEqual(["Stored values", "Scripts"]);
    expect(kinds[0]?.all[0]?.name).toBe("price.low");
    const [script] = kinds[1]?.all ?? [];
    expect(script).toMatchObject({
      name: "dry run",
      drifted: true,
      origin: "group:pumps",
      state: ["stopped"],
    });
    expect(kinds[1]?.all).toHaveLength(1);
  });

  it("writes names as words of a path", () => {
    expect(encodeName("watch dog.js")).toBe("watch%20dog%2Ejs");
    expect(encodeName("switch-on:0")).toBe("switch-on:0");
    expect(shownName(encodeName("Tür (alt)!"))).toBe("Tür (alt)!");
  });

  it("shows a name that is no name as it is", () => {
    expect(shownName("100%")).toBe("100%");
  });
});
