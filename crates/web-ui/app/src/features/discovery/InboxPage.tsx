// Found devices that wait for a decision, and the scans that find them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { discovery } from "../../api/calls";
import { accessPointsQuery, inboxQuery, keys } from "../../api/queries";
import type { DecideResult, SightingState, SightingView } from "../../api/types";
import { Icon } from "../../components/Icon";
import {
  Ago,
  Badge,
  Button,
  Empty,
  ErrorNote,
  Loading,
  Note,
  PageHead,
  Segments,
} from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { macText, plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { Expected } from "./Expected";
import { ScanPanel } from "./ScanPanel";
import { SOURCES } from "./sources";

/** Cards drawn at once; a scan of a large site may find thousands. */
const STEP = 200;

export function InboxPage() {
  useTitle("Inbox");
  const inbox = useQuery(inboxQuery);
  const [show, setShow] = useState<SightingState>("new");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [failures, setFailures] = useState<DecideResult["failed"]>([]);
  const [limit, setLimit] = useState(STEP);
  const all = inbox.data ?? [];
  const shown = useMemo(() => all.filter((sighting) => sighting.state === show), [all, show]);
  const waiting = useMemo(() => all.filter((sighting) => sighting.state === "new").length, [all]);
  const chosen = shown.filter((sighting) => selected.has(sighting.mac));

  const decide = useDecide((result) => {
    setSelected(new Set());
    setFailures(result.failed);
  });
  const toggle = (mac: string) => {
    const next = new Set(selected);
    if (!next.delete(mac)) next.add(mac);
    setSelected(next);
  };

  return (
    <div className="page">
      <PageHead title="Inbox" aside="Devices that were found and are not managed yet." />
      <ScanPanel />
      <Nearby />
      <div className="toolbar">
        <Segments<SightingState>
          label="Which found devices"
          value={show}
          onChange={(next) => {
            setShow(next);
            setSelected(new Set());
          }}
          options={[
            { value: "new", label: waiting > 0 ? `New (${waiting})` : "New" },
            { value: "ignored", label: "Ignored" },
            { value: "adopted", label: "Adopted" },
          ]}
        />
        {show !== "adopted" && shown.length > 0 && (
          <span className="toolbar-end">
            <Button
              onClick={() =>
                setSelected(chosen.length === shown.length ? new Set() : new Set(shown.map((s) => s.mac)))
              }
            >
              {chosen.length === shown.length ? "Select none" : "Select all"}
            </Button>
            {chosen.length > 0 && show === "new" && (
              <Button
                busy={decide.isPending && decide.variables?.action === "ignore"}
                onClick={() => decide.mutate({ action: "ignore", devices: chosen.map((s) => s.mac) })}
              >
                Ignore {chosen.length}
              </Button>
            )}
            <Button
              look="primary"
              disabled={chosen.length === 0 && show !== "new"}
              busy={decide.isPending && decide.variables?.action === "adopt"}
              onClick={() =>
                decide.mutate(
                  chosen.length > 0
                    ? { action: "adopt", devices: chosen.map((s) => s.mac) }
                    : { action: "adopt", all: true },
                )
              }
            >
              {chosen.length > 0 ? `Adopt ${chosen.length}` : `Adopt all ${shown.length}`}
            </Button>
          </span>
        )}
      </div>
      {failures.length > 0 && <Failures failures={failures} all={all} onClose={() => setFailures([])} />}
      {inbox.isPending ? (
        <Loading />
      ) : inbox.error && !inbox.data ? (
        <ErrorNote error={inbox.error} retry={() => void inbox.refetch()} />
      ) : shown.length === 0 ? (
        <Nothing show={show} />
      ) : (
        <ul className="sightings">
          {shown.slice(0, limit).map((sighting) => (
            <Sighting
              key={sighting.mac}
              sighting={sighting}
              isSelected={selected.has(sighting.mac)}
              onToggle={() => toggle(sighting.mac)}
              onAdopt={() => decide.mutate({ action: "adopt", devices: [sighting.mac] })}
              onIgnore={() => decide.mutate({ action: "ignore", devices: [sighting.mac] })}
              isBusy={decide.isPending && (decide.variables?.devices?.includes(sighting.mac) ?? true)}
            />
          ))}
        </ul>
      )}
      {shown.length > limit && (
        <Button className="more-button" onClick={() => setLimit(limit + STEP)}>
          Show more of {shown.length}
        </Button>
      )}
      <Expected />
    </div>
  );
}

interface Decision {
  action: "adopt" | "ignore";
  devices?: string[];
  all?: boolean;
}

function useDecide(onDone: (result: DecideResult) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, ...body }: Decision) => discovery[action](body),
    onSuccess: (result, { action }) => {
      onDone(result);
      if (result.done.length > 0) {
        toast(
          "good",
          `${plural(result.done.length, "device")} ${action === "adopt" ? "adopted" : "ignored"}.`,
        );
      }
      for (const key of [keys.inbox, keys.system, keys.fleet])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });
}

function Failures({
  failures,
  all,
  onClose,
}: {
  failures: DecideResult["failed"];
  all: SightingView[];
  onClose: () => void;
}) {
  return (
    <Note tone="warn">
      <b>{plural(failures.length, "device")} could not be adopted.</b>
      <ul>
        {failures.slice(0, 8).map((failure) => (
          <li key={failure.mac}>
            {all.find((sighting) => sighting.mac === failure.mac)?.name ?? macText(failure.mac)}:{" "}
            {failure.reason}
          </li>
        ))}
        {failures.length > 8 && <li>and {failures.length - 8} more</li>}
      </ul>
      <Button look="ghost" onClick={onClose}>
        Dismiss
      </Button>
    </Note>
  );
}

function Sighting({
  sighting,
  isSelected,
  onToggle,
  onAdopt,
  onIgnore,
  isBusy,
}: {
  sighting: SightingView;
  isSelected: boolean;
  onToggle: () => void;
  onAdopt: () => void;
  onIgnore: () => void;
  isBusy: boolean;
}) {
  const name = sighting.name ?? sighting.product ?? sighting.model;
  return (
    <li className={`card sighting ${isSelected ? "is-selected" : ""}`}>
      {sighting.state !== "adopted" && (
        <input type="checkbox" aria-label={`Select ${name}`} checked={isSelected} onChange={onToggle} />
      )}
      <div className="sighting-text">
        <b className="ellipsis">
          {name} {sighting.auth_required && <Icon name="lock" size={14} />}
        </b>
        <small className="ellipsis">
          {sighting.product ?? "Unknown product"} · {sighting.model} · Gen {sighting.generation}
        </small>
        <small className="ellipsis faint">
          {sighting.address.replace(/:80$/, "")} · {macText(sighting.mac)} · seen{" "}
          <Ago at={sighting.last_seen_at} />
          {sighting.sources.length > 0 && ` by ${seenBy(sighting)}`}
        </small>
        {sighting.note && <small className="text-warn">{sighting.note}</small>}
      </div>
      <div className="sighting-actions">
        {sighting.state === "adopted" ? (
          <Link to="/devices/$mac" params={{ mac: sighting.mac }} className="button look-plain">
            <span>Open</span>
          </Link>
        ) : (
          <>
            {sighting.state === "ignored" && <Badge tone="quiet">ignored</Badge>}
            <Button busy={isBusy} onClick={onAdopt}>
              Adopt
            </Button>
            {sighting.state === "new" && (
              <Button look="ghost" disabled={isBusy} onClick={onIgnore}>
                Ignore
              </Button>
            )}
          </>
        )}
      </div>
    </li>
  );
}

/** What saw a device; agents by name, with what they saw it by. */
function seenBy(sighting: SightingView): string {
  const agents = sighting.agents ?? [];
  return sighting.sources
    .flatMap((seen) =>
      seen.source === "agent" && agents.length > 0
        ? agents.map((through) => `agent ${through.agent} (${SOURCES[through.source]})`)
        : [SOURCES[seen.source]],
    )
    .join(", ");
}

/** New devices that no network knows yet, with the way to those who bring them in. */
function Nearby() {
  const points = useQuery(accessPointsQuery);
  const count = points.data?.length ?? 0;
  if (count === 0) return null;
  return (
    <Note tone="info">
      {plural(count, "new device")} {count === 1 ? "is" : "are"} heard in {count === 1 ? "its" : "their"} own
      access point, and can be brought in under <Link to="/provisioning">Provisioning</Link>.
    </Note>
  );
}

function Nothing({ show }: { show: SightingState }) {
  if (show === "new") {
    return (
      <Empty icon="inbox" title="Nothing waits for you">
        <p>Devices that announce themselves appear here, and what a scan of a network above finds.</p>
      </Empty>
    );
  }
  return (
    <Empty
      icon="inbox"
      title={show === "ignored" ? "Nothing is ignored" : "Nothing was adopted from here yet"}
    />
  );
}
