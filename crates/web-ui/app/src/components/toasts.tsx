// Short messages at the edge of the page.
import { type ReactNode, useSyncExternalStore } from "react";
import { messageOf } from "../api/problem";
import { Icon } from "./Icon";
import { Button } from "./pieces";

interface Toast {
  id: number;
  tone: "good" | "bad";
  text: ReactNode;
}

const SHOWN_MS = { good: 4_000, bad: 10_000 };
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

const drop = (id: number) => set(toasts.filter((toast) => toast.id !== id));

export function toast(tone: Toast["tone"], text: ReactNode) {
  const id = nextId++;
  set([...toasts.slice(-3), { id, tone, text }]);
  setTimeout(() => drop(id), SHOWN_MS[tone]);
}

export const toastError = (error: unknown) => toast("bad", messageOf(error));

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" aria-live="polite">
      {shown.map((entry) => (
        <div
          key={entry.id}
          className={`toast tone-${entry.tone}`}
          role={entry.tone === "bad" ? "alert" : "status"}
        >
          <Icon name={entry.tone === "good" ? "check" : "warning"} />
          <div>{entry.text}</div>
          <Button look="ghost" icon="close" aria-label="Dismiss" onClick={() => drop(entry.id)} />
        </div>
      ))}
    </div>
  );
}
