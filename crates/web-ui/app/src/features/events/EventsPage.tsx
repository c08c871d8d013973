// The event log, live.
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { eventsQuery } from "../../api/queries";
import { Icon } from "../../components/Icon";
import { Button, Empty, ErrorNote, Loading, PageHead } from "../../components/pieces";
import { humanise } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { EventList } from "./EventList";

const STEP = 200;
/** New readings come all the time and hide the rest. */
const READINGS = "status_changed";
const EVERYTHING = "*";

export function EventsPage() {
  useTitle("Events");
  const events = useQuery(eventsQuery());
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [limit, setLimit] = useState(STEP);
  const all = events.data ?? [];
  const kinds = useMemo(() => [...new Set(all.map((event) => event.kind))].sort(), [all]);
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter((event) => {
      const haystack = `${event.message} ${event.kind} ${event.mac ?? ""}`.toLowerCase();
      const isKind = kind === EVERYTHING || (kind === "" ? event.kind !== READINGS : event.kind === kind);
      return isKind && words.every((word) => haystack.includes(word));
    });
  }, [all, text, kind]);

  return (
    <div className="page">
      <PageHead title="Events" aside="What happened, newest first." />
      <div className="toolbar">
        <div className="search">
          <Icon name="search" />
          <input
            className="input"
            type="search"
            aria-label="Search events"
            placeholder="Search events"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <select
          className={`select ${kind ? "is-set" : ""}`}
          aria-label="Kind"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          <option value="">All but readings</option>
          <option value={EVERYTHING}>Everything</option>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {humanise(name)}
            </option>
          ))}
        </select>
      </div>
      {events.isPending ? (
        <Loading rows={8} />
      ) : events.error && !events.data ? (
        <ErrorNote error={events.error} retry={() => void events.refetch()} />
      ) : shown.length === 0 ? (
        <Empty icon="events" title={all.length === 0 ? "Nothing happened yet" : "No event matches"} />
      ) : (
        <EventList events={shown.slice(0, limit)} />
      )}
      {shown.length > limit && (
        <Button className="more-button" onClick={() => setLimit(limit + STEP)}>
          Show more of {shown.length}
        </Button>
      )}
    </div>
  );
}
