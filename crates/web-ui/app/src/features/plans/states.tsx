// Words and colours of plans and their devices.
import type { PlanState, PlanView, UnitState } from "../../api/types";
import { Badge, type Tone } from "../../components/pieces";

const PLAN: Record<PlanState, { word: string; tone: Tone }> = {
  proposed: { word: "waits for a yes", tone: "info" },
  running: { word: "running", tone: "info" },
  done: { word: "done", tone: "good" },
  failed: { word: "not complete", tone: "bad" },
  expired: { word: "expired", tone: "quiet" },
  cancelled: { word: "cancelled", tone: "quiet" },
};

const UNIT: Record<UnitState, { word: string; tone: Tone }> = {
  pending: { word: "pending", tone: "quiet" },
  running: { word: "writing", tone: "info" },
  verified: { word: "verified", tone: "good" },
  failed: { word: "failed", tone: "bad" },
  blocked: { word: "blocked", tone: "warn" },
  skipped: { word: "nothing to do", tone: "quiet" },
};

export function PlanBadge({ state }: { state: PlanState }) {
  const { word, tone } = PLAN[state];
  return <Badge tone={tone}>{word}</Badge>;
}

export function UnitBadge({ state }: { state: UnitState }) {
  const { word, tone } = UNIT[state];
  return <Badge tone={tone}>{word}</Badge>;
}

export function planTotals(plan: PlanView) {
  const { pending, running, verified, failed, blocked, skipped } = plan.units;
  const total = pending + running + verified + failed + blocked + skipped;
  return { total, finished: total - pending - running };
}

export const VERDICTS: Record<string, { word: string; tone: Tone; title: string }> = {
  applied: { word: "verified", tone: "good", title: "Written, and the device shows it" },
  already_so: {
    word: "was so already",
    tone: "good",
    title: "The device showed it before anything was written",
  },
  ignored_by_device: {
    word: "ignored",
    tone: "bad",
    title: "The device accepted the write and shows the old value",
  },
  clamped: { word: "changed by device", tone: "bad", title: "The device shows a value of its own" },
  not_on_this_firmware: {
    word: "not on this firmware",
    tone: "warn",
    title: "The device accepted the write and does not show the setting",
  },
  needs_restart: {
    word: "needs a restart",
    tone: "warn",
    title: "Takes effect after a restart, which was not made",
  },
  unverifiable: { word: "accepted", tone: "good", title: "Accepted; a secret cannot be read back" },
  failed: { word: "failed", tone: "bad", title: "Not written, or not proven" },
};
