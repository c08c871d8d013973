// What the page of checks counts and gathers.
import type { FindingView, RuleFindingsView, ScoreView } from "../../api/types";

/** Findings that are not let pass. */
export function open(found: RuleFindingsView): FindingView[] {
  return found.devices.filter((finding) => !finding.waiver);
}

/** The mean of the scores in whole points. */
export function average(scores: readonly ScoreView[]): number {
  const sum = scores.reduce((points, score) => points + score.points, 0);
  return scores.length === 0 ? 100 : Math.round(sum / scores.length);
}

/** Each setting with each value that the fixes of these devices have for it, once. */
export function settings(devices: readonly FindingView[]): { path: string; value: unknown }[] {
  const seen = new Map<string, { path: string; value: unknown }>();
  for (const { fix } of devices) {
    for (const [path, value] of Object.entries(fix)) {
      seen.set(`${path} ${JSON.stringify(value)}`, { path, value });
    }
  }
  return [...seen.values()];
}

/** The end of a day, `YYYY-MM-DD`, where the person is. */
export function endOfDay(day: string): string {
  const end = new Date(`${day}T00:00:00`);
  end.setDate(end.getDate() + 1);
  return end.toISOString();
}
