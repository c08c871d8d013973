// What is kept, and what was removed, in words.
import type { RemovedView, RetentionView } from "../../api/types";
import { count } from "../../lib/format";

const REMOVED: Record<keyof RemovedView, string> = {
  events: "events",
  snapshots: "snapshots",
  jobs: "jobs",
  provisionings: "provisionings",
  scans: "scans",
  sightings: "found devices",
  waivers: "waivers",
  codes: "codes of agents",
  tokens: "tokens",
};

export function removedText(removed: RemovedView): string {
  const parts = (Object.keys(REMOVED) as (keyof RemovedView)[])
    .filter((what) => removed[what] > 0)
    .map((what) => `${count(removed[what])} ${REMOVED[what]}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

export function keptRows(retention: RetentionView): { what: string; time: string }[] {
  const time = (days: number) => (days === 0 ? "for ever" : `${days} days`);
  return [
    { what: "Events", time: time(retention.events_days) },
    { what: "All snapshots", time: time(retention.snapshots_days) },
    {
      what: "The last snapshot of each day, then of each month",
      time: time(retention.snapshots_daily_days),
    },
    { what: "Jobs and provisionings, from their end", time: time(retention.jobs_days) },
    { what: "What is of no use any more", time: time(retention.leftovers_days) },
  ];
}
