// Asks which device takes the place of this one, and leads to the job, which shows what becomes of each setting.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { replacements } from "../../api/calls";
import { fleetQuery, keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Confirm } from "../../components/Dialog";
import { ErrorNote } from "../../components/pieces";
import { macText } from "../../lib/format";

export function ReplaceDialog({ device, onClose }: { device: DeviceDetail; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [successor, setSuccessor] = useState("");
  const others = (useQuery(fleetQuery).data?.devices ?? [])
    .filter(({ mac }) => mac !== device.mac)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  const replace = useMutation({
    mutationFn: () => replacements.plan(device.mac, successor),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
  });
  return (
    <Confirm
      title={`Replace ${device.name}`}
      action="Plan it"
      busy={replace.isPending}
      onConfirm={() => successor && replace.mutate()}
      onClose={onClose}
    >
      <p>
        Another device gets the configuration of this one, as far as it can have it, and then its name, tags,
        groups, place, wishes and history. This one need not answer; it is retired. The next page shows what
        becomes of each setting. Nothing is written before you say yes there, and it can be undone.
      </p>
      <select
        className="select"
        aria-label="Device that takes its place"
        value={successor}
        onChange={(event) => setSuccessor(event.target.value)}
      >
        <option value="">Choose the device that takes its place</option>
        {others.map(({ mac, name, product, model }) => (
          <option key={mac} value={mac}>
            {name}, {product ?? model}, {macText(mac)}
          </option>
        ))}
      </select>
      {others.length === 0 && (
        <p className="faint">The new device has to be adopted first: look for it with a scan.</p>
      )}
      {replace.error && <ErrorNote error={replace.error} />}
    </Confirm>
  );
}
