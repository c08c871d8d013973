// Rules of placement in words.
import type { PlacementView } from "../../api/types";

/** Which devices a rule is about. */
export function condition(rule: PlacementView): string {
  const parts = [
    rule.models.length > 0 ? rule.models.join(", ") : "every model",
    rule.ssid && `in ${rule.ssid}`,
    rule.subnet && `at ${rule.subnet}`,
  ];
  return parts.filter(Boolean).join(" ");
}

/** Where a rule puts them. */
export function outcome(rule: PlacementView): string {
  const parts = [
    rule.location && `location ${rule.location}`,
    rule.group && `group ${rule.group}`,
    rule.profile && `profile ${rule.profile}`,
  ];
  return parts.filter(Boolean).join(", ") || "nowhere: what it named was removed";
}
