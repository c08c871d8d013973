import { describe, expect, it } from "vitest";
import type { Fleet } from "../api/queries";
import type { DeviceDetail, DeviceView, EventView } from "../api/types";
import { patchDetail, patchEvents, patchFleet, patchReading, removeFromFleet, staleAfter } from "./patches";
import { readMessage } from "./stream";

const device = (mac: string, change: Partial<DeviceView> = {}): DeviceView => ({
  mac,
  name: mac,
  model: "SNSW-001P16EU",
  generation: 2,
  address: "10.0.0.1:80",
  firmware: "1.7.1",
  state: "online",
  groups: [],
  outputs: [],
  drift: { state: "unmanaged" },
  restart_required: false,
  auth_required: false,
  ...change,
});
const event = (seq: number): EventView => ({
  seq,
  at: "2026-11-24T12:00:00Z",
  kind: "k",
  message: "m",
  data: null,
});
const changed = (...devices: DeviceView[]) => new Map(devices.map((one) => [one.mac, one]));

describe("lines of the fleet", () => {
  const fleet: Fleet = { devices: [device("A"), device("B"), device("C")], complete: true };

  it("change in place, and only those that changed", () => {
    const next = patchFleet(fleet, changed(device("B", { power_w: 12 })));
    expect(next.devices.map((one) => one.mac)).toEqual(["A", "B", "C"]);
    expect(next.devices[1]?.power_w).toBe(12);
    expect(next.devices[0]).toBe(fleet.devices[0]);
    expect(next.devices[2]).toBe(fleet.devices[2]);
  });

  it("stay the same object when nothing changed", () => {
    expect(patchFleet(fleet, new Map())).toBe(fleet);
  });

  it("grow by a new device once all pages are there", () => {
    expect(patchFleet(fleet, changed(device("D"))).devices).toHaveLength(4);
    expect(patchFleet({ ...fleet, complete: false }, changed(device("D"))).devices).toHaveLength(3);
  });

  it("take the newest reading, which never makes a line", () => {
    const reading = { mac: "B", last_seen_at: "2026-11-24T12:00:00Z", power_w: 7 };
    const other = { ...reading, mac: "D" };
    const next = patchFleet(
      fleet,
      changed(device("B", { power_w: 12, state: "offline" })),
      new Map([
        ["B", reading],
        ["D", other],
      ]),
    );
    expect(next.devices.map((one) => one.mac)).toEqual(["A", "B", "C"]);
    expect(next.devices[1]).toMatchObject({
      power_w: 7,
      state: "offline",
      last_seen_at: reading.last_seen_at,
    });
    expect(next.devices[0]).toBe(fleet.devices[0]);
  });

  it("lose what the newest reading does not have", () => {
    const before = device("A", {
      update: "1.8.0",
      rssi_dbm: -60,
      outputs: [{ component: "switch:0", on: true }],
    });
    const next = patchReading(before, { mac: "A", last_seen_at: "2026-11-24T12:00:00Z" });
    expect([next.update, next.rssi_dbm, next.outputs]).toEqual([undefined, undefined, []]);
  });

  it("go when a device is removed", () => {
    expect(removeFromFleet(fleet, "B").devices.map((one) => one.mac)).toEqual(["A", "C"]);
  });
});

describe("an open device", () => {
  it("takes the new line and keeps its readings", () => {
    const detail = { ...device("A"), revision: 3, status: { components: {} } } as unknown as DeviceDetail;
    const next = patchDetail(detail, device("A", { state: "offline" }));
    expect(next.state).toBe("offline");
    expect(next.revision).toBe(3);
    expect(next.status).toBe(detail.status);
  });
});

describe("events", () => {
  it("come on top, newest first, each once", () => {
    const next = patchEvents([event(5), event(4)], [event(5), event(7), event(6), event(7)]);
    expect(next.map((one) => one.seq)).toEqual([7, 6, 5, 4]);
  });

  it("do not grow for ever", () => {
    expect(patchEvents([event(2), event(1)], [event(3)], 2).map((one) => one.seq)).toEqual([3, 2]);
  });

  it("say what must be read again", () => {
    expect(staleAfter("job_finished")).toContain("job");
    expect(staleAfter("drift_found")).toContain("drift");
    expect(staleAfter("device_adopted")).toContain("inbox");
    expect(staleAfter("scan_finished")).toContain("inbox");
    expect(staleAfter("something_new")).toEqual([]);
  });
});

describe("frames of the stream", () => {
  it("that cannot be understood do no harm", () => {
    expect(readMessage('{"type":"hello","seq":3}')).toEqual({ type: "hello", seq: 3 });
    for (const frame of ["", "{", "null", "3", '{"seq":3}', new ArrayBuffer(2)])
      expect(readMessage(frame)).toBeNull();
  });
});
