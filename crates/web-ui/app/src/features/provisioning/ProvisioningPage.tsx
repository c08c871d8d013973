// New devices: what agents see, the way into a network, and how far each is.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { accessPointsQuery, provisioningsQuery } from "../../api/queries";
import type { AccessPointView, ProvisioningView } from "../../api/types";
import { Ago, Badge, Button, Empty, ErrorNote, Loading, PageHead, Progress } from "../../components/pieces";
import { useTitle } from "../../lib/hooks";
import { useMay } from "../../lib/may";
import { Agents } from "./Agents";
import { Placements } from "./PlacementRules";
import { Run } from "./Run";
import { SetupWindow } from "./states";
import { Wizard } from "./Wizard";

export function ProvisioningPage() {
  useTitle("Provisioning");
  const { run } = useSearch({ from: "/provisioning" });
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const points = useQuery(accessPointsQuery);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isAdding, setAdding] = useState(false);
  const seen = points.data ?? [];
  const chosen = useMemo(() => seen.filter((point) => selected.has(point.ssid)), [seen, selected]);
  const open = (id: string | undefined) =>
    void navigate({ to: "/provisioning", search: id === undefined ? {} : { run: id } });

  return (
    <div className="page">
      <PageHead
        title="Provisioning"
        aside="Agents near new devices bring them into your network. Here is what they see, and how far each device is."
      >
        <Button look="primary" icon="plus" disabled={!mayConfigure} onClick={() => setAdding(true)}>
          {chosen.length > 0 ? `Bring in ${chosen.length}` : "Bring in devices"}
        </Button>
      </PageHead>
      {isAdding && (
        <Wizard
          points={chosen}
          onClose={() => setAdding(false)}
          onBegun={(id) => {
            setAdding(false);
            setSelected(new Set());
            open(id);
          }}
        />
      )}
      {run !== undefined && <Run id={run} onClose={() => open(undefined)} />}
      <section className="stack" aria-label="Access points">
        <h2>New devices nearby</h2>
        {points.isPending ? (
          <Loading rows={3} />
        ) : points.error && !points.data ? (
          <ErrorNote error={points.error} retry={() => void points.refetch()} />
        ) : seen.length === 0 ? (
          <Empty icon="radio" title="No agent sees a new device">
            <p>A new device opens an access point of its own. It is listed here when an agent hears it.</p>
          </Empty>
        ) : (
          <ul className="rows card">
            {seen.map((point) => (
              <Point
                key={point.ssid}
                point={point}
                isSelected={selected.has(point.ssid)}
                onToggle={() => {
                  const next = new Set(selected);
                  if (!next.delete(point.ssid)) next.add(point.ssid);
                  setSelected(next);
                }}
              />
            ))}
          </ul>
        )}
      </section>
      <Runs onOpen={open} current={run} />
      <Placements />
      <Agents />
    </div>
  );
}

function Point({
  point,
  isSelected,
  onToggle,
}: {
  point: AccessPointView;
  isSelected: boolean;
  onToggle: () => void;
}) {
  return (
    <li>
      <label className="check provision-point">
        <input type="checkbox" checked={isSelected} onChange={onToggle} />
        <span className="row-text">
          <b className="ellipsis">{point.ssid}</b>
          <small>
            {point.kind} · {heardBy(point)}
          </small>
          <small className="faint">
            first heard <Ago at={point.first_seen_at} />, last <Ago at={point.last_seen_at} />
          </small>
        </span>
      </label>
      <span className="provision-state">
        {point.security !== "open" && <Badge tone="warn">{point.security}</Badge>}
        {point.window_ends_at && <SetupWindow until={point.window_ends_at} />}
      </span>
    </li>
  );
}

/** Who hears an access point and how well, the best first. */
function heardBy(point: AccessPointView): string {
  const each = point.heard_by ?? [];
  if (each.length === 0) return `${point.signal_dbm} dBm at ${point.agent} ${point.interface}`;
  return each.map((heard) => `${heard.signal_dbm} dBm at ${heard.agent} ${heard.interface}`).join(", ");
}

function Runs({ onOpen, current }: { onOpen: (id: string) => void; current: string | undefined }) {
  const runs = useQuery(provisioningsQuery);
  const shown = (runs.data ?? []).filter((run) => run.id !== current);
  if (runs.error && !runs.data) return <ErrorNote error={runs.error} retry={() => void runs.refetch()} />;
  if (shown.length === 0) return null;
  return (
    <section className="stack" aria-label="Begun before">
      <h2>Begun before</h2>
      <ul className="rows card">
        {shown.map((run) => (
          <li key={run.id}>
            <span className="row-text">
              <b className="ellipsis">{run.title}</b>
              <small>
                {run.network} · by {run.created_by} · <Ago at={run.created_at} />
              </small>
            </span>
            <span className="provision-state">
              <Sums run={run} />
              <Button onClick={() => onOpen(run.id)}>Open</Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Sums({ run }: { run: ProvisioningView }) {
  const { waiting, running, done, failed, cancelled } = run.counts;
  const total = waiting + running + done + failed + cancelled;
  return (
    <>
      {waiting + running > 0 && (
        <Progress value={total - waiting - running} of={total} label="Devices finished" />
      )}
      <small className="text-good">{done} done</small>
      {failed > 0 && <small className="text-bad">{failed} failed</small>}
      {cancelled > 0 && <small className="faint">{cancelled} called off</small>}
      {waiting + running > 0 && <small>{waiting + running} open</small>}
    </>
  );
}
