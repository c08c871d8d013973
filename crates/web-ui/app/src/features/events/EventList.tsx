// Events by day.
import { Link } from "@tanstack/react-router";
import type { EventView } from "../../api/types";
import { clock, day, humanise, instant } from "../../lib/format";

export function EventList({ events, withDevice = true }: { events: EventView[]; withDevice?: boolean }) {
  const days = new Map<string, EventView[]>();
  for (const event of events) {
    const key = day(event.at);
    const list = days.get(key);
    if (list) list.push(event);
    else days.set(key, [event]);
  }
  return (
    <div className="events">
      {[...days].map(([name, list]) => (
        <section key={name} className="card">
          <h2>{name}</h2>
          <ul>
            {list.map((event) => (
              <li key={event.seq} className={`event ${toneOf(event.kind)}`}>
                <time dateTime={event.at} title={instant(event.at)} className="num">
                  {clock(event.at)}
                </time>
                <span className="event-kind">{humanise(event.kind)}</span>
                <span className="event-text">
                  {event.message}
                  {withDevice && event.mac && (
                    <Link to="/devices/$mac" params={{ mac: event.mac }}>
                      Open
                    </Link>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function toneOf(kind: string): string {
  if (/fail|lost|offline|unreachable|wrong|locked|refused|unauthorized/.test(kind)) return "is-bad";
  if (/drift_found|conflict|stale|expired/.test(kind)) return "is-warn";
  if (/online|adopted|verified|done|applied|resolved|finished|back/.test(kind)) return "is-good";
  return "";
}
