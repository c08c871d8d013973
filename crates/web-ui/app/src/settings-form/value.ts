// Values of settings: as text for people, and from what people type.
import type { ScopeView, SettingValue } from "../api/types";

export type ValueType =
  | { type: "bool" }
  | { type: "number" | "integer"; min?: number | null; max?: number | null }
  | { type: "text"; max_length?: number | null }
  | { type: "choice"; words: string[] }
  | { type: "list" }
  | { type: "plain" }
  | { type: "unknown" };

const UNITS: Record<string, string> = {
  seconds: "s",
  minutes: "min",
  milliseconds: "ms",
  watts: "W",
  volts: "V",
  amperes: "A",
  percent: "%",
  celsius: "°C",
  kelvin: "K",
  decibel_milliwatts: "dBm",
  degrees: "°",
  lux: "lx",
  hertz: "Hz",
  metres: "m",
  metres_per_second: "m/s",
  kilowatt_hours: "kWh",
};

export function unitSign(unit: string | null | undefined): string {
  return unit ? (UNITS[unit] ?? unit) : "";
}

/** The type as told by the API; one that is not known is edited as JSON. */
export function readType(told: unknown): ValueType {
  if (typeof told !== "object" || told === null || !("type" in told)) return { type: "unknown" };
  const type = told as ValueType;
  if (type.type === "choice" && !Array.isArray(type.words)) return { type: "text" };
  return ["bool", "number", "integer", "text", "choice", "list", "plain"].includes(type.type)
    ? type
    : { type: "unknown" };
}

export function isHidden(value: SettingValue): boolean {
  return typeof value === "object" && value !== null && "hidden" in value;
}

/** A value for people. What is absent is an empty text; the caller decides what to show then. */
export function showValue(value: SettingValue, unit?: string | null): string {
  if (value === undefined) return "";
  if (value === null) return "not set";
  if (isHidden(value)) return "••••••••";
  if (value === true) return "on";
  if (value === false) return "off";
  if (typeof value === "number") return unit ? `${value} ${unitSign(unit)}` : String(value);
  if (typeof value === "string") return value === "" ? "empty" : shortened(value);
  if (Array.isArray(value))
    return value.length === 0 ? "empty list" : value.map((item) => showValue(item)).join(", ");
  return JSON.stringify(value);
}

/** A text of several lines, such as the code of a script, is told by its size. */
function shortened(text: string): string {
  const lines = text.trimEnd().split("\n").length;
  return lines > 1 ? `text of ${lines} lines, ${new TextEncoder().encode(text).length} bytes` : text;
}

/** What a field begins with when a value is edited. */
export function editText(value: SettingValue): string {
  if (value == null || isHidden(value)) return "";
  if (Array.isArray(value))
    return value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join("\n");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function describeRange(type: ValueType, unit?: string | null): string {
  const sign = unitSign(unit);
  const end = sign ? ` ${sign}` : "";
  if (type.type === "number" || type.type === "integer") {
    if (type.min != null && type.max != null) return `${type.min} to ${type.max}${end}`;
    if (type.min != null) return `at least ${type.min}${end}`;
    if (type.max != null) return `at most ${type.max}${end}`;
    return sign;
  }
  if (type.type === "text" && type.max_length != null) return `up to ${type.max_length} characters`;
  if (type.type === "list") return "one entry a line";
  if (type.type === "plain") return "text, a number, true or false";
  return "";
}

export type Parsed = { ok: true; value: unknown } | { ok: false; reason: string };

/** Reads what was typed as a value of this type. */
export function parseValue(text: string, type: ValueType): Parsed {
  const fail = (reason: string): Parsed => ({ ok: false, reason });
  switch (type.type) {
    case "bool":
      if (text === "true" || text === "false") return { ok: true, value: text === "true" };
      return fail("Choose on or off.");
    case "number":
    case "integer": {
      const plain = text.trim().replace(",", ".");
      if (plain === "") return fail("Enter a number.");
      const value = Number(plain);
      if (!Number.isFinite(value)) return fail("This is not a number.");
      if (type.type === "integer" && !Number.isInteger(value)) return fail("Enter a whole number.");
      if (type.min != null && value < type.min) return fail(`The least value is ${type.min}.`);
      if (type.max != null && value > type.max) return fail(`The greatest value is ${type.max}.`);
      return { ok: true, value };
    }
    case "choice":
      return text === "" ? fail("Choose a value.") : { ok: true, value: text };
    case "plain":
      return { ok: true, value: plainOf(text) };
    case "text":
      if (type.max_length != null && [...text].length > type.max_length) {
        return fail(`The text is longer than ${type.max_length} characters.`);
      }
      return { ok: true, value: text };
    case "list": {
      const lines = text.split("\n").map((line) => line.trim());
      return { ok: true, value: lines.filter((line) => line !== "").map(plainOf) };
    }
    case "unknown":
      try {
        return { ok: true, value: JSON.parse(text) };
      } catch {
        return fail('Enter JSON: true, 12, "text" or a list.');
      }
  }
}

/** A line of a list: a number, true, false, or text. */
function plainOf(line: string): unknown {
  if (line === "true") return true;
  if (line === "false") return false;
  return /^-?\d+(\.\d+)?$/.test(line) ? Number(line) : line;
}

export interface Origin {
  kind: "fleet" | "location" | "group" | "profile" | "device";
  name: string;
}

/** Whose a layer is, as the API names it where it says who wishes a value. */
export function originOf(scope: ScopeView): string {
  return "name" in scope ? `${scope.scope}:${scope.name}` : scope.scope;
}

/** `group:Kitchen` as its kind and name. */
export function readOrigin(origin: string): Origin {
  if (origin === "fleet") return { kind: "fleet", name: "Fleet" };
  for (const kind of ["location", "group", "profile"] as const) {
    if (origin.startsWith(`${kind}:`)) return { kind, name: origin.slice(kind.length + 1) };
  }
  return { kind: "device", name: "This device" };
}
