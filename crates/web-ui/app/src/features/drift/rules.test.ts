import { expect, test } from "vitest";
import { emptyForm, formOf, rulesOf } from "./rules";

test("G3: a policy is the same after it was shown in the form", () => {
  const said = rulesOf({
    ...emptyForm,
    mode: "repair",
    windows: "mon,tue 22:00-04:00\nsat 10:00-12:00",
    ignore: "switch:*.name",
    tolerance: "switch:*.auto_off_delay=2.5",
  });
  if ("wrong" in said) throw new Error(said.wrong);
  expect(said.rules.windows).toEqual(["mon,tue 22:00-04:00", "sat 10:00-12:00"]);
  expect(said.rules.policy?.min_age_s).toBe(300);
  expect(said.rules.policy?.severities).toEqual(["info", "warning"]);
  expect(rulesOf(formOf(said.rules), said.rules)).toEqual(said);
});

test("G4: what could cut a device off is only meant when that is permitted", () => {
  const said = rulesOf({ ...emptyForm, isRisky: true });
  if ("wrong" in said) throw new Error(said.wrong);
  expect(said.rules.policy?.risky).toBe(true);
  expect(said.rules.policy?.severities).toContain("critical");
});

test("G4: what is no number is told", () => {
  for (const tolerance of [
    "switch:0.auto_off_delay",
    "=5",
    "switch:0.auto_off_delay=x",
    "switch:0.auto_off_delay=",
  ])
    expect("wrong" in rulesOf({ ...emptyForm, tolerance }), tolerance).toBe(true);
  expect("wrong" in rulesOf({ ...emptyForm, perHour: "many" })).toBe(true);
});
