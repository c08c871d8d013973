// How long things are kept, and removing what is old.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { maintenance as calls } from "../../api/calls";
import { keys, maintenanceQuery } from "../../api/queries";
import type { MaintenanceView, SweepResult } from "../../api/types";
import { Ago, Button, ErrorNote, Loading, Note } from "../../components/pieces";
import { useMay } from "../../lib/may";
import { keptRows, removedText } from "./kept";

export function Maintenance() {
  const known = useQuery(maintenanceQuery);
  if (known.isPending) return <Loading rows={5} />;
  if (known.error && !known.data) return <ErrorNote error={known.error} retry={() => void known.refetch()} />;
  return (
    <div className="stack">
      <Kept of={known.data} />
      <Sweep />
    </div>
  );
}

function Kept({ of }: { of: MaintenanceView }) {
  const { last } = of;
  return (
    <ul className="rows card" aria-label="How long things are kept">
      {keptRows(of.retention).map(({ what, time }) => (
        <li key={what}>
          <span className="row-text">
            <b>{what}</b>
          </span>
          <span>{time}</span>
        </li>
      ))}
      <li>
        <span className="row-text">
          <b>Last removal</b>
          {last && <small>{removedText(last.removed)}</small>}
        </span>
        <span>
          {last == null ? (
            "none yet"
          ) : last.is_running ? (
            "under way"
          ) : (
            <>
              <Ago at={last.ended_at ?? last.began_at} />
              {last.ended_at == null && ", not finished"}
            </>
          )}
        </span>
      </li>
    </ul>
  );
}

function Sweep() {
  const client = useQueryClient();
  const may = useMay("admin");
  const count = useMutation({ mutationFn: () => calls.sweep({ dry_run: true }) });
  const remove = useMutation({
    mutationFn: () => calls.sweep({ dry_run: false }),
    onSettled: () => {
      count.reset();
      void client.invalidateQueries({ queryKey: keys.maintenance });
    },
  });
  return (
    <div className="card inline-form">
      <Button busy={count.isPending} onClick={() => count.mutate()}>
        Count what is old
      </Button>
      <Button busy={remove.isPending} disabled={!may} onClick={() => remove.mutate()}>
        Remove it now
      </Button>
      <p className="field-hint">
        The manager does this by itself. How long things are kept is said in its settings file, section
        retention. What something still refers to stays.
      </p>
      {count.data && <Outcome of={count.data} />}
      {remove.data && <Outcome of={remove.data} />}
      {(count.error ?? remove.error) && <ErrorNote error={count.error ?? remove.error} />}
    </div>
  );
}

function Outcome({ of }: { of: SweepResult }) {
  return (
    <Note tone="info">
      {of.dry_run ? "Would be removed" : "Removed"}: {removedText(of.removed)}.
      {!of.is_done && " Some is left: remove once more."}
    </Note>
  );
}
