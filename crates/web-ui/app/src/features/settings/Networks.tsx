// WiFi networks whose keys are known, so that devices find back to them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { networks as calls } from "../../api/calls";
import { keys, networksQuery } from "../../api/queries";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";

export function Networks() {
  const client = useQueryClient();
  const networks = useQuery(networksQuery);
  const may = useMay("configure");
  const [ssid, setSsid] = useState("");
  const [key, setKey] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: keys.networks });
  const save = useMutation({
    mutationFn: () => calls.set(key === "" ? { ssid } : { ssid, key }),
    onSuccess: () => {
      setSsid("");
      setKey("");
      refresh();
    },
  });
  const remove = useMutation({ mutationFn: calls.remove, onSuccess: refresh, onError: toastError });
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label="Network">
          <input
            className="input"
            value={ssid}
            autoComplete="off"
            onChange={(event) => setSsid(event.target.value)}
          />
        </Field>
        <Field label="Key">
          <input
            className="input"
            type="password"
            value={key}
            placeholder="None: an open network"
            autoComplete="new-password"
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={save.isPending} disabled={ssid === "" || !may}>
          Save
        </Button>
        <p className="field-hint">
          A device that moves to another network keeps the one it is in as its second one, and comes back by
          itself. For that the key has to be known here. It is stored sealed and never shown.
        </p>
        {save.error && <ErrorNote error={save.error} />}
      </form>
      {networks.isPending ? (
        <Loading rows={3} />
      ) : networks.error && !networks.data ? (
        <ErrorNote error={networks.error} retry={() => void networks.refetch()} />
      ) : networks.data.length === 0 ? (
        <Empty icon="key" title="No networks yet">
          <p>Add the network in which your devices are before you move them to another one.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {networks.data.map((network) => (
            <li key={network.ssid}>
              <span className="row-text">
                <b>{network.ssid}</b>
                <small>{network.is_open ? "open" : "key known"}</small>
              </span>
              <Button
                look="ghost"
                icon="trash"
                aria-label={`Forget ${network.ssid}`}
                disabled={!may}
                busy={remove.isPending && remove.variables === network.ssid}
                onClick={() => remove.mutate(network.ssid)}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
