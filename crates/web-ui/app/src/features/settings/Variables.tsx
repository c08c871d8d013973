// Variables for templates of wishes: see, set, take away. Secrets of the vault are never shown.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { variables as calls } from "../../api/calls";
import { groupsQuery, keys, locationsQuery, variablesQuery } from "../../api/queries";
import type { VariablesScope } from "../../api/types";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { showValue } from "../../settings-form/value";

const ofWhom = (scope: VariablesScope) =>
  "name" in scope ? scope.name : scope.scope === "device" ? scope.mac : "";

/** What was typed: numbers, true, false and lists as in JSON, anything else as text. */
function typed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) && value !== null ? text : value;
  } catch {
    return text;
  }
}

export function Variables() {
  const client = useQueryClient();
  const variables = useQuery(variablesQuery);
  const groups = useQuery(groupsQuery).data ?? [];
  const locations = useQuery(locationsQuery).data ?? [];
  const [whose, setWhose] = useState("fleet");
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const scopes: { key: string; label: string; scope: VariablesScope }[] = [
    { key: "fleet", label: "Fleet", scope: { scope: "fleet" } },
    ...locations.map((place) => ({
      key: `location:${place.name}`,
      label: `Location ${place.name}`,
      scope: { scope: "location" as const, name: place.name },
    })),
    ...groups.map((group) => ({
      key: `group:${group.name}`,
      label: `Group ${group.name}`,
      scope: { scope: "group" as const, name: group.name },
    })),
    { key: "vault", label: "Vault (secret)", scope: { scope: "vault" } },
  ];
  const chosen = scopes.find((one) => one.key === whose)?.scope ?? { scope: "fleet" as const };
  const change = useMutation({
    mutationFn: calls.change,
    onSuccess: () => {
      setName("");
      setText("");
      for (const key of [keys.variables, keys.drift, ["config"]])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });
  const all = variables.data ?? [];
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          const value = chosen.scope === "vault" ? text : typed(text);
          change.mutate({ scope: chosen, set: { [name.trim()]: value } });
        }}
      >
        <Field label="Whose">
          <select className="select" value={whose} onChange={(event) => setWhose(event.target.value)}>
            {scopes.map((one) => (
              <option key={one.key} value={one.key}>
                {one.label}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Name">
          <input
            className="input"
            value={name}
            maxLength={64}
            placeholder="broker"
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Value">
          <input
            className="input"
            type={chosen.scope === "vault" ? "password" : "text"}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={change.isPending} disabled={name.trim() === ""}>
          Set
        </Button>
        <p className="field-hint">
          A wish may hold variables, such as <code>{"{{ fleet.broker }}"}</code>. What is missing is an error
          that names it. Secrets of the vault can only stand where a secret is kept.
        </p>
      </form>
      {variables.isPending ? (
        <Loading rows={3} />
      ) : variables.error && !variables.data ? (
        <ErrorNote error={variables.error} retry={() => void variables.refetch()} />
      ) : all.length === 0 ? (
        <Empty icon="edit" title="No variables yet">
          <p>A variable is a value that wishes of many devices share, or that is another one for each.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {all.flatMap((of) =>
            Object.entries(of.values).map(([variable, value]) => (
              <li key={`${of.scope.scope}:${ofWhom(of.scope)}:${variable}`}>
                <span className="row-text">
                  <code>
                    {of.scope.scope}.{variable}
                  </code>
                  <small>
                    {ofWhom(of.scope)} {showValue(value)}
                  </small>
                </span>
                <Button
                  look="ghost"
                  icon="trash"
                  aria-label={`Remove ${variable}`}
                  onClick={() => change.mutate({ scope: of.scope, clear: [variable] })}
                />
              </li>
            )),
          )}
        </ul>
      )}
    </div>
  );
}
