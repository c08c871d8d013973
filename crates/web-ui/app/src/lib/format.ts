// Values as people read them.

const number = (digits: number) => new Intl.NumberFormat("en", { maximumFractionDigits: digits });
const whole = number(0);
const tenth = number(1);
const hundredth = number(2);

export function count(value: number): string {
  return whole.format(value);
}

/** `1 device`, `2,000 devices`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

export function watts(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${tenth.format(value / 1000)} kW`;
  if (size >= 100) return `${whole.format(value)} W`;
  return `${tenth.format(value)} W`;
}

export function energy(wattHours: number): string {
  const size = Math.abs(wattHours);
  if (size >= 1_000_000) return `${hundredth.format(wattHours / 1_000_000)} MWh`;
  if (size >= 1000) return `${hundredth.format(wattHours / 1000)} kWh`;
  return `${tenth.format(wattHours)} Wh`;
}

export function quantity(value: number, unit: string, digits = 1): string {
  return `${number(digits).format(value)} ${unit}`;
}

export function percent(value: number): string {
  return `${whole.format(value)} %`;
}

export function bytes(value: number): string {
  if (value >= 1024 * 1024) return `${tenth.format(value / 1024 / 1024)} MiB`;
  if (value >= 1024) return `${whole.format(value / 1024)} KiB`;
  return `${value} B`;
}

/** A span in its two greatest units: `3 d 4 h`. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const units: [string, number][] = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ];
  const at = units.findIndex(([, size]) => s >= size);
  const [unit, size] = units[at] ?? ["s", 1];
  const first = `${Math.floor(s / size)} ${unit}`;
  const next = units[at + 1];
  if (next === undefined || next[0] === "s") return first;
  const rest = Math.floor((s % size) / next[1]);
  return rest === 0 ? first : `${first} ${rest} ${next[0]}`;
}

/** How long ago: `just now`, `4 min ago`, `3 d ago`. */
export function ago(at: string, now = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (Number.isNaN(seconds)) return "";
  if (seconds < -60) return `in ${span(-seconds).split(" ").slice(0, 2).join(" ")}`;
  if (seconds < 10) return "just now";
  return `${span(seconds).split(" ").slice(0, 2).join(" ")} ago`;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const dayOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

export const instant = (at: string) => dateTime.format(new Date(at));
export const clock = (at: string) => timeOnly.format(new Date(at));
export const day = (at: string) => dayOnly.format(new Date(at));

/** `AA:BB:CC:DD:EE:FF`. */
export function macText(mac: string): string {
  return (
    mac
      .replace(/[^0-9a-f]/gi, "")
      .toUpperCase()
      .match(/../g)
      ?.join(":") ?? mac
  );
}

const WORDS: Record<string, string> = {
  ap: "AP",
  api: "API",
  bt: "Bluetooth",
  ble: "Bluetooth",
  cloud: "Cloud",
  coiot: "CoIoT",
  dhcp: "DHCP",
  dns: "DNS",
  em: "Energy meter",
  eth: "Ethernet",
  fs: "FS",
  http: "HTTP",
  id: "ID",
  ip: "IP",
  ipv4mode: "IPv4 mode",
  kvs: "KVS",
  lat: "latitude",
  led: "LED",
  lng: "longitude",
  lon: "longitude",
  mqtt: "MQTT",
  netmask: "netmask",
  ntp: "NTP",
  pm: "Power meter",
  pm1: "Power meter",
  rpc: "RPC",
  rssi: "RSSI",
  sntp: "SNTP",
  ssid: "SSID",
  ssl: "SSL",
  sta: "station",
  sta1: "backup station",
  sys: "System",
  tz: "time zone",
  udp: "UDP",
  ui: "UI",
  url: "URL",
  wifi: "WiFi",
  ws: "Outbound WebSocket",
  wd: "Watchdog",
};

/** `auto_off_delay` as `Auto off delay`, `sta.ssid` as `Station SSID`. */
export function humanise(field: string): string {
  const words = field
    .split(/[._]/)
    .filter((word) => word !== "")
    .map((word) => WORDS[word] ?? word);
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `switch:0` as `Switch 0`, `wifi` as `WiFi`. */
export function componentTitle(key: string): string {
  const [kind = key, id] = key.split(":");
  return id === undefined ? humanise(kind) : `${humanise(kind)} ${id === "*" ? "(all)" : id}`;
}

/** Component and field of a setting path. */
export function splitPath(path: string): { component: string; field: string } {
  const dot = path.indexOf(".");
  return dot < 0
    ? { component: path, field: path }
    : { component: path.slice(0, dot), field: path.slice(dot + 1) };
}

/** Bars of signal, 0 to 4, from dBm. */
export function signalBars(dbm: number): 0 | 1 | 2 | 3 | 4 {
  if (dbm >= -55) return 4;
  if (dbm >= -65) return 3;
  if (dbm >= -75) return 2;
  if (dbm >= -85) return 1;
  return 0;
}
