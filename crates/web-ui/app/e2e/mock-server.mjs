// A mock of the API for work on the interface alone. No part of any product; `DEVICES=5000 npm run mock`.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";

const PORT = Number(process.env.PORT ?? 8280);
const COUNT = Number(process.env.DEVICES ?? 24);
const CODE = "DEMO-2468";
const DIST = new URL("../dist/", import.meta.url).pathname;
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

let seed = 7;
const random = () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const now = () => new Date().toISOString();
let ids = 1;
const uuid = () => `01980000-0000-7000-8000-${String(ids++).padStart(12, "0")}`;

const MODELS = [
  {
    model: "SNSW-001P16EU",
    product: "Shelly Plus 1PM",
    generation: 2,
    fw: "1.7.1",
    parts: ["switch:0", "input:0"],
    meter: true,
  },
  {
    model: "SNSW-102P16EU",
    product: "Shelly Plus 2PM",
    generation: 2,
    fw: "1.7.1",
    parts: ["switch:0", "switch:1", "input:0", "input:1"],
    meter: true,
  },
  {
    model: "S3SW-002P16EU",
    product: "Shelly 2PM Gen3",
    generation: 3,
    fw: "1.6.2",
    parts: ["cover:0", "input:0", "input:1"],
    meter: true,
  },
  {
    model: "S3DM-0010WW",
    product: "Shelly Dimmer 0/1-10V PM Gen3",
    generation: 3,
    fw: "1.7.1",
    parts: ["light:0", "input:0"],
    meter: true,
  },
  {
    model: "SPSW-004PE16EU",
    product: "Shelly Pro 4PM",
    generation: 2,
    fw: "1.7.1",
    parts: ["switch:0", "switch:1", "switch:2", "switch:3", "input:0"],
    meter: true,
  },
  {
    model: "SNSN-0013A",
    product: "Shelly Plus H&T",
    generation: 2,
    fw: "1.5.1",
    parts: ["temperature:0", "humidity:0", "devicepower:0"],
    sleeps: true,
  },
  {
    model: "SHSW-25",
    product: "Shelly 2.5",
    generation: 1,
    fw: "20230913-112234/v1.14.0-gcb84623",
    parts: ["switch:0", "switch:1", "input:0"],
    meter: true,
  },
  {
    model: "SHPLG-S",
    product: "Shelly Plug S",
    generation: 1,
    fw: "20230913-113421/v1.14.0-gcb84623",
    parts: ["switch:0"],
    meter: true,
  },
  {
    model: "S4SW-001P16EU",
    product: "Shelly 1PM Gen4",
    generation: 4,
    fw: "1.7.4",
    parts: ["switch:0", "input:0"],
    meter: true,
  },
  {
    model: "SPEM-003CEBEU",
    product: "Shelly Pro 3EM",
    generation: 2,
    fw: "1.7.1",
    parts: ["em:0"],
    meter: true,
  },
  {
    model: "SHDM-2",
    product: "Shelly Dimmer 2",
    generation: 1,
    fw: "20230913-114150/v1.14.0-gcb84623",
    parts: ["light:0", "input:0"],
    meter: true,
  },
];
const ROOMS = [
  "Kitchen",
  "Hall",
  "Living room",
  "Bathroom",
  "Garage",
  "Bedroom",
  "Office",
  "Terrace",
  "Cellar",
  "Workshop",
  "Stairs",
  "Boiler room",
];
const THINGS = [
  "ceiling light",
  "window blinds",
  "socket",
  "fan",
  "heater",
  "lamp",
  "pump",
  "door light",
  "spots",
  "towel rail",
];
const groups = [
  { id: uuid(), name: "Ground floor", rank: 10, query: null, members: 0, by_hand: 0 },
  { id: uuid(), name: "Lights", rank: 5, query: null, members: 0, by_hand: 0 },
  { id: uuid(), name: "Blinds", rank: 5, query: null, members: 0, by_hand: 0 },
];

const locations = [
  { id: uuid(), name: "House", around: [], time_zone: "Europe/Vienna", has_own_time_zone: true, devices: 0 },
  {
    id: uuid(),
    name: "Hall",
    around: ["House"],
    time_zone: "Europe/Vienna",
    has_own_time_zone: false,
    devices: 0,
  },
];

const OFFLINE_REASONS = { offline: "power", unauthorized: "password", wrong_device: "address" };

function makeDevice(index) {
  const kind = MODELS[index % MODELS.length];
  const mac = (0xc45bbe000000 + index * 37 + 4096).toString(16).toUpperCase();
  const roll = random();
  let state = "online";
  let reason = null;
  if (kind.sleeps) {
    state = "asleep";
    reason = "sleeps between wakes; next expected within 2 h";
  } else if (roll > 0.965) {
    state = "offline";
    reason = "it has no power: nobody is at its address; 40 of 44 others answer";
  } else if (roll > 0.94) {
    state = "unauthorized";
    reason = "our password is refused: it answers and refuses our password";
  } else if (index === 16) {
    state = "wrong_device";
    reason = "it has another address: device C45BBE6A0099 answers at its address";
  }
  if (index === 9) {
    state = "offline";
    reason = "it has no power: nobody is at its address; 40 of 44 others answer";
  }
  const room = ROOMS[Math.floor(index / 2) % ROOMS.length];
  const thing =
    kind.parts[0] === "cover:0"
      ? "blinds"
      : kind.sleeps
        ? "climate"
        : kind.parts[0] === "em:0"
          ? "main meter"
          : pick(THINGS);
  const outputs = kind.parts
    .filter((part) => /^(switch|light|cover):/.test(part))
    .map((component) => {
      if (component.startsWith("cover"))
        return { component, on: null, percent: Math.floor(random() * 101), state: "stopped" };
      if (component.startsWith("light"))
        return { component, on: random() > 0.4, percent: Math.floor(20 + random() * 80), state: null };
      return { component, on: random() > 0.45, percent: null, state: null };
    });
  const lit = outputs.filter((output) => output.on).length;
  const memberOf = [];
  if (outputs.some((output) => output.component.startsWith("cover"))) memberOf.push("Blinds");
  if (outputs.some((output) => output.component.startsWith("light")) || index % 3 === 0)
    memberOf.push("Lights");
  if (["Kitchen", "Hall", "Living room"].includes(room)) memberOf.push("Ground floor");
  const driftRoll = random();
  return {
    mac,
    name: COUNT > 100 ? `${room} ${thing} ${index + 1}` : `${room} ${thing}`,
    model: kind.model,
    product: kind.product,
    generation: kind.generation,
    address: `192.168.${10 + Math.floor(index / 240)}.${10 + (index % 240)}:80`,
    firmware: kind.fw.includes("/") ? kind.fw.split("/")[1].replace(/^v|-.*$/g, "") : kind.fw,
    update: kind.fw === "1.6.2" || kind.fw === "1.5.1" ? "1.7.1" : null,
    update_beta: kind.fw === "1.7.1" ? "1.8.0-beta1" : null,
    state,
    state_reason: reason,
    offline_reason: OFFLINE_REASONS[state] ?? null,
    address_conflict: null,
    groups: memberOf,
    last_seen_at: ago(state === "online" ? random() * 20 : 3600 * (1 + random() * 40)),
    rssi_dbm: kind.model === "SPEM-003CEBEU" ? null : -45 - Math.floor(random() * 42),
    power_w: kind.meter
      ? kind.parts[0] === "em:0"
        ? 2431.6
        : Math.round(lit * (8 + random() * 160) * 10) / 10
      : null,
    outputs,
    drift:
      state === "unauthorized"
        ? { state: "unknown" }
        : driftRoll > 0.8
          ? { state: "drifted", count: 1 + Math.floor(random() * 3) }
          : driftRoll > 0.15
            ? { state: "in_sync" }
            : { state: "unmanaged" },
    restart_required: index === 4,
    auth_required: state === "unauthorized" || index % 5 === 0,
    _kind: kind,
  };
}

const devices = Array.from({ length: COUNT }, (_, index) => makeDevice(index));
devices.sort((a, b) => a.name.localeCompare(b.name));
for (const group of groups)
  group.members = devices.filter((device) => device.groups.includes(group.name)).length;
const view = ({ _kind, _poweredBy, ...device }) => device;
const find = (mac) => devices.find((device) => device.mac === mac);

function meterOf(device, output) {
  const on = output?.on !== false;
  const power = on ? (device.power_w ?? 0) / Math.max(1, device.outputs.filter((one) => one.on).length) : 0;
  return {
    power_w: power,
    voltage_v: 231.4,
    current_a: power / 231.4,
    power_factor: on ? 0.94 : null,
    frequency_hz: 50,
    energy_wh: 148_233.4,
    returned_energy_wh: null,
  };
}

function detail(device) {
  const components = {};
  for (const part of device._kind.parts) {
    const [kind] = part.split(":");
    const output = device.outputs.find((one) => one.component === part);
    if (kind === "switch")
      components[part] = {
        kind,
        reading: {
          output: output.on,
          source: "WS_in",
          meter: meterOf(device, output),
          temperature_c: 47.2,
          errors: device.restart_required && part === "switch:1" ? ["overpower"] : [],
        },
      };
    else if (kind === "light")
      components[part] = {
        kind,
        reading: {
          output: output.on,
          source: "button",
          brightness_percent: output.percent,
          rgb: null,
          white: null,
          color_temperature_k: null,
          meter: meterOf(device, output),
          errors: [],
        },
      };
    else if (kind === "cover")
      components[part] = {
        kind,
        reading: {
          state: output.state,
          position_percent: output.percent,
          source: "WS_in",
          meter: { ...meterOf(device, output), power_w: 0 },
          errors: [],
        },
      };
    else if (kind === "input")
      components[part] = { kind, reading: { on: random() > 0.5, percent: null, last_event: null } };
    else if (kind === "em") {
      const phase = (power) => ({
        power_w: power,
        voltage_v: 230 + random() * 4,
        current_a: power / 231,
        power_factor: 0.97,
        frequency_hz: 50,
      });
      components[part] = {
        kind: "energy_meter",
        reading: {
          phases: [phase(811.2), phase(604.9), phase(1015.5)],
          total: { power_w: 2431.6, energy_wh: 8_422_113, returned_energy_wh: 311_002 },
          neutral_current_a: 1.4,
        },
      };
    } else if (kind === "temperature") components[part] = { kind, reading: { celsius: 21.4 } };
    else if (kind === "humidity") components[part] = { kind, reading: { percent: 47.5 } };
    else if (kind === "devicepower")
      components[part] = {
        kind: "battery",
        reading: { percent: 83, voltage_v: 5.61, external_power: false },
      };
  }
  components.sys = {
    kind: "system",
    reading: {
      uptime_s: 912_344,
      clock_at: now(),
      restart_required: device.restart_required,
      ram_free_bytes: 122_344,
      ram_size_bytes: 263_984,
      fs_free_bytes: 114_688,
      fs_size_bytes: 458_752,
      config_revision: 17,
      update_stable: device.update,
      update_beta: device.update_beta,
      wakeup_period_s: device._kind.sleeps ? 7200 : null,
    },
  };
  components.wifi = {
    kind: "wifi",
    reading: {
      connected: true,
      ssid: "Home-IoT",
      ip: device.address.split(":")[0],
      rssi_dbm: device.rssi_dbm,
      bssid: "9c:05:d6:11:ab:40",
    },
  };
  components.cloud = { kind: "cloud", reading: { connected: false } };
  components.mqtt = { kind: "mqtt", reading: { connected: device.generation !== 1 } };
  if (device._kind.parts[0] === "switch:0" && device.generation > 1)
    components["script:1"] = { kind: "script", reading: { running: true, errors: [] } };
  return {
    ...view(device),
    host_name: `shelly-${device.mac.toLowerCase()}`,
    firmware_build: device._kind.fw.includes("/")
      ? device._kind.fw
      : `20251104-081630/${device._kind.fw}-g3c19a7e`,
    profile: device._kind.parts[0] === "cover:0" ? "cover" : device.outputs.length ? "switch" : null,
    label: device.name,
    first_seen_at: ago(86_400 * 41),
    adopted_at: ago(86_400 * 40),
    poll_interval_s: null,
    powered_by: device._poweredBy ?? null,
    revision: 3,
    status: { components },
    status_at: ago(4),
  };
}

const FACTS = [
  ["switch", "name", "Name of the relay.", { type: "text", max_length: 64 }, null, "none"],
  [
    "switch",
    "initial_state",
    "State of the output after power comes back.",
    { type: "choice", words: ["off", "on", "restore_last", "match_input"] },
    null,
    "load",
  ],
  ["switch", "auto_off", "Switch off by itself after a while.", { type: "bool" }, null, "load"],
  [
    "switch",
    "auto_off_delay",
    "Time until the output switches off by itself.",
    { type: "number", min: 0, max: 86400 },
    "seconds",
    "load",
  ],
  [
    "switch",
    "power_limit",
    "Power above which the output switches off.",
    { type: "number", min: 0, max: 2800 },
    "watts",
    "load",
  ],
  ["light", "name", "Name of the light.", { type: "text", max_length: 64 }, null, "none"],
  [
    "light",
    "initial_state",
    "State of the light after power comes back.",
    { type: "choice", words: ["off", "on", "restore_last"] },
    null,
    "load",
  ],
  [
    "light",
    "transition_duration",
    "Time a change of brightness takes.",
    { type: "number", min: 0.5, max: 5 },
    "seconds",
    "none",
  ],
  [
    "cover",
    "maxtime_open",
    "Longest time that opening takes.",
    { type: "number", min: 0.1, max: 300 },
    "seconds",
    "load",
  ],
  ["cover", "swap_inputs", "Swap the two inputs.", { type: "bool" }, null, "none"],
  [
    "input",
    "type",
    "What is wired to the input.",
    { type: "choice", words: ["switch", "button", "analog"] },
    null,
    "load",
  ],
  ["input", "invert", "Read the input the other way round.", { type: "bool" }, null, "load"],
  ["sys", "device.name", "Name the device gives itself.", { type: "text", max_length: 64 }, null, "none"],
  ["sys", "device.eco_mode", "Save power at the cost of slower answers.", { type: "bool" }, null, "none"],
  ["sys", "location.tz", "Time zone.", { type: "text", max_length: 64 }, null, "none"],
  ["sys", "sntp.server", "Time server.", { type: "text", max_length: 253 }, null, "none"],
  ["wifi", "sta.ssid", "Network the device joins.", { type: "text", max_length: 32 }, null, "connectivity"],
  ["wifi", "sta.pass", "Key of that network.", { type: "text", max_length: 63 }, null, "connectivity"],
  ["wifi", "sta.enable", "Join the network.", { type: "bool" }, null, "connectivity"],
  ["wifi", "ap.enable", "Keep the device's own access point open.", { type: "bool" }, null, "connectivity"],
  ["mqtt", "enable", "Connect to an MQTT broker.", { type: "bool" }, null, "integration"],
  ["mqtt", "server", "Broker as host:port.", { type: "text", max_length: 128 }, null, "integration"],
  [
    "mqtt",
    "topic_prefix",
    "First part of every topic.",
    { type: "text", max_length: 300 },
    null,
    "integration",
  ],
  ["cloud", "enable", "Connect to the vendor's cloud.", { type: "bool" }, null, "integration"],
  ["auth", "enable", "Ask for a password.", { type: "bool" }, null, "access"],
];
const OBSERVED = {
  "switch.name": "Ceiling",
  "switch.initial_state": "match_input",
  "switch.auto_off": false,
  "switch.auto_off_delay": 60,
  "switch.power_limit": 2800,
  "light.name": null,
  "light.initial_state": "restore_last",
  "light.transition_duration": 3,
  "cover.maxtime_open": 60,
  "cover.swap_inputs": false,
  "input.type": "switch",
  "input.invert": false,
  "sys.device.name": "Ceiling",
  "sys.device.eco_mode": false,
  "sys.location.tz": "Europe/Berlin",
  "sys.sntp.server": "time.google.com",
  "wifi.sta.ssid": "Home-IoT",
  "wifi.sta.pass": null,
  "wifi.sta.enable": true,
  "wifi.ap.enable": true,
  "mqtt.enable": true,
  "mqtt.server": "10.0.0.5:1883",
  "mqtt.topic_prefix": "shelly",
  "cloud.enable": true,
  "auth.enable": false,
};
const SINGLE = new Set(["sys", "wifi", "mqtt", "cloud", "auth"]);
const factView = ([kind, field, help, value_type, unit, risk]) => ({
  path: `${kind}${SINGLE.has(kind) ? "" : ":*"}.${field}`,
  help,
  value_type,
  unit,
  nullable: field.endsWith("name"),
  sensitive: field.endsWith("pass"),
  write_only: field.endsWith("pass"),
  read_only: false,
  restart: risk === "connectivity" ? "as_told_by_device" : "no",
  risk,
});

const layers = new Map([
  [
    "fleet",
    {
      scope: { scope: "fleet" },
      settings: { "cloud.enable": false, "sys.sntp.server": "ntp.lan", "wifi.ap.enable": false },
      revision: 4,
      updated_at: ago(7200),
    },
  ],
  [
    "group:Lights",
    {
      scope: { scope: "group", name: "Lights" },
      settings: { "switch:*.auto_off": true, "switch:*.auto_off_delay": 900 },
      revision: 2,
      updated_at: ago(86_400),
    },
  ],
]);
const observed = new Map();
const keyOf = (scope) =>
  scope.scope === "fleet" ? "fleet" : scope.scope === "group" ? `group:${scope.name}` : `device:${scope.mac}`;

function observedOf(device) {
  if (!observed.has(device.mac)) {
    const values = {};
    for (const part of [...device._kind.parts, "sys", "wifi", "mqtt", "cloud", "auth"]) {
      const [kind] = part.split(":");
      for (const [factKind, field] of FACTS)
        if (factKind === kind) values[`${part}.${field}`] = OBSERVED[`${kind}.${field}`] ?? null;
    }
    if (device.drift.state === "in_sync") {
      for (const [path, wish] of wishes(device)) if (path in values) values[path] = wish.at(-1).value;
    }
    observed.set(device.mac, values);
  }
  return observed.get(device.mac);
}

function wishes(device) {
  const result = new Map();
  const add = (origin, settings) => {
    for (const [selector, value] of Object.entries(settings)) {
      const [component, ...field] = selector.split(".");
      const paths = component.endsWith(":*")
        ? device._kind.parts
            .filter((part) => part.startsWith(component.slice(0, -1)))
            .map((part) => `${part}.${field.join(".")}`)
        : [selector];
      for (const path of paths) result.set(path, [...(result.get(path) ?? []), { origin, value }]);
    }
  };
  const of = (key) => layers.get(key)?.settings ?? {};
  add("fleet", of("fleet"));
  for (const group of groups
    .filter((one) => device.groups.includes(one.name))
    .sort((a, b) => a.rank - b.rank))
    add(`group:${group.name}`, of(`group:${group.name}`));
  add("device", of(`device:${device.mac}`));
  return result;
}

function driftView(device) {
  const of = (setting) => ({
    ...setting,
    severity: setting.risk === "none" ? "info" : "warning",
    cause: "device",
    since: ago(7200),
    waived_until: null,
  });
  return {
    mac: device.mac,
    name: device.name,
    checked_at: ago(610),
    differences: configView(device)
      .settings.filter((setting) => setting.drifted)
      .map(of),
    waived: [],
    conflicts: [],
    error: null,
  };
}

function configView(device) {
  const values = observedOf(device);
  const wanted = wishes(device);
  const settings = Object.entries(values).map(([path, value]) => {
    const [component, ...rest] = path.split(".");
    const [kind] = component.split(":");
    const fact = FACTS.find(([factKind, field]) => factKind === kind && field === rest.join("."));
    const list = wanted.get(path) ?? [];
    const wish = list.at(-1);
    const sensitive = path.endsWith("pass");
    return {
      path,
      help: fact[2],
      unit: fact[4],
      observed: value,
      desired: wish ? (sensitive ? { hidden: true } : wish.value) : null,
      origin: wish?.origin ?? null,
      overruled: list.slice(0, -1),
      drifted: wish !== undefined && wish.value !== value,
      not_applicable: null,
      sensitive,
      read_only: false,
      risk: fact[5],
      value_type: fact[3],
    };
  });
  return {
    mac: device.mac,
    observed_at: ago(320),
    settings,
    kept: {
      "sys.debug.level": 2,
      "sys.debug.websocket.enable": false,
      "ws.ssl_ca": "ca.pem",
      "plugs_ui.leds.mode": "power",
    },
    conflicts: [],
  };
}

function refreshDrift(device) {
  const wanted = wishes(device);
  const count = configView(device).settings.filter((setting) => setting.drifted).length;
  device.drift =
    wanted.size === 0
      ? { state: "unmanaged" }
      : count > 0
        ? { state: "drifted", count }
        : { state: "in_sync" };
  if (device.state === "unauthorized") device.drift = { state: "unknown" };
}
for (const device of devices) {
  observedOf(device);
  refreshDrift(device);
}

const events = [];
const sockets = new Set();
const send = (message) => {
  for (const socket of sockets) socket.send(JSON.stringify(message));
};
function event(kind, message, mac = null, at = now(), data = {}) {
  const entry = { seq: events.length + 1, at, mac, kind, message, data };
  events.push(entry);
  send({ type: "event", event: entry });
}
const changed = (device) => send({ type: "device", device: view(device) });
for (let hour = 30; hour > 0; hour--) {
  const device = pick(devices);
  const [kind, text, data] = pick([
    ["device_state_changed", "offline became online", { to: "online" }],
    ["device_state_changed", "online became offline: no connection", { to: "offline" }],
    ["drift_found", "2 settings not as wished"],
    ["job_unit_finished", "as wished, proven by reading again", { state: "verified" }],
    ["device_adopted", "adopted"],
  ]);
  event(kind, text, device.mac, ago(hour * 3100), data);
}

const scopeText = (list) =>
  list.length === 1
    ? list[0].name
    : list.length === devices.length
      ? "All devices"
      : `${list.length} devices`;
const jobs = new Map();
let waivers = [];
const RULES = [
  {
    id: "open-access-point",
    title: "Open access point",
    severity: "serious",
    why: "The device runs a WiFi network of its own without a key. Anybody near can join it and reach the device.",
    remedy: "Switch the access point off. Where it extends the network for others, give it a key instead.",
    sets: ["wifi.ap.enable"],
    message: "its access point has no key",
    fix: { "wifi.ap.enable": false },
    on: (at) => at % 5 === 0,
    points: 25,
  },
  {
    id: "weak-signal",
    title: "Weak WiFi signal",
    severity: "warning",
    why: "With a weak signal, answers get lost and writes break off half way.",
    remedy: "Bring an access point nearer, or let the device use a range extender.",
    sets: [],
    message: "its WiFi signal is -84 dBm",
    fix: {},
    on: (at) => at % 7 === 2,
    points: 8,
  },
  {
    id: "cloud-on",
    title: "Cloud on",
    severity: "hint",
    why: "The device tells the vendor's servers what it does, and takes commands from there.",
    remedy: "Switch the cloud off, unless you use the vendor's app from elsewhere.",
    sets: ["cloud.enable"],
    message: "it is connected to the vendor's cloud",
    fix: { "cloud.enable": false },
    on: (at) => at % 3 === 0,
    points: 2,
  },
];

function findings(mac, waived) {
  const list = devices.filter((device) => mac === null || device.mac === mac);
  const waiverOf = (rule, device) =>
    waivers.find((one) => one.rule === rule.id && (one.mac === null || one.mac === device.mac)) ?? null;
  const isOn = (rule, device) => rule.on(devices.indexOf(device));
  const rules = RULES.map(({ message, fix, on, points, ...rule }) => ({
    rule: {
      ...rule,
      usual_severity: rule.severity,
      applies_to: "all",
      off: false,
      expression: null,
      created_by: null,
    },
    devices: list
      .filter((device) => on(devices.indexOf(device)))
      .map((device) => ({ mac: device.mac, name: device.name, message, fix, waiver: waiverOf(rule, device) }))
      .filter((one) => waived || one.waiver === null),
    troubles: [],
  }));
  const scores = list.map((device) => {
    const taken = RULES.filter((rule) => isOn(rule, device) && !waiverOf(rule, device));
    const count = (severity) => taken.filter((rule) => rule.severity === severity).length;
    const points = 100 - taken.reduce((sum, rule) => sum + rule.points, 0);
    return {
      mac: device.mac,
      name: device.name,
      points,
      explained: `${points} of 100`,
      serious: count("serious"),
      warnings: count("warning"),
      hints: count("hint"),
    };
  });
  return { rules: rules.filter((one) => one.devices.length > 0), scores };
}

function makeJob(list) {
  const units = list.map((device) => {
    const steps = new Map();
    for (const setting of configView(device).settings.filter((one) => one.drifted)) {
      const [component] = setting.path.split(".");
      const step = steps.get(component) ?? {
        component,
        changes: [],
        risk: "none",
        may_restart: component === "wifi",
      };
      const order = ["none", "load", "integration", "access", "connectivity"];
      if (order.indexOf(setting.risk) > order.indexOf(step.risk)) step.risk = setting.risk;
      const [type, name] = setting.origin.split(":");
      step.changes.push({
        path: setting.path,
        before: setting.observed,
        after: setting.desired,
        origin: { layer: "x", scope: name ? { type, name } : { type } },
      });
      steps.set(component, step);
    }
    const ordered = [...steps.values()].sort((a, b) => (a.component === "wifi") - (b.component === "wifi"));
    const isUp = device.state === "online";
    return {
      mac: device.mac,
      name: device.name,
      state: ordered.length === 0 ? "skipped" : isUp ? "pending" : "blocked",
      reason:
        ordered.length === 0
          ? "every setting that this device can have is as wished"
          : isUp
            ? null
            : device.state_reason,
      plan: {
        device: device.mac,
        base: "f00d",
        steps: ordered,
        relies_on: {},
        report: {
          blocked: [],
          not_applicable: [],
          unmatched: [],
          in_sync: 3,
          restart: ordered.some((step) => step.may_restart) ? "possible" : "no",
          restart_pending: false,
          why_empty: null,
        },
      },
      ring: 1,
      critical: false,
      loads: [],
      planned_from: null,
      left: [],
      queued_until: null,
      attempts: 0,
      report: null,
      rollback: null,
    };
  });
  const job = {
    id: uuid(),
    kind: "configure",
    source: null,
    reason: null,
    second_person: false,
    approved_by: null,
    started_at: null,
    finished_at: null,
    created_at: now(),
    created_by: "first token",
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    scope: scopeText(list),
    state: "proposed",
    changes: units.reduce(
      (sum, unit) => sum + unit.plan.steps.reduce((n, step) => n + step.changes.length, 0),
      0,
    ),
    devices: units,
  };
  jobs.set(job.id, job);
  return job;
}
const NO_UNITS = {
  pending: 0,
  queued: 0,
  running: 0,
  verified: 0,
  rolled_back: 0,
  failed: 0,
  blocked: 0,
  skipped: 0,
  cancelled: 0,
};
const jobView = (job) => {
  const units = { ...NO_UNITS };
  for (const unit of job.devices) units[unit.state]++;
  const { devices: _devices, ...rest } = job;
  return { ...rest, units };
};
const jobDetail = (job) => {
  const view = jobView(job);
  const { pending, queued, running, verified, rolled_back, failed } = view.units;
  const ring = {
    waiting: pending,
    away: queued,
    in_flight: running,
    good: verified,
    bad: rolled_back + failed,
  };
  const rollout = { rings: [], gate: { most_failed_percent: 100, soak_s: 0 }, windows: [] };
  return { ...view, rollout, rings: [ring], waits: null, devices: job.devices };
};

async function runJob(job, pause = 450) {
  job.state = "running";
  for (const unit of job.devices.filter((one) => one.state === "pending")) {
    unit.state = "running";
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    const device = find(unit.mac);
    const fails = unit.name.includes("fan");
    const verdicts = [];
    for (const change of unit.plan.steps.flatMap((step) => step.changes)) {
      const bad = fails && change.path.endsWith("auto_off_delay");
      verdicts.push({
        path: change.path,
        before: change.before,
        after: change.after,
        verdict: bad
          ? { verdict: "clamped", got: 600 }
          : change.path.endsWith("pass")
            ? { verdict: "unverifiable" }
            : { verdict: "applied" },
      });
      observedOf(device)[change.path] = bad ? 600 : change.after;
    }
    unit.state = verdicts.some((one) => one.verdict.verdict === "clamped") ? "failed" : "verified";
    unit.reason = unit.state === "failed" ? "1 setting is not as wished after writing" : null;
    unit.report = {
      outcome: { outcome: unit.state === "failed" ? "unverified" : "verified" },
      verdicts,
      disturbed: [],
      restarted: false,
    };
    refreshDrift(device);
    changed(device);
    event(
      "job_unit_finished",
      unit.state === "failed" ? "not as wished" : "as wished, proven by reading again",
      unit.mac,
      now(),
      { state: unit.state },
    );
  }
  job.state = job.devices.some((unit) => ["failed", "blocked"].includes(unit.state)) ? "failed" : "done";
  event("job_finished", `job ended: ${job.state}`, null, now(), { state: job.state });
}

const scans = [
  {
    id: uuid(),
    targets: ["192.168.10.0/24"],
    state: "done",
    total: 254,
    probed: 254,
    found: 27,
    adopted: 24,
    started_at: ago(4000),
    finished_at: ago(3950),
    error: null,
  },
];
const inbox = Array.from({ length: 5 }, (_, index) => {
  const kind = MODELS[(index * 3) % MODELS.length];
  return {
    mac: (0xe465b8000000 + index * 91).toString(16).toUpperCase(),
    address: `192.168.10.${200 + index}:80`,
    model: kind.model,
    product: kind.product,
    generation: kind.generation,
    firmware: kind.fw,
    name: index % 2 ? `shelly-${index}` : null,
    auth_required: index === 2,
    state: "new",
    note: index === 2 ? "asks for a password and refuses every known one" : null,
    first_seen_at: ago(4000),
    last_seen_at: ago(3950 - index),
    sources: [["mdns", "scan"], ["scan"], ["mdns"], ["extender"], ["mdns", "coiot"]][index].map((source) => ({
      source,
      last_seen_at: ago(3950 - index),
    })),
  };
});
const credentials = [
  { id: uuid(), label: "House", user: "admin", position: 0 },
  { id: uuid(), label: "Old flat", user: "admin", position: 1 },
];
const nothingRemoved = {
  events: 0,
  snapshots: 0,
  jobs: 0,
  provisionings: 0,
  scans: 0,
  sightings: 0,
  waivers: 0,
  codes: 0,
  tokens: 0,
};
const tokens = [
  {
    id: uuid(),
    name: "first token",
    permission: "admin",
    created_at: ago(86_400 * 40),
    last_used_at: ago(3),
    expires_at: null,
  },
  {
    id: uuid(),
    name: "Home Assistant",
    permission: "control",
    created_at: ago(86_400 * 12),
    last_used_at: ago(30),
    expires_at: new Date(Date.now() + 86_400_000 * 353).toISOString(),
  },
];

function command(device, body) {
  const output = device.outputs.find(
    (one) => one.component === (body.component ?? `${body.command}:${body.id}`),
  );
  if (body.command === "restart" || !output) return;
  if (body.command === "cover") {
    if (body.action === "stop") output.state = "stopped";
    else {
      const target = body.action === "open" ? 100 : body.action === "close" ? 0 : body.position_percent;
      output.state = target > output.percent ? "opening" : "closing";
      setTimeout(() => {
        output.percent = target;
        output.state = target === 100 ? "open" : target === 0 ? "closed" : "stopped";
        changed(device);
      }, 1500);
    }
  } else {
    if (body.action) output.on = body.action === "toggle" ? !output.on : body.action === "on";
    if (body.brightness_percent !== undefined) output.percent = body.brightness_percent;
    device.power_w = Math.round(device.outputs.filter((one) => one.on).length * 437) / 10;
  }
  changed(device);
}

const problem = (status, code, title, text) => ({
  status,
  body: { type: "about:blank", title, status, code, detail: text },
});
const ok = (body, status = 200) => ({ status, body });

async function handle(method, path, query, body) {
  const parts = path.split("/").slice(1);
  const route = `${method} /${parts.map((part, at) => (at > 0 && /^([0-9A-F]{12}|[0-9a-f-]{36})$/.test(part) ? "*" : part)).join("/")}`;
  const id = parts.find((part, at) => at > 0 && /^([0-9A-F]{12}|[0-9a-f-]{36})$/.test(part));
  const device = id?.length === 12 ? find(id) : undefined;
  if (id?.length === 12 && !device) return problem(404, "not_found", "Not found", `there is no device ${id}`);
  switch (route) {
    case "GET /session":
      return ok({ name: "first token", permission: "admin" });
    case "DELETE /session":
      return { status: 204, cookie: "session=; Max-Age=0; Path=/" };
    case "GET /system":
      return ok({
        version: "0.1.0",
        database: "sqlite",
        uptime_s: 8123,
        fleet: {
          devices: devices.length,
          online: devices.filter((one) => one.state === "online").length,
          troubled: devices.filter((one) => !["online", "asleep"].includes(one.state)).length,
          asleep: devices.filter((one) => one.state === "asleep").length,
          drifted: devices.filter((one) => one.drift.state === "drifted").length,
          inbox: inbox.filter((one) => one.state === "new").length,
        },
      });
    case "GET /settings":
      return ok(FACTS.map(factView));
    case "GET /devices": {
      const limit = Math.min(500, Number(query.get("limit") ?? 100));
      const start = Number(query.get("cursor") ?? 0);
      return ok({
        items: devices.slice(start, start + limit).map(view),
        next_cursor: start + limit < devices.length ? String(start + limit) : null,
      });
    }
    case "POST /devices/restart":
      return ok(
        body.devices.map((mac) => {
          const one = devices.find((known) => known.mac === mac);
          one.restart_required = false;
          changed(one);
          return {
            mac,
            name: one.name,
            restarted: true,
            error: null,
            uptime_before_s: 86_400,
            uptime_after_s: 3,
            restart_required: false,
          };
        }),
      );
    case "GET /devices/*":
    case "POST /devices/*/refresh":
      return ok(detail(device));
    case "PATCH /devices/*":
      if (body.label !== undefined) device.name = body.label || device.model;
      if (body.powered_by !== undefined) device._poweredBy = body.powered_by || null;
      changed(device);
      return ok(detail(device));
    case "DELETE /devices/*":
      devices.splice(devices.indexOf(device), 1);
      return ok(undefined, 204);
    case "POST /devices/*/command":
      if (device.name.includes("heater"))
        return problem(
          504,
          "device_unreachable",
          "Device does not answer",
          `switching ${device.name} failed: no answer within 10 s. It may be out of reach.`,
        );
      command(device, body);
      return ok(detail(device));
    case "PUT /devices/*/password":
      device.state = "online";
      device.state_reason = null;
      device.offline_reason = null;
      changed(device);
      return ok(detail(device));
    case "GET /devices/*/config":
    case "POST /devices/*/config/pull":
      return ok(configView(device));
    case "GET /devices/*/config/history":
      return ok({
        items: [
          {
            id: uuid(),
            taken_at: ago(1800),
            cause: "drift_check",
            fingerprint: "9f31ab02c4",
            changes: [
              { path: "switch:0.auto_off_delay", before: 900, after: 60 },
              { path: "mqtt.server", before: "10.0.0.4:1883", after: "10.0.0.5:1883" },
            ],
          },
          {
            id: uuid(),
            taken_at: ago(90_000),
            cause: "after_plan",
            fingerprint: "77aa0be1f0",
            changes: [{ path: "switch:0.auto_off_delay", before: 60, after: 900 }],
          },
          { id: uuid(), taken_at: ago(90_020), cause: "before_plan", fingerprint: "1cd0e2a9b3", changes: [] },
          {
            id: uuid(),
            taken_at: ago(86_400 * 40),
            cause: "adopted",
            fingerprint: "1cd0e2a9b3",
            changes: [],
          },
        ],
        next_cursor: null,
      });
    case "GET /layers":
      return ok([...layers.values()]);
    case "PATCH /layers": {
      const key = keyOf(body.scope);
      const layer = layers.get(key) ?? { scope: body.scope, settings: {}, revision: 0, updated_at: null };
      if (Object.values(body.set ?? {}).includes(4711))
        return problem(
          422,
          "invalid_setting",
          "Invalid setting",
          "the value 4711 is only there to show an error",
        );
      Object.assign(layer.settings, body.set ?? {});
      for (const path of body.clear ?? []) delete layer.settings[path];
      layer.revision++;
      layer.updated_at = now();
      layers.set(key, layer);
      for (const one of devices) refreshDrift(one);
      event("wish_changed", `Wishes of ${key} changed`);
      return ok(layer);
    }
    case "GET /variables":
      return ok([{ scope: { scope: "fleet" }, values: { prefix: "lab" } }]);
    case "GET /profiles":
      return ok([]);
    case "GET /locations":
      return ok(locations);
    case "POST /locations": {
      const outer = locations.find((one) => one.name === body.parent);
      const around = outer ? [outer.name, ...outer.around] : [];
      const zone = body.time_zone ?? outer?.time_zone ?? null;
      locations.push({
        id: uuid(),
        name: body.name,
        around,
        time_zone: zone,
        has_own_time_zone: Boolean(body.time_zone),
        devices: 0,
      });
      return ok(locations.at(-1), 201);
    }
    case "DELETE /locations/*":
      locations.splice(
        locations.findIndex((one) => one.id === id),
        1,
      );
      return ok(undefined, 204);
    case "GET /groups":
      return ok(groups);
    case "POST /groups":
      groups.push({
        id: uuid(),
        name: body.name,
        rank: body.rank ?? 0,
        query: body.query ?? null,
        members: 0,
        by_hand: 0,
      });
      return ok(groups.at(-1), 201);
    case "PATCH /groups/*/members": {
      const group = groups.find((one) => one.id === id);
      for (const mac of body.add ?? [])
        if (!find(mac).groups.includes(group.name)) find(mac).groups.push(group.name);
      for (const mac of body.remove ?? [])
        find(mac).groups = find(mac).groups.filter((name) => name !== group.name);
      group.members = devices.filter((one) => one.groups.includes(group.name)).length;
      return ok(group);
    }
    case "DELETE /groups/*":
      groups.splice(
        groups.findIndex((one) => one.id === id),
        1,
      );
      return ok(undefined, 204);
    case "GET /devices/*/drift":
      return ok(driftView(find(id)));
    case "GET /drift":
      return ok({
        items: devices
          .filter((one) => one.drift.state === "drifted")
          .slice(0, 200)
          .map(driftView),
        next_cursor: null,
      });
    case "GET /findings":
      return ok(findings(query.get("device"), query.get("waived") === "true"));
    case "POST /findings/fix":
      return ok(jobDetail(makeJob(body.devices?.length ? body.devices.map(find) : devices)), 201);
    case "POST /waivers": {
      const made = (body.devices?.length ? body.devices : [null]).map((mac) => ({
        id: uuid(),
        rule: body.rule,
        mac,
        until: body.until ?? null,
        reason: body.reason,
        created_at: now(),
        created_by: "mock",
        in_force: true,
      }));
      waivers.push(...made);
      return ok(made, 201);
    }
    case "DELETE /waivers/*":
      waivers = waivers.filter((one) => one.id !== id);
      return ok(undefined, 204);
    case "POST /drift/check":
      return ok(undefined, 202);
    case "GET /jobs":
      return ok({ items: [...jobs.values()].reverse().map(jobView), next_cursor: null });
    case "POST /jobs":
      return ok(jobDetail(makeJob(body.devices?.length ? body.devices.map(find) : devices)), 201);
    case "GET /jobs/*":
      return jobs.has(id)
        ? ok(jobDetail(jobs.get(id)))
        : problem(404, "not_found", "Not found", "there is no such job");
    case "POST /jobs/*/start":
      void runJob(jobs.get(id));
      return ok(jobView(jobs.get(id)), 202);
    case "POST /jobs/*/cancel":
      jobs.get(id).state = "cancelled";
      return ok(jobView(jobs.get(id)));
    case "GET /discovery/scans":
      return ok(scans);
    case "POST /discovery/scans": {
      if (body.targets.some((target) => /[^\w.:/-]/.test(target)))
        return problem(
          400,
          "invalid_request",
          "Invalid request",
          "a target is neither a network, a range nor a name",
        );
      const scan = {
        id: uuid(),
        targets: body.targets,
        state: "running",
        total: 254,
        probed: 0,
        found: 0,
        adopted: 0,
        started_at: now(),
        finished_at: null,
        error: null,
      };
      scans.unshift(scan);
      const timer = setInterval(() => {
        scan.probed = Math.min(scan.total, scan.probed + 23);
        scan.found = Math.floor(scan.probed / 60);
        if (scan.probed < scan.total) return;
        clearInterval(timer);
        scan.state = "done";
        scan.finished_at = now();
        event("scan_finished", `Scan of ${scan.targets.join(", ")} found ${scan.found} devices`);
      }, 400);
      return ok(scan, 201);
    }
    case "GET /discovery/inbox":
      return ok(inbox);
    case "POST /discovery/inbox/adopt":
    case "POST /discovery/inbox/ignore": {
      const adopt = route.endsWith("adopt");
      const result = { done: [], failed: [] };
      for (const one of inbox.filter((entry) =>
        body.all ? entry.state === "new" : body.devices.includes(entry.mac),
      )) {
        if (adopt && one.auth_required)
          result.failed.push({
            mac: one.mac,
            reason: "asks for a password and refuses every known one; add its password under Credentials",
          });
        else {
          one.state = adopt ? "adopted" : "ignored";
          result.done.push(one.mac);
        }
      }
      return ok(result);
    }
    case "GET /credentials":
      return ok(credentials);
    case "POST /credentials":
      credentials.push({
        id: uuid(),
        label: body.label,
        user: body.user ?? "admin",
        position: credentials.length,
      });
      return ok(credentials.at(-1), 201);
    case "DELETE /credentials/*":
      credentials.splice(
        credentials.findIndex((one) => one.id === id),
        1,
      );
      return ok(undefined, 204);
    case "GET /maintenance":
      return ok({
        retention: {
          events_days: 400,
          snapshots_days: 30,
          snapshots_daily_days: 365,
          jobs_days: 400,
          leftovers_days: 90,
        },
        interval_s: 86_400,
        last: {
          began_at: ago(7200),
          ended_at: ago(7190),
          is_running: false,
          removed: { ...nothingRemoved, events: 812 },
        },
      });
    case "POST /maintenance/sweep":
      return ok({
        dry_run: body?.dry_run === true,
        removed: { ...nothingRemoved, events: 31 },
        is_done: true,
      });
    case "GET /tokens":
      return ok(tokens);
    case "POST /tokens":
      tokens.push({
        id: uuid(),
        name: body.name,
        permission: body.permission,
        created_at: now(),
        last_used_at: null,
        expires_at: null,
      });
      return ok({ token: "smt_4f0c1a77c2e94d0e8a1b6f3d5c7e9a2b4d6f8091a3c5e7", info: tokens.at(-1) }, 201);
    case "DELETE /tokens/*":
      tokens.splice(
        tokens.findIndex((one) => one.id === id),
        1,
      );
      return ok(undefined, 204);
    case "GET /events":
      return ok(
        events
          .filter((one) => !query.get("mac") || one.mac === query.get("mac"))
          .toReversed()
          .slice(0, Number(query.get("limit") ?? 100)),
      );
  }
  return problem(404, "not_found", "Not found", `there is no ${route}`);
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/api/v1")) {
    const path = normalize(url.pathname).replace(/^\/+/, "");
    const file = extname(path) ? path : "index.html";
    try {
      const bytes = await readFile(join(DIST, file));
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": CSP,
      });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
    return;
  }
  let text = "";
  for await (const chunk of request) text += chunk;
  const body = text ? JSON.parse(text) : {};
  const path = url.pathname.slice("/api/v1".length);
  let answer;
  if (path === "/session" && request.method === "POST") {
    answer =
      body.secret === CODE
        ? {
            ...ok({ name: "first token", permission: "admin" }),
            cookie: "session=mock; HttpOnly; SameSite=Strict; Path=/",
          }
        : problem(
            401,
            "not_signed_in",
            "Not signed in",
            "This code is not valid, or it was used already. Ask the manager for a new one.",
          );
  } else if (!request.headers.cookie?.includes("session=mock")) {
    answer = problem(401, "not_signed_in", "Not signed in", "Sign in first.");
  } else {
    answer = await handle(request.method, path, url.searchParams, body);
  }
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.LATENCY ?? 15)));
  response.writeHead(answer.status, {
    "content-type": answer.status >= 400 ? "application/problem+json" : "application/json",
    ...(answer.cookie ? { "set-cookie": answer.cookie } : {}),
  });
  response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
});
const streams = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  streams.handleUpgrade(request, socket, head, (stream) => {
    sockets.add(stream);
    stream.on("close", () => sockets.delete(stream));
    stream.send(JSON.stringify({ type: "hello", seq: events.length }));
  });
});

setInterval(() => {
  for (let n = 0; n < Math.min(40, COUNT / 12); n++) {
    const device = pick(devices);
    if (device.state !== "online") continue;
    if (device.power_w) device.power_w = Math.round(device.power_w * (0.97 + random() * 0.06) * 10) / 10;
    device.last_seen_at = now();
    changed(device);
  }
}, 1000).unref();

const demo = makeJob(devices.filter((device) => device.drift.state === "drifted").slice(0, 4));
await runJob(demo, 0);
server.listen(PORT, "127.0.0.1", () =>
  console.log(`mock with ${COUNT} devices: http://127.0.0.1:${server.address().port}/#code=${CODE}`),
);
