// Says what a wrong value may cost.
import { Badge, type Tone } from "../components/pieces";

const RISKS: Record<string, { word: string; tone: Tone; title: string }> = {
  load: { word: "switches loads", tone: "info", title: "A load may switch" },
  integration: {
    word: "integrations",
    tone: "info",
    title: "Others may lose the device: MQTT, cloud, WebSocket",
  },
  access: { word: "access", tone: "warn", title: "We may be locked out" },
  connectivity: { word: "connectivity", tone: "warn", title: "The device may leave the network" },
};

export function RiskBadge({ risk }: { risk: string }) {
  const known = RISKS[risk];
  if (!known) return null;
  return (
    <Badge tone={known.tone} title={known.title}>
      {known.word}
    </Badge>
  );
}
