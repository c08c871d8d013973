// Where a device names a server whose address is replaced: what cannot be changed there comes first.
import type { ReaddressView } from "../../api/types";
import { plural } from "../../lib/format";

export function Places({ readdress: { change, places } }: { readdress: ReaddressView }) {
  const kept = places.filter(({ left }) => left != null);
  const changed = places.filter(({ left }) => left == null);
  return (
    <div className="step" data-address={change.from}>
      <h4>
        Names {change.from} in {plural(places.length, "place")}
      </h4>
      {kept.map(({ place, left }) => (
        <p key={place} className="unit-held text-warn" data-place={place}>
          <code>{place}</code> is left as it is: {left}.
        </p>
      ))}
      <ul className="diff">
        {changed.map(({ place, found, becomes }) => (
          <li key={place} data-place={place}>
            <code>{place}</code>
            <span className="diff-values">
              <span className="before">{found.join(", ")}</span>
              <span aria-hidden="true">→</span>
              <span className="after">{becomes.join(", ")}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
