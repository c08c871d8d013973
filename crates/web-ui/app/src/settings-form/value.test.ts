import { describe, expect, it } from "vitest";
import {
  describeRange,
  editText,
  originOf,
  parseValue,
  readOrigin,
  readType,
  showValue,
  type ValueType,
} from "./value";

const delay: ValueType = { type: "number", min: 0, max: 86_400 };

describe("reading what was typed", () => {
  it("takes numbers within their range, with point or comma", () => {
    expect(parseValue("1.5", delay)).toEqual({ ok: true, value: 1.5 });
    expect(parseValue(" 1,5 ", delay)).toEqual({ ok: true, value: 1.5 });
    expect(parseValue("0", delay)).toEqual({ ok: true, value: 0 });
  });

  it("says what is wrong with a number", () => {
    expect(parseValue("", delay)).toEqual({ ok: false, reason: "Enter a number." });
    expect(parseValue("soon", delay)).toEqual({ ok: false, reason: "This is not a number." });
    expect(parseValue("-1", delay)).toEqual({ ok: false, reason: "The least value is 0." });
    expect(parseValue("86401", delay)).toEqual({ ok: false, reason: "The greatest value is 86400." });
    expect(parseValue("1.5", { type: "integer" })).toEqual({ ok: false, reason: "Enter a whole number." });
  });

  it("keeps text as it is and counts characters, not code units", () => {
    expect(parseValue(" a ", { type: "text", max_length: 3 })).toEqual({ ok: true, value: " a " });
    expect(parseValue("💡💡💡", { type: "text", max_length: 3 })).toEqual({ ok: true, value: "💡💡💡" });
    expect(parseValue("abcd", { type: "text", max_length: 3 }).ok).toBe(false);
    expect(parseValue("123", { type: "text" })).toEqual({ ok: true, value: "123" });
  });

  it("takes a word that is not listed, because firmware may know more", () => {
    expect(parseValue("detached", { type: "choice", words: ["follow"] })).toEqual({
      ok: true,
      value: "detached",
    });
    expect(parseValue("", { type: "choice", words: ["follow"] }).ok).toBe(false);
  });

  it("reads a list line by line", () => {
    expect(parseValue("a\n\n 2 \ntrue\n", { type: "list" })).toEqual({ ok: true, value: ["a", 2, true] });
    expect(parseValue("", { type: "list" })).toEqual({ ok: true, value: [] });
  });

  it("reads JSON where the type is not known", () => {
    expect(parseValue("[1]", { type: "unknown" })).toEqual({ ok: true, value: [1] });
    expect(parseValue("{", { type: "unknown" }).ok).toBe(false);
  });
});

describe("showing values", () => {
  it("never shows a secret", () => {
    expect(showValue({ hidden: true })).toBe("••••••••");
    expect(editText({ hidden: true })).toBe("");
  });

  it("uses words and units", () => {
    expect(showValue(true)).toBe("on");
    expect(showValue(null)).toBe("not set");
    expect(showValue("")).toBe("empty");
    expect(showValue(60, "seconds")).toBe("60 s");
    expect(showValue([])).toBe("empty list");
    expect(showValue("let x = 1;\nlet y = 2;\n")).toBe("text of 2 lines, 22 bytes");
    expect(showValue([1, "a"])).toBe("1, a");
  });

  it("describes what is allowed", () => {
    expect(describeRange(delay, "seconds")).toBe("0 to 86400 s");
    expect(describeRange({ type: "integer", min: 1 })).toBe("at least 1");
    expect(describeRange({ type: "text", max_length: 32 })).toBe("up to 32 characters");
  });

  it("edits a type that it does not know as JSON", () => {
    expect(readType({ type: "bool" })).toEqual({ type: "bool" });
    expect(readType({ type: "hologram" })).toEqual({ type: "unknown" });
    expect(readType(null)).toEqual({ type: "unknown" });
  });

  it("names the origin of a wish", () => {
    expect(readOrigin("fleet").kind).toBe("fleet");
    expect(readOrigin("group:Ground: floor")).toEqual({ kind: "group", name: "Ground: floor" });
    expect(readOrigin("device:C45BBE6A1122").kind).toBe("device");
    expect(readOrigin("device").kind).toBe("device");
    expect(readOrigin("location:Hall")).toEqual({ kind: "location", name: "Hall" });
    for (const origin of ["location:Hall", "group:Kitchen", "profile:Stairs"]) {
      const { kind, name } = readOrigin(origin);
      if (kind !== "fleet" && kind !== "device") expect(originOf({ scope: kind, name })).toBe(origin);
    }
    expect(originOf({ scope: "fleet" })).toBe("fleet");
  });
});
