// Scripts, stored values and so on, out of the settings of a device.
import type { SettingView } from "../../api/types";
import { splitPath } from "../../lib/format";

const TITLES: Record<string, string> = {
  scripts: "Scripts",
  kvs: "Stored values",
  schedules: "Schedule",
  webhooks: "Webhooks",
  actions: "Actions",
  virtuals: "Virtual components",
};

/** Components whose settings are those of things that an owner makes on a device. */
export const RESOURCE_KINDS = new Set(Object.keys(TITLES));

export interface Resource {
  /** As it is written in paths. */
  key: string;
  name: string;
  drifted: boolean;
  /** Who wishes something of it; nothing when it is the device's own. */
  origin: string | null;
  /** What it is, in a few words. */
  state: string[];
  settings: SettingView[];
}

/** The name that a word of a path stands for. */
export function shownName(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** A name as a word of a path: what a path cannot hold becomes `%` and two digits for each byte. */
export function encodeName(name: string): string {
  return encodeURIComponent(name)
    .replace(/%3A/g, ":")
    .replace(
      /[.!~*'()]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}

export function resourcesOf(settings: SettingView[]): { kind: string; title: string; all: Resource[] }[] {
  const kinds = new Map<string, Map<string, Resource>>();
  for (const setting of settings) {
    const { component, field } = splitPath(setting.path);
    if (!RESOURCE_KINDS.has(component)) continue;
    const of = kinds.get(component) ?? new Map<string, Resource>();
    kinds.set(component, of);
    const { component: key, field: part } = splitPath(field);
    // What says who owns the kind has no name.
    if (key === field) continue;
    const known = of.get(key) ?? {
      key,
      name: shownName(key),
      drifted: false,
      origin: null,
      state: [],
      settings: [],
    };
    of.set(key, known);
    known.drifted ||= setting.drifted;
    known.origin ??= setting.origin ?? null;
    const state = stateOf(part, setting.observed);
    if (state) known.state.push(state);
    known.settings.push(setting);
  }
  return [...kinds].map(([kind, of]) => ({ kind, title: TITLES[kind] ?? kind, all: [...of.values()] }));
}

function stateOf(part: string, observed: unknown): string | null {
  switch (part) {
    case "running":
      return observed === true ? "running" : observed === false ? "stopped" : null;
    case "enable":
      return observed === false ? "not enabled" : null;
    case "hash":
      return typeof observed === "string" ? `version ${observed.slice(0, 8)}` : null;
    case "timespec":
    case "event":
    case "type":
      return typeof observed === "string" ? observed : null;
    default:
      return null;
  }
}
