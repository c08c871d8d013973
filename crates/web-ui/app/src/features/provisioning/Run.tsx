// One provisioning, device by device, as it goes on.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { provisioning as calls } from "../../api/calls";
import { keys, provisioningQuery } from "../../api/queries";
import type { ProvisioningDetail, TaskView } from "../../api/types";
import { Ago, Button, ErrorNote, Loading } from "../../components/pieces";
import { macText } from "../../lib/format";
import { useMay } from "../../lib/may";
import { Sums } from "./ProvisioningPage";
import { isOpen, SetupWindow, TaskBadge } from "./states";

export function Run({ id, onClose }: { id: string; onClose: () => void }) {
  const run = useQuery(provisioningQuery(id));
  const client = useQueryClient();
  const mayConfigure = useMay("configure");
  const cancel = useMutation({
    mutationFn: (tasks: string[]) => calls.cancel(id, tasks.length > 0 ? { tasks } : {}),
    onSuccess: (next) => client.setQueryData<ProvisioningDetail>(keys.provisioning(id), next),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.provisionings }),
  });
  if (!run.data) {
    return run.error ? (
      <ErrorNote error={run.error} retry={() => void run.refetch()} />
    ) : (
      <Loading rows={3} />
    );
  }
  const open = run.data.devices.filter(isOpen);
  return (
    <section className="card provision-run" aria-label={run.data.title}>
      <header>
        <span className="row-text">
          <h2>{run.data.title}</h2>
          <small>
            into {run.data.network} · begun by {run.data.created_by} <Ago at={run.data.created_at} />
          </small>
        </span>
        <span className="provision-state">
          <Sums run={run.data} />
          {open.length > 0 && (
            <Button busy={cancel.isPending} disabled={!mayConfigure} onClick={() => cancel.mutate([])}>
              Call off
            </Button>
          )}
          <Button look="ghost" icon="close" aria-label="Close" onClick={onClose} />
        </span>
      </header>
      {cancel.error && <ErrorNote error={cancel.error} />}
      <ul className="rows" aria-live="polite">
        {run.data.devices.map((task) => (
          <Device
            key={task.id}
            task={task}
            onCancel={mayConfigure && open.length > 1 ? () => cancel.mutate([task.id]) : undefined}
          />
        ))}
      </ul>
    </section>
  );
}

function Device({ task, onCancel }: { task: TaskView; onCancel: (() => void) | undefined }) {
  const title = task.name ?? task.ssid ?? task.device ?? "";
  return (
    <li data-state={task.state}>
      <span className="row-text">
        <span className="ellipsis">
          {task.mac && task.state === "done" ? (
            <Link to="/devices/$mac" params={{ mac: task.mac }}>
              <b>{title}</b>
            </Link>
          ) : (
            <b>{title}</b>
          )}
        </span>
        <small className="ellipsis">
          {task.mac ? macText(task.mac) : task.device}
          {task.model && ` · ${task.model}`}
          {task.address && ` · at ${task.address.replace(/:80$/, "")}`}
          {task.attempts > 1 && ` · try ${task.attempts}`}
          {task.detail && isOpen(task) && ` · ${task.detail}`}
        </small>
        {task.reason && (
          <small className={task.state === "failed" ? "text-bad" : "faint"}>
            {task.reason}
            {task.place === "access_point" && " The device is back in its own access point."}
            {task.place === "unknown" && " Nobody knows where the device is."}
            {task.is_host_restored === false && " The network of the agent's host is not back."}
          </small>
        )}
      </span>
      <span className="provision-state">
        {isOpen(task) && task.window_ends_at && <SetupWindow until={task.window_ends_at} />}
        {task.job && (
          <Link to="/jobs/$id" params={{ id: task.job }}>
            job
          </Link>
        )}
        <TaskBadge task={task} />
        {onCancel && (task.state === "waiting" || task.state === "given" || task.state === "running") && (
          <Button look="ghost" icon="close" aria-label={`Call off ${title}`} onClick={onCancel} />
        )}
      </span>
    </li>
  );
}
