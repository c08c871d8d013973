// How messages of the stream change what is kept: pure functions over the kept data.
import type { Fleet } from "../api/queries";
import type { DeviceDetail, DeviceView, EventView } from "../api/types";

/** Puts changed lines into the fleet, keeping order and every untouched line identical. */
export function patchFleet(fleet: Fleet, changed: ReadonlyMap<string, DeviceView>): Fleet {
  if (changed.size === 0) return fleet;
  const left = new Map(changed);
  const devices = fleet.devices.map((device) => {
    const next = left.get(device.mac);
    if (next === undefined) return device;
    left.delete(device.mac);
    return next;
  });
  // A line that is not there yet belongs to a new device, or to a page that is still on its way.
  if (fleet.complete) devices.push(...left.values());
  return { ...fleet, devices };
}

export function removeFromFleet(fleet: Fleet, mac: string): Fleet {
  return { ...fleet, devices: fleet.devices.filter((device) => device.mac !== mac) };
}

/** Puts the new line into the detail of the same device. The readings stay until they are read again. */
export function patchDetail(detail: DeviceDetail, device: DeviceView): DeviceDetail {
  return { ...detail, ...device };
}

/** Puts new events on top, without repeating one and without growing for ever. */
export function patchEvents(events: EventView[], incoming: EventView[], limit = 1000): EventView[] {
  const newest = events[0]?.seq ?? Number.NEGATIVE_INFINITY;
  const fresh = new Map<number, EventView>();
  for (const event of incoming) if (event.seq > newest) fresh.set(event.seq, event);
  if (fresh.size === 0) return events;
  const top = [...fresh.values()].sort((a, b) => b.seq - a.seq);
  return [...top, ...events].slice(0, limit);
}

/** What must be read again because of an event: the first words of query keys. */
export function staleAfter(kind: string): string[] {
  const stale = new Set<string>();
  if (/^(device_(adopted|found|sighted|ignored)|sighting|scan)/.test(kind)) {
    for (const key of ["inbox", "scans", "system"]) stale.add(key);
  }
  if (/^(drift|layer|wish|config|settings?|snapshot)/.test(kind)) {
    for (const key of ["drift", "config", "history", "layers", "system"]) stale.add(key);
  }
  if (/^(plan|unit|apply)/.test(kind)) {
    for (const key of ["plans", "plan", "drift", "config", "history"]) stale.add(key);
  }
  if (/^group/.test(kind)) for (const key of ["groups", "layers", "config"]) stale.add(key);
  if (/^credential/.test(kind)) stale.add("credentials");
  if (/^token/.test(kind)) stale.add("tokens");
  if (/^device_(removed|deleted|forgotten)/.test(kind))
    for (const key of ["fleet", "system", "groups"]) stale.add(key);
  if (/^device_(online|offline|state|lost|reached|unreachable|back|asleep|unauthorized)/.test(kind))
    stale.add("system");
  return [...stale];
}
