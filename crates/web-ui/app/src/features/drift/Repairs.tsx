// Policies of repair: what is done about drift when nobody is asked before, and what they leave.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { repairs as calls } from "../../api/calls";
import {
  groupsQuery,
  keys,
  locationsQuery,
  policiesQuery,
  profilesQuery,
  repairsQuery,
} from "../../api/queries";
import type { RepairCause, RepairMode, RepairPolicyView, RepairView, ScopeView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Badge, Button, Check, ErrorNote, Field, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { plural } from "../../lib/format";
import { useMay } from "../../lib/may";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { originOf } from "../../settings-form/value";
import { CAUSES, emptyForm, formOf, type PolicyForm, rulesOf } from "./rules";

const MODES: Record<RepairMode, string> = { off: "does nothing", ask: "asks", repair: "repairs" };

const nameOf = (scope: ScopeView) => (scope.scope === "device" ? `device:${scope.mac}` : originOf(scope));

export function Repairs() {
  const client = useQueryClient();
  const policies = useQuery(policiesQuery);
  const now = useQuery(repairsQuery);
  const may = useMay("configure");
  const [editing, setEditing] = useState<RepairPolicyView | "new" | null>(null);
  const refresh = () => {
    for (const key of [keys.policies, keys.repairs, keys.drift, keys.jobs, keys.fleet])
      void client.invalidateQueries({ queryKey: key });
  };
  const remove = useMutation({
    mutationFn: (scope: ScopeView) => calls.set({ scope }),
    onSuccess: refresh,
    onError: toastError,
  });
  const run = useMutation({
    mutationFn: calls.run,
    onSuccess: (made) => {
      toast("good", made.length > 0 ? `${plural(made.length, "job")} made.` : "Nothing to do.");
      refresh();
    },
    onError: toastError,
  });
  const left = (now.data ?? []).filter((device) => device.left.length > 0);
  return (
    <section className="stack" aria-label="Automatic repair">
      <header className="toolbar">
        <h2>Automatic repair</h2>
        <span className="toolbar-end">
          <Button
            disabled={!may || (policies.data ?? []).length === 0}
            busy={run.isPending}
            onClick={() => run.mutate()}
          >
            Look now
          </Button>
          <Button disabled={!may} onClick={() => setEditing("new")}>
            Add a policy
          </Button>
        </span>
      </header>
      {policies.isPending ? (
        <Loading rows={2} />
      ) : policies.error && !policies.data ? (
        <ErrorNote error={policies.error} retry={() => void policies.refetch()} />
      ) : policies.data.length === 0 ? (
        <p className="faint">
          No policy: drift is told, and nothing is written until somebody says so. A policy makes the plan by
          itself, and asks, or puts drift back within limits.
        </p>
      ) : (
        <ul className="rows card">
          {policies.data.map((policy) => (
            <li key={nameOf(policy.scope)}>
              <span className="row-text">
                <b>
                  <OriginBadge origin={nameOf(policy.scope)} /> {MODES[policy.rules.policy?.mode ?? "off"]}
                </b>
                <small>{summary(policy)}</small>
              </span>
              <Button look="ghost" disabled={!may} onClick={() => setEditing(policy)}>
                Change
              </Button>
              <Button
                look="ghost"
                icon="trash"
                aria-label={`Remove the policy of ${nameOf(policy.scope)}`}
                disabled={!may}
                busy={remove.isPending && remove.variables === policy.scope}
                onClick={() => remove.mutate(policy.scope)}
              />
            </li>
          ))}
        </ul>
      )}
      {left.length > 0 && <Left devices={left} />}
      {editing && (
        <PolicyDialog
          policy={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
          onDone={refresh}
        />
      )}
    </section>
  );
}

/** The limits of a policy, in a line. */
function summary({ rules: { policy, windows } }: RepairPolicyView): string {
  const parts = [
    `${policy?.devices_per_hour ?? 0} devices an hour`,
    `${policy?.repairs_per_day ?? 0} repairs of a device a day`,
    `known for ${Math.round((policy?.min_age_s ?? 0) / 60)} min`,
  ];
  if ((windows ?? []).length > 0) parts.push(`within ${(windows ?? []).join(", ")}`);
  if (policy?.risky) parts.push("also networks and passwords");
  if (policy?.critical) parts.push("also critical devices");
  if (policy?.loads) parts.push("may switch loads by a restart");
  const may = [...(policy?.ignore ?? []), ...Object.keys(policy?.tolerance ?? {})];
  if (may.length > 0) parts.push(`may differ: ${may.join(", ")}`);
  return parts.join(" · ");
}

function Left({ devices }: { devices: RepairView[] }) {
  const SHOWN = 50;
  return (
    <details>
      <summary>What policies leave on {plural(devices.length, "device")}</summary>
      <ul className="rows card">
        {devices.slice(0, SHOWN).map((device) => (
          <li key={device.mac}>
            <span className="row-text">
              <b>
                {device.name} <Badge tone="quiet">{device.policy ?? "no policy decides"}</Badge>
              </b>
              {device.left.map(({ path, why }) => (
                <small key={path}>
                  <code>{path}</code>: {why}
                </small>
              ))}
            </span>
          </li>
        ))}
        {devices.length > SHOWN && <li className="faint">and {devices.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}

function PolicyDialog({
  policy,
  onClose,
  onDone,
}: {
  policy: RepairPolicyView | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const [scope, setScope] = useState<ScopeView>(policy?.scope ?? { scope: "fleet" });
  const [form, setForm] = useState<PolicyForm>(policy ? formOf(policy.rules) : emptyForm);
  const [wrong, setWrong] = useState<string | null>(null);
  const set = (part: Partial<PolicyForm>) => setForm({ ...form, ...part });
  const save = useMutation({
    mutationFn: calls.set,
    onSuccess: () => {
      toast("good", "Policy saved.");
      onDone();
      onClose();
    },
  });
  const toggleCause = (cause: RepairCause) => {
    const causes = new Set(form.causes);
    if (!causes.delete(cause)) causes.add(cause);
    set({ causes });
  };
  return (
    <Dialog title={policy ? `Policy of ${nameOf(policy.scope)}` : "Add a policy"} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const said = rulesOf(form, policy?.rules);
          if ("wrong" in said) {
            setWrong(said.wrong);
            return;
          }
          setWrong(null);
          save.mutate({ scope, rules: said.rules });
        }}
      >
        <div className="dialog-text stack">
          {!policy && <ScopeField scope={scope} onChange={setScope} />}
          <Field label="About drift">
            <select
              className="select"
              value={form.mode}
              onChange={(event) => set({ mode: event.target.value as RepairMode })}
            >
              <option value="off">do nothing</option>
              <option value="ask">make a plan and ask</option>
              <option value="repair">put it back</option>
            </select>
          </Field>
          <fieldset className="stack">
            <legend>With this cause</legend>
            {(Object.keys(CAUSES) as RepairCause[]).map((cause) => (
              <Check
                key={cause}
                label={CAUSES[cause]}
                isOn={form.causes.has(cause)}
                onChange={() => toggleCause(cause)}
              />
            ))}
          </fieldset>
          <Text
            label="Minutes it has to be known"
            value={form.minAgeMinutes}
            onChange={(minAgeMinutes) => set({ minAgeMinutes })}
          />
          <Text
            label="Devices an hour, at most"
            value={form.perHour}
            onChange={(perHour) => set({ perHour })}
          />
          <Text
            label="Repairs of a device a day, at most"
            value={form.perDay}
            onChange={(perDay) => set({ perDay })}
          />
          <Lines
            label="Only in these windows"
            hint="One in a line, such as mon-fri 22:00-04:00. Always without any."
            value={form.windows}
            onChange={(windows) => set({ windows })}
          />
          <Lines
            label="Settings that may differ"
            hint="One in a line, such as switch:*.name. They are no drift."
            value={form.ignore}
            onChange={(ignore) => set({ ignore })}
          />
          <Lines
            label="Numbers that may differ by"
            hint="One in a line, such as switch:*.auto_off_delay=5."
            value={form.tolerance}
            onChange={(tolerance) => set({ tolerance })}
          />
          <Check
            label="Permit networks and passwords"
            isOn={form.isRisky}
            onChange={(isRisky) => set({ isRisky })}
          />
          <Check
            label="Permit critical devices"
            isOn={form.isCritical}
            onChange={(isCritical) => set({ isCritical })}
          />
          <Check
            label="Permit restarts that may switch what a device feeds"
            isOn={form.isLoads}
            onChange={(isLoads) => set({ isLoads })}
          />
          {wrong && <p className="text-warn">{wrong}</p>}
          {save.error && <ErrorNote error={save.error} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Whose policy a new one is. A device gets one of its own on the command line. */
function ScopeField({ scope, onChange }: { scope: ScopeView; onChange: (scope: ScopeView) => void }) {
  const groups = useQuery(groupsQuery).data ?? [];
  const locations = useQuery(locationsQuery).data ?? [];
  const profiles = useQuery(profilesQuery).data ?? [];
  const scopes: ScopeView[] = [
    { scope: "fleet" },
    ...locations.map(({ name }): ScopeView => ({ scope: "location", name })),
    ...groups.map(({ name }): ScopeView => ({ scope: "group", name })),
    ...profiles.map(({ name }): ScopeView => ({ scope: "profile", name })),
  ];
  return (
    <Field label="Of">
      <select
        className="select"
        value={nameOf(scope)}
        onChange={(event) => {
          const chosen = scopes.find((other) => nameOf(other) === event.target.value);
          if (chosen) onChange(chosen);
        }}
      >
        {scopes.map((other) => (
          <option key={nameOf(other)} value={nameOf(other)}>
            {nameOf(other)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Text({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label}>
      <input
        className="input is-short"
        inputMode="decimal"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

function Lines({
  label,
  hint,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label} hint={hint}>
      <textarea className="input" rows={2} value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}
