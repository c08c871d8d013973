// Reads a list of devices: CSV with a head line, or one MAC address (or the end of one) on each line.
import type { DeviceToProvisionRequest } from "../../api/types";

/** The columns that a list may have, in any order. */
export const COLUMNS = ["device", "name", "group", "profile", "location", "address"] as const;
type Column = (typeof COLUMNS)[number];

export interface ReadList {
  devices: DeviceToProvisionRequest[];
  /** What is wrong with it, line by line. */
  wrong: string[];
}

const MAC = /^([0-9a-f]{12}|[0-9a-f]{6})$/i;

/** The digits alone. */
function digits(text: string): string {
  return text.replace(/[:-]/g, "");
}

function alias(name: string): string {
  return name === "mac" || name === "suffix" ? "device" : name;
}

export function readList(text: string): ReadList {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const separator = first.includes(";") ? ";" : first.includes("\t") ? "\t" : ",";
  const head = first.split(separator).map((name) => alias(name.trim().toLowerCase()));
  const hasHead = head.includes("device");
  const columns = hasHead ? head : ["device", "name"];
  const wrong = columns
    .filter((name) => !COLUMNS.includes(name as Column))
    .map((name) => `There is no column “${name}”; known are ${COLUMNS.join(", ")}.`);
  const devices: DeviceToProvisionRequest[] = [];
  const seen = new Set<string>();
  let skippedHead = !hasHead;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    if (!skippedHead) {
      skippedHead = true;
      continue;
    }
    const row: Partial<Record<Column, string>> = {};
    for (const [place, value] of line.split(separator).entries()) {
      const name = columns[place] as Column | undefined;
      if (name !== undefined && value.trim() !== "") row[name] = value.trim();
    }
    const device = digits(row.device ?? "");
    if (!MAC.test(device)) {
      wrong.push(`Line ${at + 1}: “${row.device ?? ""}” is neither a MAC address nor its last 6 digits.`);
    } else if (seen.has(device.toUpperCase())) {
      wrong.push(`Line ${at + 1}: ${device} is in the list twice.`);
    } else {
      seen.add(device.toUpperCase());
      devices.push({ ...row, device });
    }
  }
  return { devices, wrong };
}
