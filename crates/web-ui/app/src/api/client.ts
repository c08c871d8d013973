// The typed client of the API: session cookie, problems, and word of a lost session.
import createClient from "openapi-fetch";
import { ApiError, problemFrom } from "./problem";
import type { paths } from "./schema";

export const BASE = "/api/v1";

export const client = createClient<paths>({ credentials: "same-origin" });

type Listener = () => void;
let onSignedOut: Listener = () => {};

/** Calls `listener` when an answer says that nobody is signed in. */
export function whenSignedOut(listener: Listener) {
  onSignedOut = listener;
}

/** The body of an answer; a problem is thrown. */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  if (response.status === 401 && !response.url.endsWith(`${BASE}/session`)) onSignedOut();
  throw new ApiError(problemFrom(response.status, error));
}
