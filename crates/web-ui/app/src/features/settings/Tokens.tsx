// API tokens for programs and people.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { tokens as calls } from "../../api/calls";
import { keys, tokensQuery } from "../../api/queries";
import type { Permission, TokenView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Ago, Badge, Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { useRemoval } from "./removal";

const PERMISSIONS: { value: Permission; label: string }[] = [
  { value: "read", label: "Read: see everything but secrets" },
  { value: "control", label: "Control: also switch and restart" },
  { value: "configure", label: "Configure: also wishes, jobs, discovery" },
  { value: "admin", label: "Admin: also tokens and credentials" },
];

export function Tokens() {
  const client = useQueryClient();
  const tokens = useQuery(tokensQuery);
  const [name, setName] = useState("");
  const [permission, setPermission] = useState<Permission>("read");
  const [days, setDays] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: keys.tokens });
  const create = useMutation({
    mutationFn: calls.create,
    onSuccess: () => {
      setName("");
      refresh();
    },
  });
  const removal = useRemoval<TokenView>(calls.remove, refresh);
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          const expires = Number(days);
          create.mutate({
            name: name.trim(),
            permission,
            ...(Number.isInteger(expires) && expires > 0 ? { expires_in_days: expires } : {}),
          });
        }}
      >
        <Field label="Name">
          <input
            className="input"
            value={name}
            placeholder="Home Assistant"
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="May">
          <select
            className="select"
            value={permission}
            onChange={(event) => setPermission(event.target.value as Permission)}
          >
            {PERMISSIONS.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Days until it ends">
          <input
            className="input is-short"
            inputMode="numeric"
            value={days}
            placeholder="never"
            onChange={(event) => setDays(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
        {create.error && <ErrorNote error={create.error} />}
      </form>
      {tokens.isPending ? (
        <Loading rows={3} />
      ) : tokens.error && !tokens.data ? (
        <ErrorNote error={tokens.error} retry={() => void tokens.refetch()} />
      ) : tokens.data.length === 0 ? (
        <Empty icon="key" title="No tokens" />
      ) : (
        <ul className="rows card">
          {tokens.data.map((token) => (
            <li key={token.id}>
              <span className="row-text">
                <span>
                  <b>{token.name}</b>{" "}
                  <Badge tone={token.permission === "admin" ? "warn" : "quiet"}>{token.permission}</Badge>
                </span>
                <small>
                  made <Ago at={token.created_at} /> · used <Ago at={token.last_used_at} />
                  {token.expires_at && (
                    <>
                      {" "}
                      · ends <Ago at={token.expires_at} />
                    </>
                  )}
                </small>
              </span>
              {removal.button(token)}
            </li>
          ))}
        </ul>
      )}
      {create.data && (
        <Dialog title="The new token" onClose={() => create.reset()}>
          <div className="dialog-text">
            <p>Copy it now. It is not shown again.</p>
            <code className="token">{create.data.token}</code>
          </div>
          <footer>
            <Button onClick={() => create.reset()}>Done</Button>
            <Button
              look="primary"
              onClick={() =>
                void navigator.clipboard
                  ?.writeText(create.data.token)
                  .then(() => toast("good", "Copied."))
                  .catch(toastError)
              }
            >
              Copy
            </Button>
          </footer>
        </Dialog>
      )}
      {removal.dialog(() => "What uses this token is refused from now on.")}
    </div>
  );
}
