// Keeps what is on screen true: applies the stream to the query cache, in batches.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { BASE } from "../api/client";
import { type Fleet, keys } from "../api/queries";
import type { DeviceDetail, DeviceView, EventView, ReadingView, StreamMessage } from "../api/types";
import { patchDetail, patchEvents, patchFleet, patchReading, staleAfter } from "./patches";
import { openStream, type StreamState } from "./stream";

/** Messages are gathered this long, so that a thousand changes cost one drawing. */
const BATCH_MS = 120;
/** Lists that an event made stale are read again at most this often. */
const STALE_MS = 700;
/** Readings of an open device are read again at most this often. */
const DETAIL_MS = 1_500;

export function useLive(): StreamState {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");

  useEffect(() => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const batch = new Batch(client);
    const close = openStream(`${scheme}//${location.host}${BASE}/stream`, {
      onMessage: (message) => batch.add(message),
      onBack: () => void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" }),
      onState: setState,
    });
    return () => {
      close();
      batch.stop();
    };
  }, [client]);

  return state;
}

class Batch {
  private devices = new Map<string, DeviceView>();
  /** Those that came after the line of their device. */
  private readings = new Map<string, ReadingView>();
  private events: EventView[] = [];
  private readonly stale = new Set<string>();
  private staleTimer: ReturnType<typeof setTimeout> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly detailRead = new Map<string, number>();
  private readonly client: QueryClient;

  constructor(client: QueryClient) {
    this.client = client;
  }

  add(message: StreamMessage) {
    switch (message.type) {
      case "device":
        this.devices.set(message.device.mac, message.device);
        this.readings.delete(message.device.mac);
        break;
      case "readings":
        for (const reading of message.readings) this.readings.set(reading.mac, reading);
        break;
      case "event":
        this.events.push(message.event);
        for (const key of staleAfter(message.event.kind)) this.stale.add(key);
        if (this.stale.size > 0) this.staleTimer ??= setTimeout(() => this.readStaleAgain(), STALE_MS);
        break;
      case "resync":
        void this.client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
        break;
    }
    this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.staleTimer);
  }

  private flush() {
    this.timer = undefined;
    const { client, devices, readings, events } = this;
    this.devices = new Map();
    this.readings = new Map();
    this.events = [];

    client.setQueryData<Fleet>(keys.fleet, (fleet) => fleet && patchFleet(fleet, devices, readings));
    for (const [mac, device] of devices) {
      client.setQueryData<DeviceDetail>(keys.device(mac), (detail) => detail && patchDetail(detail, device));
      this.readDetailAgain(mac);
    }
    for (const [mac, reading] of readings) {
      client.setQueryData<DeviceDetail>(
        keys.device(mac),
        (detail) => detail && patchReading(detail, reading),
      );
      this.readDetailAgain(mac);
    }
    if (events.length > 0) {
      client.setQueryData<EventView[]>(keys.events, (kept) => kept && patchEvents(kept, events));
      for (const mac of new Set(events.map((event) => event.mac))) {
        if (!mac) continue;
        const own = events.filter((event) => event.mac === mac);
        client.setQueryData<EventView[]>(keys.deviceEvents(mac), (kept) => kept && patchEvents(kept, own));
      }
    }
  }

  /** Reads what is stale again; a scan of thousands of addresses must not cost thousands of lists. */
  private readStaleAgain() {
    this.staleTimer = undefined;
    for (const key of this.stale) void this.client.invalidateQueries({ queryKey: [key] });
    this.stale.clear();
  }

  private readDetailAgain(mac: string) {
    const query = this.client.getQueryCache().find({ queryKey: keys.device(mac) });
    if (!query?.isActive()) return;
    const last = this.detailRead.get(mac) ?? 0;
    if (Date.now() - last < DETAIL_MS) return;
    this.detailRead.set(mac, Date.now());
    void this.client.invalidateQueries({ queryKey: keys.device(mac) });
  }
}
