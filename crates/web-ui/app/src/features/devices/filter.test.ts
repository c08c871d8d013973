import { describe, expect, it } from "vitest";
import type { DeviceView } from "../../api/types";
import { isQuery, readDeviceFilter, selectDevices } from "./filter";
import { expectOutputs } from "./useCommand";

const device = (name: string, change: Partial<DeviceView> = {}): DeviceView => ({
  mac: "C45BBE6A1122",
  name,
  model: "SNSW-001P16EU",
  product: "Shelly Plus 1PM",
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
const names = (devices: DeviceView[]) => devices.map((one) => one.name);

describe("the device table", () => {
  const fleet = [
    device("Lamp 10", { power_w: 3 }),
    device("Lamp 2", { power_w: null, state: "offline" }),
    device("Pump", {
      power_w: 300,
      groups: ["Cellar"],
      drift: { state: "drifted", count: 2 },
      restart_required: true,
    }),
  ];

  it("sorts names as people count", () => {
    expect(names(selectDevices(fleet, {}))).toEqual(["Lamp 2", "Lamp 10", "Pump"]);
  });

  it("puts the unknown last in either direction", () => {
    expect(names(selectDevices(fleet, { sort: "power" }))).toEqual(["Lamp 10", "Pump", "Lamp 2"]);
    expect(names(selectDevices(fleet, { sort: "power", desc: true }))).toEqual(["Pump", "Lamp 10", "Lamp 2"]);
  });

  it("finds every word anywhere, and a MAC however it is written", () => {
    expect(names(selectDevices(fleet, { q: "plus LAMP" }))).toEqual(["Lamp 2", "Lamp 10"]);
    expect(names(selectDevices(fleet, { q: "cellar" }))).toEqual(["Pump"]);
    expect(selectDevices(fleet, { q: "c4:5b:be" })).toHaveLength(3);
    expect(selectDevices(fleet, { q: "c45bbe6a" })).toHaveLength(3);
  });

  it("leaves queries to the manager", () => {
    for (const text of ["gen:1", "fw<1.14", "-tag", "a OR b", '"a b"', "lamp*", "192.168.1.7:80"]) {
      expect(isQuery(text), text).toBe(true);
    }
    for (const text of ["lamp", "a-b", "kitchen or hall", "c4:5b:be", ""])
      expect(isQuery(text), text).toBe(false);
    const meant = new Set(["nobody"]);
    expect(selectDevices(fleet, { q: "gen:1" }, meant)).toHaveLength(0);
  });

  it("filters by state, group, drift and waiting restart", () => {
    expect(names(selectDevices(fleet, { state: "trouble" }))).toEqual(["Lamp 2"]);
    expect(names(selectDevices(fleet, { group: "Cellar" }))).toEqual(["Pump"]);
    expect(names(selectDevices(fleet, { drifted: true }))).toEqual(["Pump"]);
    expect(names(selectDevices(fleet, { restart: true }))).toEqual(["Pump"]);
  });

  it("reads only what makes sense from the address", () => {
    expect(
      readDeviceFilter({ q: 12, state: "lost", gen: "3", drifted: true, sort: "colour", desc: "yes" }),
    ).toEqual({
      q: "12",
      gen: 3,
      drifted: true,
    });
  });
});

describe("outputs after a command", () => {
  const outputs = [
    { component: "switch:0", on: false },
    { component: "switch:1", on: true },
  ];

  it("change only where the command went", () => {
    expect(expectOutputs(outputs, { command: "switch", id: 1, action: "toggle" })).toEqual([
      { component: "switch:0", on: false },
      { component: "switch:1", on: false },
    ]);
  });

  it("keep on and off when only the brightness changes", () => {
    const light = [{ component: "light:0", on: true, percent: 20 }];
    expect(expectOutputs(light, { command: "light", component: "light:0", brightness_percent: 80 })).toEqual([
      { component: "light:0", on: true, percent: 80 },
    ]);
  });
});
