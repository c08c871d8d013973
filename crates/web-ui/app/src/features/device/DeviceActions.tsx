// Refresh, plan, restart, remove.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { devices } from "../../api/calls";
import { type Fleet, keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Confirm } from "../../components/Dialog";
import { Button } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";
import { removeFromFleet } from "../../live/patches";
import { DevicePasswords } from "./DevicePasswords";
import { MakeProfile } from "./MakeProfile";
import { ReplaceDialog } from "./ReplaceDialog";

export function DeviceActions({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"restart" | "replace" | "profile" | "remove" | null>(null);
  const mayControl = useMay("control");
  const mayConfigure = useMay("configure");
  const refresh = useMutation({
    mutationFn: () => devices.refresh(device.mac),
    onSuccess: (answer) => client.setQueryData(keys.device(device.mac), answer),
    onError: (error) => {
      toastError(error);
      void client.invalidateQueries({ queryKey: keys.device(device.mac) });
    },
  });
  const restart = useMutation({
    mutationFn: () => devices.command(device.mac, { command: "restart" }),
    onSuccess: () => toast("good", `${device.name} has restarted.`),
    onError: toastError,
    onSettled: () => setAsking(null),
  });
  const remove = useMutation({
    mutationFn: () => devices.remove(device.mac),
    onSuccess: () => {
      client.setQueryData<Fleet>(keys.fleet, (fleet) => fleet && removeFromFleet(fleet, device.mac));
      void client.invalidateQueries({ queryKey: keys.system });
      toast("good", `${device.name} is no longer managed.`);
      void navigate({ to: "/" });
    },
    onError: (error) => {
      setAsking(null);
      toastError(error);
    },
  });

  return (
    <div className="page-actions">
      <Button icon="refresh" busy={refresh.isPending} onClick={() => refresh.mutate()}>
        Refresh
      </Button>
      <Button
        icon="power"
        disabled={device.state !== "online" || !mayControl}
        onClick={() => setAsking("restart")}
      >
        Restart
      </Button>
      <DevicePasswords device={device} />
      <Button
        title="Another device takes its place"
        disabled={!mayConfigure}
        onClick={() => setAsking("replace")}
      >
        Replace…
      </Button>
      <Button
        title="Its settings become wishes for others of its kind"
        disabled={!mayConfigure}
        onClick={() => setAsking("profile")}
      >
        Make a profile…
      </Button>
      <Button
        icon="trash"
        aria-label="Remove"
        title="Remove from the manager"
        disabled={!mayConfigure}
        onClick={() => setAsking("remove")}
      />
      {asking === "restart" && (
        <Confirm
          title={`Restart ${device.name}?`}
          action="Restart"
          busy={restart.isPending}
          onConfirm={() => restart.mutate()}
          onClose={() => setAsking(null)}
        >
          <p>It is away for some seconds. Its outputs fall to their power-on default.</p>
        </Confirm>
      )}
      {asking === "profile" && <MakeProfile device={device} onClose={() => setAsking(null)} />}
      {asking === "replace" && <ReplaceDialog device={device} onClose={() => setAsking(null)} />}
      {asking === "remove" && (
        <Confirm
          title={`Remove ${device.name}?`}
          action="Remove"
          danger
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(null)}
        >
          <p>
            The manager forgets the device, its wishes and its history. The device itself keeps its settings
            and can be found again by a scan.
          </p>
        </Confirm>
      )}
    </div>
  );
}
