// Keys that work on every page.
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { Dialog } from "../../components/Dialog";
import { isTyping } from "../../lib/hooks";

const PLACES: Record<string, "/" | "/inbox" | "/drift" | "/jobs" | "/checks" | "/events" | "/settings"> = {
  d: "/",
  i: "/inbox",
  r: "/drift",
  p: "/jobs",
  c: "/checks",
  e: "/events",
  s: "/settings",
};
const SECOND_KEY_MS = 1_200;

export function useShortcuts(onHelp: () => void) {
  const router = useRouter();
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.key === "?") onHelp();
      else if (event.key === "g") goUntil = Date.now() + SECOND_KEY_MS;
      else if (Date.now() < goUntil) {
        const to = PLACES[event.key];
        goUntil = 0;
        if (to) void router.navigate({ to });
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router, onHelp]);
}

const KEYS: [string[], string][] = [
  [["/"], "Search"],
  [["↑", "↓"], "Move through the devices"],
  [["Enter"], "Open the device"],
  [["Space"], "Switch its first output"],
  [["x"], "Select the device"],
  [["Esc"], "Clear search or selection, leave the device"],
  [["g", "d"], "Devices"],
  [["g", "i"], "Inbox"],
  [["g", "r"], "Drift"],
  [["g", "p"], "Plans"],
  [["g", "c"], "Checks"],
  [["g", "e"], "Events"],
  [["g", "s"], "Settings"],
  [["?"], "This list"],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="shortcuts">
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
