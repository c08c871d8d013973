// Asks before something with a name is removed, and removes it.
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Confirm } from "../../components/Dialog";
import { Button } from "../../components/pieces";
import { toastError } from "../../components/toasts";

type Named = { id: string; name: string };

export function useRemoval<T extends Named>(remove: (id: string) => Promise<unknown>, onDone: () => void) {
  const [asking, setAsking] = useState<T | null>(null);
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: onDone,
    onError: toastError,
    onSettled: () => setAsking(null),
  });
  return {
    button: (it: T) => (
      <Button look="ghost" icon="trash" aria-label={`Remove ${it.name}`} onClick={() => setAsking(it)} />
    ),
    dialog: (consequence: (it: T) => ReactNode) =>
      asking && (
        <Confirm
          title={`Remove ${asking.name}?`}
          action="Remove"
          danger
          busy={removal.isPending}
          onConfirm={() => removal.mutate(asking.id)}
          onClose={() => setAsking(null)}
        >
          <p>{consequence(asking)}</p>
        </Confirm>
      ),
  };
}
