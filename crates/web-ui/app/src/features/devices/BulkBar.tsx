// What can be done with the selected devices.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { drift, groups, jobs } from "../../api/calls";
import { groupsQuery, keys } from "../../api/queries";
import { Button } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { plural } from "../../lib/format";

export function BulkBar({ selected, onClear }: { selected: ReadonlySet<string>; onClear: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const known = useQuery(groupsQuery).data ?? [];
  const devices = [...selected];

  const plan = useMutation({
    mutationFn: () => jobs.create({ devices }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
    onError: toastError,
  });
  const check = useMutation({
    mutationFn: () => drift.check({ devices }),
    onSuccess: () => toast("good", `Checking ${plural(devices.length, "device")}.`),
    onError: toastError,
  });
  const join = useMutation({
    mutationFn: (id: string) => groups.members(id, { add: devices }),
    onSuccess: (_answer, id) => {
      toast("good", `Added to ${known.find((group) => group.id === id)?.name ?? "the group"}.`);
      for (const key of [keys.fleet, keys.groups]) void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });

  return (
    <div className="bulk" role="toolbar" aria-label="Selected devices">
      <b>{plural(selected.size, "device")} selected</b>
      <Button look="primary" busy={plan.isPending} onClick={() => plan.mutate()}>
        Plan changes
      </Button>
      <Button busy={check.isPending} onClick={() => check.mutate()}>
        Check for drift
      </Button>
      <select
        className="select"
        aria-label="Add to a group"
        value=""
        disabled={known.length === 0 || join.isPending}
        onChange={(event) => event.target.value && join.mutate(event.target.value)}
      >
        <option value="">{known.length === 0 ? "No groups yet" : "Add to group…"}</option>
        {known.map((group) => (
          <option key={group.id} value={group.id}>
            {group.name}
          </option>
        ))}
      </select>
      <Button look="ghost" icon="close" aria-label="Clear the selection" onClick={onClear} />
    </div>
  );
}
