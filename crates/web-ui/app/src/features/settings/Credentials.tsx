// Passwords that are tried on protected devices.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { credentials as calls } from "../../api/calls";
import { credentialsQuery, keys } from "../../api/queries";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";

export function Credentials() {
  const client = useQueryClient();
  const credentials = useQuery(credentialsQuery);
  const [label, setLabel] = useState("");
  const [user, setUser] = useState("admin");
  const [password, setPassword] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: keys.credentials });
  const create = useMutation({
    mutationFn: calls.create,
    onSuccess: () => {
      setLabel("");
      setPassword("");
      toast("good", "Kept. It is tried on devices that ask for a password.");
      refresh();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => calls.remove(id),
    onSuccess: refresh,
    onError: toastError,
  });
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ label: label.trim(), user: user.trim() || "admin", password });
        }}
      >
        <Field label="Label">
          <input
            className="input"
            value={label}
            placeholder="House"
            autoComplete="off"
            onChange={(event) => setLabel(event.target.value)}
          />
        </Field>
        <Field label="User">
          <input
            className="input"
            value={user}
            autoComplete="off"
            onChange={(event) => setUser(event.target.value)}
          />
        </Field>
        <Field label="Password">
          <input
            className="input"
            type="password"
            value={password}
            autoComplete="new-password"
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <Button
          type="submit"
          look="primary"
          busy={create.isPending}
          disabled={label.trim() === "" || password === ""}
        >
          Add
        </Button>
        <p className="field-hint">
          Devices from generation 2 on only know the user “admin”. Passwords are stored sealed.
        </p>
        {create.error && <ErrorNote error={create.error} />}
      </form>
      {credentials.isPending ? (
        <Loading rows={3} />
      ) : credentials.error && !credentials.data ? (
        <ErrorNote error={credentials.error} retry={() => void credentials.refetch()} />
      ) : credentials.data.length === 0 ? (
        <Empty icon="key" title="No credentials yet">
          <p>Add the passwords of your devices; they are tried in this order.</p>
        </Empty>
      ) : (
        <ol className="rows card">
          {credentials.data.map((credential) => (
            <li key={credential.id}>
              <span className="row-text">
                <b>{credential.label}</b>
                <small>
                  user {credential.user} · tried{" "}
                  {credential.position === 0 ? "first" : `as number ${credential.position + 1}`}
                </small>
              </span>
              <Button
                look="ghost"
                icon="trash"
                aria-label={`Remove ${credential.label}`}
                busy={remove.isPending && remove.variables === credential.id}
                onClick={() => remove.mutate(credential.id)}
              />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
