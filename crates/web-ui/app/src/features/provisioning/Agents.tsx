// The agents, and the codes with which they enrol.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { agents as calls } from "../../api/calls";
import { agentsQuery, keys } from "../../api/queries";
import type { AgentView } from "../../api/types";
import { Confirm, Dialog } from "../../components/Dialog";
import { Ago, Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";
import { AgentDevices } from "./AgentDevices";
import { AgentBadge } from "./states";

export function Agents() {
  const client = useQueryClient();
  const agents = useQuery(agentsQuery);
  const isAdmin = useMay("admin");
  const [isAdding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<AgentView | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.agents });
  const look = useMutation({
    mutationFn: async (agent: AgentView) => {
      if (agent.interfaces.some((one) => one.is_usable)) await calls.errand(agent.id, { kind: "scan" });
      if (agent.abilities.includes("discovery")) await calls.errand(agent.id, { kind: "probe", targets: [] });
    },
    onSuccess: () => toast("good", "The agent looks for new devices, and listens on its networks."),
    onError: toastError,
  });
  const revoke = useMutation({
    mutationFn: (agent: AgentView) =>
      agent.state === "revoked"
        ? calls.forget(agent.id).then(() => undefined)
        : calls.revoke(agent.id).then(() => undefined),
    onSuccess: refresh,
    onError: toastError,
    onSettled: () => setRevoking(null),
  });
  return (
    <section className="stack" aria-label="Agents">
      <header className="provision-head">
        <h2>Agents</h2>
        {isAdmin && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add an agent
          </Button>
        )}
      </header>
      {agents.isPending ? (
        <Loading rows={2} />
      ) : agents.error && !agents.data ? (
        <ErrorNote error={agents.error} retry={() => void agents.refetch()} />
      ) : agents.data.length === 0 ? (
        <Empty icon="radio" title="No agents yet">
          <p>An agent runs on any Linux host with WiFi near your devices, and dials this manager.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {agents.data.map((agent) => (
            <li key={agent.id} className="provision-agent">
              <span className="row-text">
                <span>
                  <b>{agent.name}</b> <AgentBadge state={agent.state} />
                </span>
                <small>
                  {agent.host}
                  {agent.location && ` · ${agent.location}`} · heard <Ago at={agent.last_seen_at} /> ·{" "}
                  {agent.abilities.join(", ") || "nothing told yet"}
                </small>
                {agent.interfaces
                  .filter((one) => one.is_radio)
                  .map((radio) => (
                    <small key={radio.name} className={radio.is_usable ? "faint" : "text-warn"}>
                      {radio.name}: {radio.control}
                      {radio.ssid && `, in ${radio.ssid}`}
                      {radio.why_not && `, not used: ${radio.why_not}`}
                    </small>
                  ))}
              </span>
              <span className="provision-state">
                <Button onClick={() => setShown(shown === agent.id ? null : agent.id)}>
                  {shown === agent.id ? "Hide" : "What it sees"}
                </Button>
                {agent.state === "online" && (
                  <Button
                    look="ghost"
                    icon="search"
                    aria-label={`Look around with ${agent.name}`}
                    onClick={() => look.mutate(agent)}
                  />
                )}
                {isAdmin && (
                  <Button
                    look="ghost"
                    icon="trash"
                    aria-label={`${agent.state === "revoked" ? "Forget" : "Revoke"} ${agent.name}`}
                    onClick={() => setRevoking(agent)}
                  />
                )}
              </span>
              {shown === agent.id && <AgentDevices id={agent.id} />}
            </li>
          ))}
        </ul>
      )}
      {isAdding && <NewCode onClose={() => setAdding(false)} />}
      {revoking && (
        <Confirm
          title={`${revoking.state === "revoked" ? "Forget" : "Revoke"} ${revoking.name}?`}
          action={revoking.state === "revoked" ? "Forget" : "Revoke"}
          danger
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(null)}
        >
          <p>
            {revoking.state === "revoked"
              ? "What its radios saw is forgotten with it."
              : "It is never let in again. To come back it has to enrol with a new code."}
          </p>
        </Confirm>
      )}
    </section>
  );
}

function NewCode({ onClose }: { onClose: () => void }) {
  const [label, setLabel] = useState("");
  const [uses, setUses] = useState("1");
  const create = useMutation({
    mutationFn: () => calls.createCode({ label: label.trim(), uses: Math.max(1, Number(uses) || 1) }),
  });
  const made = create.data;
  return (
    <Dialog title="Add an agent" onClose={onClose}>
      {made ? (
        <div className="dialog-text">
          <p>
            Run this on the host of the agent, with the port of this manager for agents. It asks for the code{" "}
            <strong>{made.code}</strong>, which is not shown again and ends <Ago at={made.expires_at} />.
          </p>
          <code className="token">
            shelly-provisioner enroll --manager {location.hostname}:PORT --fingerprint {made.fingerprint}
          </code>
          <footer>
            <Button look="primary" onClick={onClose}>
              Done
            </Button>
          </footer>
        </div>
      ) : (
        <form
          className="dialog-text"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <Field label="What it is for">
            <input
              className="input"
              value={label}
              placeholder="Pi in the workshop"
              autoComplete="off"
              onChange={(event) => setLabel(event.target.value)}
            />
          </Field>
          <Field label="Number of agents">
            <input
              className="input is-short"
              inputMode="numeric"
              value={uses}
              onChange={(event) => setUses(event.target.value)}
            />
          </Field>
          {create.error && <ErrorNote error={create.error} />}
          <footer>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" look="primary" busy={create.isPending} disabled={label.trim() === ""}>
              Make a code
            </Button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
