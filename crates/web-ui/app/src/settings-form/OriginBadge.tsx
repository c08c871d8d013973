// Says whose wish a value is.
import { Icon } from "../components/Icon";
import { readOrigin } from "./value";

const ICONS = {
  fleet: "layers",
  location: "place",
  group: "groups",
  profile: "copy",
  device: "devices",
} as const;

export function OriginBadge({ origin }: { origin: string }) {
  const { kind, name } = readOrigin(origin);
  return (
    <span className={`origin origin-${kind}`} title={`Wished by: ${name}`}>
      <Icon name={ICONS[kind]} size={13} />
      {name}
    </span>
  );
}
