// What a plan says about the memory of a device before things are switched on that share it.
import type { MemoryFinding } from "../../api/types";

const USES: Record<MemoryFinding["what"], string> = {
  matter: "Matter",
  bluetooth: "Bluetooth",
  bluetooth_gateway: "The Bluetooth gateway",
  script: "The script",
};

/** Bytes in words, as the command line says them. */
export function size(bytes: number): string {
  return bytes < 10_000
    ? `${(Math.floor(bytes / 100) / 10).toFixed(1)} kB`
    : `${Math.floor(bytes / 1000)} kB`;
}

/** The finding as a sentence without its full stop. */
export function memoryText(finding: MemoryFinding): string {
  const { what, verdict, needs, floor, free, least_free, size: whole, beside } = finding;
  const takes = `${USES[what]} is reckoned to take ${size(needs)}`;
  if (free == null) return `${takes}; the device does not tell how much memory is free`;
  const of = whole == null ? "" : ` of ${size(whole)}`;
  const left = what === "script" ? "are left for scripts" : "are free";
  const once = least_free == null ? "" : `, once ${size(least_free)}`;
  const parts = [takes, `${size(free)}${of} ${left}${once}`];
  if (verdict === "not_enough" && floor > 0) parts.push(`${size(floor)} have to stay free`);
  if (verdict !== "plenty" && beside.length > 0) parts.push(`${beside.join(", ")} may stop`);
  return parts.join("; ");
}
