// A policy of repair as it stands in a form, and as the API takes it.
import type { RepairCause, RepairMode, RepairRulesView } from "../../api/types";

/** What the API takes for what nobody said. */
export const DEFAULTS = { minAgeMinutes: "5", perHour: "20", perDay: "3" } as const;

export const CAUSES: Record<RepairCause, string> = {
  device: "changed on the device",
  plan: "our job",
  firmware: "firmware update",
  wish: "new wish",
  unknown: "cause unknown",
};

export interface PolicyForm {
  mode: RepairMode;
  /** Also what could cut the device off or let in who should not. */
  isRisky: boolean;
  isCritical: boolean;
  isLoads: boolean;
  causes: ReadonlySet<RepairCause>;
  minAgeMinutes: string;
  perHour: string;
  perDay: string;
  windows: string;
  ignore: string;
  tolerance: string;
}

export const emptyForm: PolicyForm = {
  mode: "ask",
  isRisky: false,
  isCritical: false,
  isLoads: false,
  causes: new Set<RepairCause>(["plan", "device", "firmware"]),
  ...DEFAULTS,
  windows: "",
  ignore: "",
  tolerance: "",
};

const lines = (text: string) =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The form that shows a policy. */
export function formOf({ policy, windows }: RepairRulesView): PolicyForm {
  return {
    mode: policy?.mode ?? "off",
    isRisky: policy?.risky ?? false,
    isCritical: policy?.critical ?? false,
    isLoads: policy?.loads ?? false,
    causes: new Set(policy?.causes ?? emptyForm.causes),
    minAgeMinutes: policy?.min_age_s === undefined ? DEFAULTS.minAgeMinutes : String(policy.min_age_s / 60),
    perHour: String(policy?.devices_per_hour ?? DEFAULTS.perHour),
    perDay: String(policy?.repairs_per_day ?? DEFAULTS.perDay),
    windows: (windows ?? []).join("\n"),
    ignore: (policy?.ignore ?? []).join("\n"),
    tolerance: Object.entries(policy?.tolerance ?? {})
      .map(([path, by]) => `${path}=${by}`)
      .join("\n"),
  };
}

/** The rules that a form says, or what is wrong with it. The time zone stays as it was. */
export function rulesOf(
  form: PolicyForm,
  before?: RepairRulesView,
): { rules: RepairRulesView } | { wrong: string } {
  const numbers = [form.minAgeMinutes, form.perHour, form.perDay].map(Number);
  const [minAge = 0, perHour = 0, perDay = 0] = numbers;
  if (numbers.some((number) => !Number.isFinite(number) || number < 0))
    return { wrong: "Minutes and limits are numbers from 0." };
  const tolerance: Record<string, number> = {};
  for (const line of lines(form.tolerance)) {
    const at = line.lastIndexOf("=");
    const by = Number(line.slice(at + 1));
    if (at < 1 || line.slice(at + 1).trim() === "" || !Number.isFinite(by) || by < 0)
      return {
        wrong: `“${line}” is no tolerance: write a setting and a number, such as switch:*.auto_off_delay=5.`,
      };
    tolerance[line.slice(0, at).trim()] = by;
  }
  const severities = form.isRisky
    ? (["info", "warning", "critical"] as const)
    : (["info", "warning"] as const);
  return {
    rules: {
      policy: {
        mode: form.mode,
        severities: [...severities],
        causes: [...form.causes],
        min_age_s: Math.round(minAge * 60),
        devices_per_hour: Math.round(perHour),
        repairs_per_day: Math.round(perDay),
        risky: form.isRisky,
        critical: form.isCritical,
        loads: form.isLoads,
        ignore: lines(form.ignore),
        tolerance,
      },
      windows: form.windows
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
      zone: before?.zone ?? null,
    },
  };
}
