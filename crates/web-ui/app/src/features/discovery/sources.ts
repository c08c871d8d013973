// What sees devices.
import type { SightingSource } from "../../api/types";

/** What sees devices, in words. */
export const SOURCES: Record<SightingSource, string> = {
  scan: "scan",
  manual: "hand",
  mdns: "mDNS",
  coiot: "CoIoT",
  mqtt: "MQTT",
  extender: "range extender",
  outbound_socket: "its own call",
  agent: "an agent",
};
