// How long things are kept, and what was removed, is told.
import { expect, test } from "vitest";
import type { RemovedView } from "../../api/types";
import { keptRows, removedText } from "./kept";

const nothing: RemovedView = {
  events: 0,
  snapshots: 0,
  jobs: 0,
  provisionings: 0,
  scans: 0,
  sightings: 0,
  waivers: 0,
  codes: 0,
  tokens: 0,
};

test("only what was removed is told", () => {
  expect(removedText(nothing)).toBe("nothing");
  expect(removedText({ ...nothing, events: 12, sightings: 3 })).toBe("12 events, 3 found devices");
});

test("zero days are for ever", () => {
  const rows = keptRows({
    events_days: 400,
    snapshots_days: 30,
    snapshots_daily_days: 365,
    jobs_days: 0,
    leftovers_days: 90,
  });
  expect(rows.map(({ time }) => time)).toEqual(["400 days", "30 days", "365 days", "for ever", "90 days"]);
});
