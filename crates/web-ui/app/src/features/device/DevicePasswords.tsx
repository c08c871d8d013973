// Gives a device another password, and shows the one it has.
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { passwords } from "../../api/calls";
import type { DeviceDetail } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Button, ErrorNote } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";

export function DevicePasswords({ device }: { device: DeviceDetail }) {
  const navigate = useNavigate();
  const mayAdmin = useMay("admin");
  const [isOpen, setOpen] = useState(false);
  const change = useMutation({
    mutationFn: (kind: "random" | "none") =>
      passwords.change({ new: { kind }, job: { devices: [device.mac] } }),
    onSuccess: (job) => void navigate({ to: "/jobs/$id", params: { id: job.id } }),
    onError: toastError,
  });
  const reveal = useMutation({ mutationFn: () => passwords.reveal(device.mac) });
  const close = () => {
    reveal.reset();
    setOpen(false);
  };
  return (
    <>
      <Button icon="key" disabled={!mayAdmin} onClick={() => setOpen(true)}>
        Password
      </Button>
      {isOpen && (
        <Dialog title={`Password of ${device.name}`} onClose={close}>
          <div className="stack">
            <p>
              A new password is made by chance and sent by a job. Both are kept until the device has proven
              the new one.
            </p>
            {reveal.data && (
              <p>
                User <b>{reveal.data.user}</b>, password <code>{reveal.data.password}</code>
                {reveal.data.in_doubt && (
                  <>
                    , or <code>{reveal.data.in_doubt}</code>, which was sent and is not proven yet
                  </>
                )}
              </p>
            )}
            {reveal.error && <ErrorNote error={reveal.error} />}
            <div className="page-actions">
              <Button busy={change.isPending} look="primary" onClick={() => change.mutate("random")}>
                New password
              </Button>
              <Button busy={change.isPending} onClick={() => change.mutate("none")}>
                No password
              </Button>
              <Button busy={reveal.isPending} onClick={() => reveal.mutate()}>
                Show
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
