// Snapshots of a device: what changed between them, any two compared, and the way back.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { snapshots } from "../../api/calls";
import { historyQuery, keys } from "../../api/queries";
import type { DeviceDetail, SnapshotChange } from "../../api/types";
import { Ago, Badge, Button, Empty, ErrorNote, Loading, Note } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { instant, plural } from "../../lib/format";
import { useMay } from "../../lib/may";
import { useUnits } from "../../settings-form/useUnits";
import { showValue } from "../../settings-form/value";
import { TakeSnapshot } from "./Resources";

const CAUSES: Record<string, string> = {
  adoption: "Adopted",
  pull: "Read on request",
  before_plan: "Before a plan",
  after_plan: "After a plan",
  drift_check: "Drift check",
};

export function History({ device }: { device: DeviceDetail }) {
  const { mac } = device;
  const history = useQuery(historyQuery(mac));
  const [chosen, setChosen] = useState<string[]>([]);
  if (history.isPending) return <Loading />;
  if (history.error) return <ErrorNote error={history.error} retry={() => void history.refetch()} />;
  const choose = (id: string) =>
    setChosen((before) =>
      before.includes(id) ? before.filter((one) => one !== id) : [...before, id].slice(-2),
    );
  // The list is newest first; what is compared goes from old to new.
  const pair = history.data.map(({ id }) => id).filter((id) => chosen.includes(id));
  const [right, left] = pair;
  return (
    <>
      <div className="toolbar">
        <p className="faint">
          A snapshot is kept whenever the configuration is read and differs. Choose two to compare them.
        </p>
        <TakeSnapshot mac={mac} words="Take a snapshot" />
      </div>
      {left && right && <Compared left={left} right={right} />}
      {history.data.length === 0 && (
        <Empty icon="events" title="No snapshots yet">
          <p>Each time the configuration is read and differs, it is stored here.</p>
        </Empty>
      )}
      <ol className="timeline">
        {history.data.map((snapshot, place) => (
          <li key={snapshot.id} className="card">
            <header>
              <label className="check">
                <input
                  type="checkbox"
                  aria-label={`Compare the snapshot of ${instant(snapshot.taken_at)}`}
                  checked={chosen.includes(snapshot.id)}
                  onChange={() => choose(snapshot.id)}
                />
              </label>
              <b>{CAUSES[snapshot.cause] ?? snapshot.cause}</b>
              <span className="faint" title={instant(snapshot.taken_at)}>
                <Ago at={snapshot.taken_at} />
              </span>
              <Badge tone={snapshot.changes.length > 0 ? "info" : "quiet"}>
                {snapshot.changes.length > 0 ? plural(snapshot.changes.length, "change") : "no changes"}
              </Badge>
              <code className="fingerprint" title={`Fingerprint ${snapshot.fingerprint}`}>
                {snapshot.fingerprint.slice(0, 8)}
              </code>
              {place > 0 && <Restore id={snapshot.id} />}
            </header>
            <Changes changes={snapshot.changes} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Changes({ changes }: { changes: SnapshotChange[] }) {
  const unitOf = useUnits();
  if (changes.length === 0) return null;
  return (
    <ul className="diff">
      {changes.slice(0, 60).map((change) => (
        <li key={change.path}>
          <code>{change.path}</code>
          <span className="diff-values">
            <span className="before">
              {change.before == null ? "–" : showValue(change.before, unitOf(change.path))}
            </span>
            <span aria-hidden="true">→</span>
            <span className="after">
              {change.after == null ? "–" : showValue(change.after, unitOf(change.path))}
            </span>
          </span>
        </li>
      ))}
      {changes.length > 60 && <li className="faint">and {changes.length - 60} more</li>}
    </ul>
  );
}

function Compared({ left, right }: { left: string; right: string }) {
  const diff = useQuery({
    queryKey: ["snapshots", left, right],
    queryFn: () => snapshots.diff(left, right),
  });
  if (diff.isPending) return <Loading rows={2} />;
  if (diff.error) return <ErrorNote error={diff.error} />;
  return (
    <section className="card">
      <h3>
        {instant(diff.data.left.taken_at)} against {instant(diff.data.right.taken_at)}
      </h3>
      {diff.data.changes.length === 0 && <p className="faint">Nothing differs.</p>}
      <Changes changes={diff.data.changes} />
      {diff.data.not_compared.length > 0 && (
        <Note tone="info">
          Read for one of them only, and not compared: {diff.data.not_compared.join(", ")}.
        </Note>
      )}
    </section>
  );
}

/** Makes the job that goes back to a snapshot; its page shows before and after, and asks. */
function Restore({ id }: { id: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const restore = useMutation({
    mutationFn: () => snapshots.restore(id),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
    onError: toastError,
  });
  return (
    <Button look="ghost" busy={restore.isPending} disabled={!mayConfigure} onClick={() => restore.mutate()}>
      Restore…
    </Button>
  );
}
