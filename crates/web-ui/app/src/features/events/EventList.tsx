// Events by day.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { fleetQuery } from "../../api/queries";
import type { EventView } from "../../api/types";
import { clock, day, humanise, instant, macText } from "../../lib/format";

export function EventList({ events, withDevice = true }: { events: EventView[]; withDevice?: boolean }) {
  const fleet = useQuery(fleetQuery).data;
  const names = useMemo(() => new Map(fleet?.devices.map((device) => [device.mac, device.name])), [fleet]);
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
              <li key={event.seq} className={`event ${toneOf(event)}`}>
                <time dateTime={event.at} title={instant(event.at)} className="num">
                  {clock(event.at)}
                </time>
                <span className="event-kind">{humanise(event.kind)}</span>
                <span className="event-text">
                  {withDevice && event.mac && (
                    <Link to="/devices/$mac" params={{ mac: event.mac }}>
                      {names.get(event.mac) ?? macText(event.mac)}
                    </Link>
                  )}
                  {event.message}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const GOOD = new Set(["device_adopted", "drift_cleared"]);
const BAD_STATES = new Set(["offline", "unauthorized", "wrong_device", "locked_out"]);

function toneOf(event: EventView): string {
  const data = (event.data ?? {}) as Record<string, unknown>;
  if (event.kind === "drift_found") return "is-warn";
  if (event.kind === "device_state_changed") {
    return data.to === "online" ? "is-good" : BAD_STATES.has(String(data.to)) ? "is-bad" : "";
  }
  if (event.kind === "job_unit_finished" || event.kind === "job_finished") {
    if (data.state === "verified" || data.state === "done") return "is-good";
    return data.state === "failed" ? "is-bad" : "";
  }
  return GOOD.has(event.kind) ? "is-good" : "";
}
