// Words and colours of provisioning, and the countdown of the setup window.
import { useEffect, useState } from "react";
import type { AgentState, TaskView } from "../../api/types";
import { Badge, type Tone } from "../../components/pieces";
import { humanise } from "../../lib/format";

const TASK: Record<TaskView["state"], { word: string; tone: Tone }> = {
  waiting: { word: "waits", tone: "quiet" },
  given: { word: "given to an agent", tone: "info" },
  running: { word: "running", tone: "info" },
  cancelling: { word: "is put back", tone: "warn" },
  handing_over: { word: "is adopted", tone: "info" },
  applying: { word: "is brought to the wish", tone: "info" },
  done: { word: "done", tone: "good" },
  failed: { word: "failed", tone: "bad" },
  cancelled: { word: "called off", tone: "quiet" },
};

const AGENT: Record<AgentState, Tone> = { online: "good", offline: "warn", revoked: "quiet" };

export function isOpen(task: TaskView): boolean {
  return task.state !== "done" && task.state !== "failed" && task.state !== "cancelled";
}

export function TaskBadge({ task }: { task: TaskView }) {
  const { word, tone } = TASK[task.state];
  const step = task.state === "running" && task.step ? humanise(task.step).toLowerCase() : word;
  return <Badge tone={tone}>{step}</Badge>;
}

export function AgentBadge({ state }: { state: AgentState }) {
  return <Badge tone={AGENT[state]}>{state}</Badge>;
}

/** Minutes and seconds until then; nothing when it is over. */
export function countdown(until: string, now: number): string | null {
  const left = Math.floor((Date.parse(until) - now) / 1000);
  if (Number.isNaN(left) || left <= 0) return null;
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** How long the device leaves its access point on. */
export function SetupWindow({ until }: { until: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = countdown(until, now);
  const title = "A device of Gen2 or later closes its open access point 15 minutes after it was started.";
  return (
    <Badge tone={left === null ? "warn" : "info"} title={title}>
      {left === null ? "setup window may be closed" : `${left} of the setup window`}
    </Badge>
  );
}
