// Devices in which a setting waits for a restart: shown, and restarted together.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { devices as calls } from "../../api/calls";
import { keys } from "../../api/queries";
import { Confirm } from "../../components/Dialog";
import { Button } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { plural } from "../../lib/format";
import { useMay } from "../../lib/may";
import type { FilterProps } from "./filter";

/** A filter with the number of these devices, and beside it, while it is on, the button that restarts them all. */
export function RestartChip({ filter, setFilter, devices }: FilterProps) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const mayControl = useMay("control");
  const waiting = devices.filter((device) => device.restart_required);
  const restart = useMutation({
    mutationFn: () => calls.restart({ devices: waiting.map((device) => device.mac) }),
    onSuccess: (results) => {
      const failed = results.filter((result) => !result.restarted);
      if (failed.length === 0) toast("good", `${plural(results.length, "device")} restarted.`);
      else toast("bad", `Not restarted: ${failed.map(({ name, error }) => `${name} (${error})`).join(", ")}`);
    },
    onError: toastError,
    onSettled: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: keys.fleet });
    },
  });
  if (waiting.length === 0 && !filter.restart) return null;
  return (
    <>
      <button
        type="button"
        className="chip"
        aria-pressed={filter.restart ?? false}
        onClick={() => setFilter({ restart: !filter.restart })}
      >
        Restart required ({waiting.length})
      </button>
      {filter.restart && waiting.length > 0 && (
        <Button icon="power" disabled={!mayControl} onClick={() => setAsking(true)}>
          Restart them
        </Button>
      )}
      {asking && (
        <Confirm
          title={`Restart ${plural(waiting.length, "device")}?`}
          action="Restart"
          busy={restart.isPending}
          onConfirm={() => restart.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>
            {waiting
              .slice(0, 8)
              .map((device) => device.name)
              .join(", ")}
            {waiting.length > 8 && ` and ${waiting.length - 8} more`}
          </p>
          <p>They are away for some seconds. Their outputs fall to their power-on default.</p>
        </Confirm>
      )}
    </>
  );
}
