// The live stream: one socket that comes back by itself and goes on where it stopped.
import type { StreamMessage } from "../api/types";

export type StreamState = "connecting" | "live" | "lost";

export interface StreamHandlers {
  onMessage: (message: StreamMessage) => void;
  /** The socket is back after a break: lines of devices may have been missed. */
  onBack: () => void;
  onState: (state: StreamState) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export function openStream(url: string, handlers: StreamHandlers): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since: number | null = null;
  let waitMs = FIRST_WAIT_MS;
  let wasLive = false;
  let closed = false;

  const connect = () => {
    clearTimeout(timer);
    const opened = new WebSocket(since === null ? url : `${url}?since=${since}`);
    socket = opened;
    opened.onopen = () => {
      waitMs = FIRST_WAIT_MS;
      handlers.onState("live");
      if (wasLive) handlers.onBack();
      wasLive = true;
    };
    opened.onmessage = (frame) => {
      const message = readMessage(frame.data);
      if (message === null) return;
      if (message.type === "event") since = Math.max(since ?? 0, message.event.seq);
      else if (message.type === "resync" || (message.type === "hello" && since === null)) since = message.seq;
      handlers.onMessage(message);
    };
    opened.onclose = () => {
      if (closed || socket !== opened) return;
      handlers.onState("lost");
      timer = setTimeout(connect, waitMs * (0.75 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    };
  };

  const onOnline = () => {
    if (socket?.readyState === WebSocket.CLOSED) connect();
  };
  window.addEventListener("online", onOnline);
  handlers.onState("connecting");
  connect();

  return () => {
    closed = true;
    clearTimeout(timer);
    window.removeEventListener("online", onOnline);
    socket?.close();
  };
}

/** A frame as a message; nothing when it cannot be understood, so that a newer server does no harm. */
export function readMessage(data: unknown): StreamMessage | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as StreamMessage;
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
