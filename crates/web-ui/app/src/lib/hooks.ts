// Small hooks.
import { useEffect, useState, useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = matchMedia(query);
      list.addEventListener("change", notify);
      return () => list.removeEventListener("change", notify);
    },
    () => matchMedia(query).matches,
  );
}

const TICK_MS = 10_000;
const tickers = new Set<() => void>();
let now = Date.now();
setInterval(() => {
  now = Date.now();
  for (const tick of tickers) tick();
}, TICK_MS);

/** The time, renewed every ten seconds by one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(
    (notify) => {
      tickers.add(notify);
      return () => tickers.delete(notify);
    },
    () => now,
  );
}

/** Whether a key press belongs to a field and not to the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Shelly Manager` : "Shelly Manager";
  }, [title]);
}

/** The value, once it has not changed for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
