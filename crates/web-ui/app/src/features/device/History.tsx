// Stored configurations of a device and what changed between them.
import { useQuery } from "@tanstack/react-query";
import { historyQuery } from "../../api/queries";
import { Ago, Badge, Empty, ErrorNote, Loading } from "../../components/pieces";
import { instant, plural } from "../../lib/format";
import { useUnits } from "../../settings-form/useUnits";
import { showValue } from "../../settings-form/value";

const CAUSES: Record<string, string> = {
  adopted: "Adopted",
  pulled: "Read on request",
  before_plan: "Before a plan",
  after_plan: "After a plan",
  drift_check: "Drift check",
};

export function History({ mac }: { mac: string }) {
  const history = useQuery(historyQuery(mac));
  const unitOf = useUnits();
  if (history.isPending) return <Loading />;
  if (history.error) return <ErrorNote error={history.error} retry={() => void history.refetch()} />;
  if (history.data.length === 0) {
    return (
      <Empty icon="events" title="No history yet">
        <p>Each time the configuration is read and differs, it is stored here.</p>
      </Empty>
    );
  }
  return (
    <ol className="timeline">
      {history.data.map((snapshot) => (
        <li key={snapshot.id} className="card">
          <header>
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
          </header>
          {snapshot.changes.length > 0 && (
            <ul className="diff">
              {snapshot.changes.slice(0, 60).map((change) => (
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
              {snapshot.changes.length > 60 && (
                <li className="faint">and {snapshot.changes.length - 60} more</li>
              )}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}
