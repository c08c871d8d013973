// Shows the page to who is signed in, and the sign-in to everyone else.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { session } from "../../api/calls";
import { keys, sessionQuery } from "../../api/queries";
import { ErrorNote } from "../../components/pieces";
import { takeSignInCode } from "../../lib/sign-in-code";
import { Splash } from "../shell/Splash";
import { SignIn } from "./SignIn";

export function SessionGate({ code, children }: { code: string | null; children: ReactNode }) {
  const client = useQueryClient();
  const [pendingCode, setPendingCode] = useState(code);
  const [codeError, setCodeError] = useState<unknown>(null);
  const current = useQuery({ ...sessionQuery, enabled: pendingCode === null });

  useEffect(() => {
    if (pendingCode === null) return;
    let left = false;
    signInOnce(pendingCode)
      .then((view) => client.setQueryData(keys.session, view))
      .catch((error: unknown) => !left && setCodeError(error))
      .finally(() => !left && setPendingCode(null));
    return () => {
      left = true;
    };
  }, [pendingCode, client]);

  // A sign-in link opened in a tab that is here already changes nothing but the fragment.
  useEffect(() => {
    const onHash = () => {
      const next = takeSignInCode();
      if (next === null) return;
      setCodeError(null);
      setPendingCode(next);
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, []);

  if (pendingCode !== null) return <Splash text="Signing in" />;
  if (current.data) return children;
  if (current.isPending) return <Splash />;
  if (current.isError) {
    return (
      <Splash>
        <ErrorNote error={current.error} retry={() => void current.refetch()} />
      </Splash>
    );
  }
  return <SignIn error={codeError} />;
}

const running = new Map<string, ReturnType<typeof session.signIn>>();

/** A code works once, so one that is on its way is not sent a second time. */
function signInOnce(code: string) {
  const kept = running.get(code);
  if (kept) return kept;
  const started = session.signIn(code);
  running.set(code, started);
  return started;
}
