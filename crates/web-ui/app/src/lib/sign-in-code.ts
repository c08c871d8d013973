// Takes the one-time code out of the address, so that it stays neither in the bar nor in the history.

/** The code of `#code=...`; nothing when the fragment holds none. */
export function codeOf(fragment: string): string | null {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const code = parameters.get("code")?.trim();
  return code ? code : null;
}

/** Takes the code from the address and removes it there. */
export function takeSignInCode(
  where: Pick<Location, "hash" | "pathname" | "search"> = location,
  past: Pick<History, "replaceState" | "state"> = history,
): string | null {
  const code = codeOf(where.hash);
  if (code !== null) past.replaceState(past.state, "", `${where.pathname}${where.search}`);
  return code;
}
