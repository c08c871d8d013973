// The score of a device, and the words for severities.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { findingsQuery } from "../../api/queries";
import type { Severity } from "../../api/types";
import { Badge, type Tone } from "../../components/pieces";

export const SEVERITY_WORDS: Record<Severity, { word: string; tone: Tone }> = {
  hint: { word: "Hint", tone: "info" },
  warning: { word: "To look at", tone: "warn" },
  serious: { word: "Serious", tone: "bad" },
};

function tone(points: number): Tone {
  return points >= 90 ? "good" : points >= 60 ? "warn" : "bad";
}

export function ScoreChip({ points, what }: { points: number; what: string }) {
  return (
    <Badge tone={tone(points)} title={what}>
      {points} of 100
    </Badge>
  );
}

/** The score of one device, which leads to what was found on it. */
export function DeviceScore({ mac }: { mac: string }) {
  const score = useQuery(findingsQuery(mac, false)).data?.scores[0];
  if (!score) return null;
  return (
    <Link to="/checks" search={{ device: mac }} aria-label={`Good order: ${score.explained}`}>
      <ScoreChip points={score.points} what={`Good order: ${score.explained}`} />
    </Link>
  );
}
