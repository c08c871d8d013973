// Asks which address of a server is replaced by which, and leads to the job, which shows every place.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { addresses } from "../../api/calls";
import { keys } from "../../api/queries";
import { Dialog } from "../../components/Dialog";
import { Button, ErrorNote, Field } from "../../components/pieces";
import { useMay } from "../../lib/may";

export function ReplaceAddress() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const [isOpen, setOpen] = useState(false);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [query, setQuery] = useState("");
  const plan = useMutation({
    mutationFn: () =>
      addresses.replace({
        from: from.trim(),
        to: to.trim(),
        job: query.trim() === "" ? {} : { query: query.trim() },
      }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void client.invalidateQueries({ queryKey: keys.jobs });
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
  });
  return (
    <>
      <Button
        title="A server has another address: change it wherever devices name it"
        disabled={!mayConfigure}
        onClick={() => setOpen(true)}
      >
        Replace an address…
      </Button>
      {isOpen && (
        <Dialog title="Replace the address of a server" onClose={() => setOpen(false)}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              plan.mutate();
            }}
          >
            <p>
              The devices are read, with webhooks, actions, scripts, stored values and schedules. The next
              page shows every place that names the old address. Nothing is written before you say yes there,
              and it can be undone.
            </p>
            <Field label="Old address">
              <input
                className="input"
                value={from}
                placeholder="10.0.0.5"
                spellCheck={false}
                onChange={(event) => setFrom(event.target.value)}
              />
            </Field>
            <Field label="New address" hint="Without ports, every port stays as it is.">
              <input
                className="input"
                value={to}
                placeholder="hub.lan"
                spellCheck={false}
                onChange={(event) => setTo(event.target.value)}
              />
            </Field>
            <Field label="Devices" hint="A query such as tag:kitchen; empty for all.">
              <input
                className="input"
                value={query}
                spellCheck={false}
                onChange={(event) => setQuery(event.target.value)}
              />
            </Field>
            <div className="page-actions">
              <Button
                type="submit"
                look="primary"
                busy={plan.isPending}
                disabled={from.trim() === "" || to.trim() === ""}
              >
                Plan it
              </Button>
            </div>
            {plan.error && <ErrorNote error={plan.error} />}
          </form>
        </Dialog>
      )}
    </>
  );
}
