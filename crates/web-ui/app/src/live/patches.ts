// How messages of the stream change what is kept: pure functions over the kept data.
import type { Fleet } from "../api/queries";
import type { DeviceDetail, DeviceView, EventView, ReadingView } from "../api/types";

/** Puts changed lines and readings into the fleet, keeping order and every untouched line identical. */
export function patchFleet(
  fleet: Fleet,
  changed: ReadonlyMap<string, DeviceView>,
  readings: ReadonlyMap<string, ReadingView> = new Map(),
): Fleet {
  if (changed.size === 0 && readings.size === 0) return fleet;
  const left = new Map(changed);
  const devices = fleet.devices.map((device) => {
    const next = left.get(device.mac) ?? device;
    left.delete(device.mac);
    const reading = readings.get(device.mac);
    return reading === undefined ? next : patchReading(next, reading);
  });
  // A line that is not there yet belongs to a new device, or to a page that is still on its way.
  if (fleet.complete) devices.push(...left.values());
  return { ...fleet, devices };
}

/** Puts what a reading says into the line of its device. */
export function patchReading<Line extends DeviceView>(line: Line, reading: ReadingView): Line {
  const { mac: _, last_seen_at, update, update_beta, rssi_dbm, power_w, outputs = [] } = reading;
  return { ...line, last_seen_at, update, update_beta, rssi_dbm, power_w, outputs };
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

/** What must be read again because of an event, as the first words of query keys. Unknown events change nothing. */
const STALE: Record<string, readonly string[]> = {
  device_seen: ["inbox", "system"],
  device_adopted: ["inbox", "system", "groups"],
  device_removed: ["fleet", "system", "groups", "drift"],
  device_state_changed: ["system"],
  config_changed: ["config", "history", "drift"],
  drift_found: ["drift", "config", "system"],
  drift_cleared: ["drift", "config", "system"],
  drift_waived: ["drift", "config"],
  drift_waiver_removed: ["drift", "config"],
  wish_changed: ["layers", "config", "drift"],
  variable_changed: ["variables", "config", "drift"],
  location_changed: ["locations", "layers", "config"],
  group_changed: ["groups", "layers", "config"],
  profile_changed: ["profiles", "layers", "config", "drift"],
  job_proposed: ["jobs"],
  job_approved: ["jobs", "job"],
  job_started: ["jobs", "job"],
  job_paused: ["jobs", "job"],
  job_unit_finished: ["jobs", "job", "config", "history"],
  job_finished: ["jobs", "job", "drift", "config", "history", "system"],
  scan_started: ["scans"],
  scan_finished: ["scans", "inbox", "system"],
  agent_changed: ["agents"],
  access_point_seen: ["access-points"],
  provisioning_changed: ["provisionings", "provisioning"],
  credentials_changed: ["credentials"],
  network_changed: ["networks"],
  token_created: ["tokens"],
  token_revoked: ["tokens"],
};

export function staleAfter(kind: string): readonly string[] {
  return STALE[kind] ?? [];
}
