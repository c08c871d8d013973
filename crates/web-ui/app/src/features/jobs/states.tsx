// Words and colours of jobs and their devices.
import type { JobState, JobView, LoadView, UnitState, WaitView } from "../../api/types";
import { Badge, type Tone } from "../../components/pieces";

const JOB: Record<JobState, { word: string; tone: Tone }> = {
  proposed: { word: "waits for a yes", tone: "info" },
  approved: { word: "approved", tone: "info" },
  scheduled: { word: "waits for its time", tone: "info" },
  running: { word: "running", tone: "info" },
  paused: { word: "paused", tone: "warn" },
  done: { word: "done", tone: "good" },
  failed: { word: "not complete", tone: "bad" },
  stopped: { word: "stopped", tone: "bad" },
  expired: { word: "expired", tone: "quiet" },
  cancelled: { word: "cancelled", tone: "quiet" },
};

const UNIT: Record<UnitState, { word: string; tone: Tone }> = {
  pending: { word: "pending", tone: "quiet" },
  queued: { word: "waits for device", tone: "info" },
  running: { word: "writing", tone: "info" },
  verified: { word: "verified", tone: "good" },
  rolled_back: { word: "put back", tone: "bad" },
  failed: { word: "failed", tone: "bad" },
  blocked: { word: "blocked", tone: "warn" },
  skipped: { word: "nothing to do", tone: "quiet" },
  cancelled: { word: "not begun", tone: "quiet" },
};

const WAITS: Record<WaitView["what"], string> = {
  resume: "Waits until somebody lets it go on",
  start: "Waits for its time",
  window: "Waits for its maintenance window",
  devices: "Waits for the devices being written",
  soak: "Waits before the next ring",
  wake: "Waits for devices that are away or asleep",
};

export const LOADS: Record<LoadView["effect"], string> = {
  switches_on: "switches on with a restart",
  switches_off: "switches off with a restart",
  may_switch: "may switch with a restart",
};

export function waitsText(waits: WaitView): string {
  return WAITS[waits.what];
}

export function JobBadge({ state }: { state: JobState }) {
  const { word, tone } = JOB[state];
  return <Badge tone={tone}>{word}</Badge>;
}

export function UnitBadge({ state }: { state: UnitState }) {
  const { word, tone } = UNIT[state];
  return <Badge tone={tone}>{word}</Badge>;
}

export function jobTotals(job: JobView) {
  const { pending, queued, running, verified, rolled_back, failed, blocked, skipped, cancelled } = job.units;
  const missed = rolled_back + failed + blocked + cancelled;
  const total = pending + queued + running + verified + missed + skipped;
  return { total, missed, finished: total - pending - queued - running };
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
