// Sign-in with the one-time code that the server prints, or with an API token.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { session } from "../../api/calls";
import { keys } from "../../api/queries";
import { Button, ErrorNote, Field } from "../../components/pieces";
import { useTitle } from "../../lib/hooks";
import { Logo } from "../shell/Logo";

export function SignIn({ error }: { error: unknown }) {
  useTitle("Sign in");
  const client = useQueryClient();
  const [secret, setSecret] = useState("");
  const signIn = useMutation({
    mutationFn: () => session.signIn(secret.trim()),
    onSuccess: async (view) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      client.setQueryData(keys.session, view);
    },
  });
  const problem = signIn.error ?? error;

  return (
    <main className="sign-in">
      <form
        className="card sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          if (secret.trim() !== "") signIn.mutate();
        }}
      >
        <Logo />
        <Field
          label="One-time code or API token"
          hint="The manager prints a sign-in link when it starts for the first time, and again with “serve --sign-in”."
        >
          <input
            className="input is-large"
            name="secret"
            type="text"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            placeholder="XXXX-XXXX"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            // biome-ignore lint/a11y/noAutofocus: the only field of the page
            autoFocus
          />
        </Field>
        {problem != null && <ErrorNote error={problem} />}
        <Button type="submit" look="primary" busy={signIn.isPending} disabled={secret.trim() === ""}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
