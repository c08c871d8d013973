// Which devices are shown and in which order. Works on the whole fleet in memory, so typing is answered at once.
import type { DeviceState, DeviceView } from "../../api/types";

export const SORTS = ["name", "state", "power", "signal", "address", "firmware", "drift"] as const;
export type Sort = (typeof SORTS)[number];

export interface DeviceFilter {
  q?: string;
  state?: DeviceState | "trouble";
  group?: string;
  gen?: number;
  drifted?: true;
  update?: true;
  restart?: true;
  sort?: Sort;
  desc?: true;
}

/** What a control of the filter needs: the filter, how to change it, and the devices it chooses from. */
export interface FilterProps {
  filter: DeviceFilter;
  setFilter: (change: Partial<Record<keyof DeviceFilter, unknown>>) => void;
  devices: DeviceView[];
}

const STATES = [
  "online",
  "offline",
  "asleep",
  "unauthorized",
  "wrong_device",
  "locked_out",
  "trouble",
] as const;

/** Reads the filter from the address; what makes no sense is left out. */
export function readDeviceFilter(search: Record<string, unknown>): DeviceFilter {
  const filter: DeviceFilter = {};
  if (search.q != null && String(search.q) !== "") filter.q = String(search.q);
  const state = STATES.find((known) => known === search.state);
  if (state) filter.state = state;
  if (search.group != null && String(search.group) !== "") filter.group = String(search.group);
  const gen = Number(search.gen);
  if (Number.isInteger(gen) && gen > 0) filter.gen = gen;
  if (search.drifted === true) filter.drifted = true;
  if (search.update === true) filter.update = true;
  if (search.restart === true) filter.restart = true;
  const sort = SORTS.find((known) => known === search.sort && known !== "name");
  if (sort) filter.sort = sort;
  if (search.desc === true) filter.desc = true;
  return filter;
}

export function isFiltered(filter: DeviceFilter): boolean {
  return Boolean(
    filter.q ||
      filter.state ||
      filter.group ||
      filter.gen ||
      filter.drifted ||
      filter.update ||
      filter.restart,
  );
}

const haystacks = new WeakMap<DeviceView, string>();

function haystack(device: DeviceView): string {
  let text = haystacks.get(device);
  if (text === undefined) {
    text = [
      device.name,
      device.product,
      device.model,
      device.address,
      device.mac,
      device.mac.replace(/(..)(?=.)/g, "$1:"),
      device.firmware,
      ...device.groups,
      ...(device.tags ?? []),
    ]
      .join("\n")
      .toLowerCase();
    haystacks.set(device, text);
  }
  return text;
}

export function isTroubled(state: DeviceState): boolean {
  return state !== "online" && state !== "asleep";
}

/** Whether the text is more than words, so that only the manager knows which devices it means. */
export function isQuery(text: string): boolean {
  return (
    /[:=<>~"()*]|(^|\s)-\S|(^|\s)(AND|OR|NOT)(\s|$)/.test(text) &&
    !/^\s*([0-9a-f]{2}:){1,5}[0-9a-f]{0,2}\s*$/i.test(text)
  );
}

/** Every word must occur somewhere. */
export function matches(device: DeviceView, filter: DeviceFilter, words: string[]): boolean {
  if (filter.state === "trouble" ? !isTroubled(device.state) : filter.state && device.state !== filter.state)
    return false;
  if (filter.group && !device.groups.includes(filter.group)) return false;
  if (filter.gen && device.generation !== filter.gen) return false;
  if (filter.drifted && device.drift.state !== "drifted") return false;
  if (filter.update && !device.update) return false;
  if (filter.restart && !device.restart_required) return false;
  return words.every((word) => haystack(device).includes(word));
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const STATE_RANK: Record<DeviceState, number> = {
  wrong_device: 0,
  locked_out: 1,
  unauthorized: 2,
  offline: 3,
  asleep: 4,
  online: 5,
};

/** A number to sort by, or a text; what is unknown comes last in either direction. */
function sortKey(device: DeviceView, sort: Sort): number | string | null {
  switch (sort) {
    case "name":
      return device.name;
    case "state":
      return STATE_RANK[device.state];
    case "power":
      return device.power_w ?? null;
    case "signal":
      return device.rssi_dbm ?? null;
    case "address":
      return device.address;
    case "firmware":
      return device.firmware;
    case "drift":
      return device.drift.state === "drifted" ? device.drift.count : null;
  }
}

/** The devices to show. `meant` holds those that the manager found for a query; without it the words are looked for here. */
export function selectDevices(
  devices: readonly DeviceView[],
  filter: DeviceFilter,
  meant?: ReadonlySet<string>,
): DeviceView[] {
  const words = meant ? [] : (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const sort = filter.sort ?? "name";
  const sign = filter.desc ? -1 : 1;
  const keyed = devices
    .filter((device) => (!meant || meant.has(device.mac)) && matches(device, filter, words))
    .map((device) => ({ device, key: sortKey(device, sort) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) {
      if (a.key !== b.key) return a.key === null ? 1 : -1;
    } else {
      const order =
        typeof a.key === "number" && typeof b.key === "number"
          ? a.key - b.key
          : byName.compare(String(a.key), String(b.key));
      if (order !== 0) return order * sign;
    }
    return byName.compare(a.device.name, b.device.name) || (a.device.mac < b.device.mac ? -1 : 1);
  });
  return keyed.map((entry) => entry.device);
}
