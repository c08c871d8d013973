// One function for a request: session cookie, JSON, problems, and word of a lost session.
import { ApiError, problemFrom } from "./problem";

export const BASE = "/api/v1";

type Listener = () => void;
let onSignedOut: Listener = () => {};

/** Calls `listener` when an answer says that nobody is signed in. */
export function whenSignedOut(listener: Listener) {
  onSignedOut = listener;
}

type Query = Record<string, string | number | boolean | null | undefined>;

export async function request<T>(
  method: string,
  path: string,
  options: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value != null && value !== "") query.set(name, String(value));
  }
  const url = `${BASE}${path}${query.size > 0 ? `?${query}` : ""}`;
  const response = await fetch(url, {
    method,
    credentials: "same-origin",
    headers: options.body === undefined ? {} : { "content-type": "application/json" },
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) {
    if (response.status === 401 && path !== "/session") onSignedOut();
    throw new ApiError(problemFrom(response.status, body));
  }
  return body as T;
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
