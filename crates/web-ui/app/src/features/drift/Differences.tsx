// What differs on a device: since when, why, how bad, and the ways out besides putting it back.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { drift as calls } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DifferenceView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Ago, Badge, Button, ErrorNote, Field } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { instant } from "../../lib/format";
import { useMay } from "../../lib/may";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { showValue } from "../../settings-form/value";
import { endOfDay } from "../checks/sums";

const CAUSES: Record<DifferenceView["cause"], string> = {
  wish: "new wish",
  plan: "our job",
  device: "changed on the device",
  firmware: "firmware update",
  unknown: "cause unknown",
};

export function Differences({
  mac,
  differences,
  limit,
}: {
  mac: string;
  differences: DifferenceView[];
  limit: number;
}) {
  const client = useQueryClient();
  const mayConfigure = useMay("configure");
  const [waiving, setWaiving] = useState<DifferenceView | null>(null);
  const accept = useMutation({
    mutationFn: (path: string) => calls.accept({ device: mac, paths: [path] }),
    onSuccess: (_layer, path) => {
      toast("good", `What the device has at ${path} is the wish now.`);
      for (const key of [keys.drift, keys.layers, keys.config(mac), keys.device(mac), keys.fleet])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });
  return (
    <>
      <ul className="diff">
        {differences.slice(0, limit).map((setting) => (
          <li key={setting.path}>
            <code title={setting.help ?? ""}>{setting.path}</code>
            <span className="diff-values">
              <span className="before">{showValue(setting.observed ?? null, setting.unit)}</span>
              <span aria-hidden="true">→</span>
              <span className="after">{showValue(setting.desired ?? null, setting.unit)}</span>
            </span>
            {setting.origin && <OriginBadge origin={setting.origin} />}
            <Badge tone={setting.severity === "info" ? "quiet" : "warn"}>{setting.severity}</Badge>
            <span className="faint">
              {CAUSES[setting.cause]}
              {setting.since && (
                <>
                  , <Ago at={setting.since} />
                </>
              )}
              {setting.waived_until && `, let be until ${instant(setting.waived_until)}`}
            </span>
            {mayConfigure && !setting.waived_until && (
              <span className="diff-ways">
                <Button
                  look="ghost"
                  busy={accept.isPending && accept.variables === setting.path}
                  title="Take what the device has as the wish for this device"
                  onClick={() => accept.mutate(setting.path)}
                >
                  Accept
                </Button>
                <Button
                  look="ghost"
                  title="No drift, and not written, until a day"
                  onClick={() => setWaiving(setting)}
                >
                  Let be
                </Button>
              </span>
            )}
          </li>
        ))}
        {differences.length > limit && <li className="faint">and {differences.length - limit} more</li>}
      </ul>
      {waiving && <LetBeDialog mac={mac} path={waiving.path} onClose={() => setWaiving(null)} />}
    </>
  );
}

function LetBeDialog({ mac, path, onClose }: { mac: string; path: string; onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [day, setDay] = useState("");
  const waive = useMutation({
    mutationFn: () =>
      calls.waive({ device: mac, paths: [path], until: endOfDay(day), reason: reason.trim() }),
    onSuccess: () => {
      for (const key of [keys.drift, keys.config(mac), keys.device(mac), keys.fleet])
        void client.invalidateQueries({ queryKey: key });
      onClose();
    },
  });
  return (
    <Dialog title={`Let be: ${path}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          waive.mutate();
        }}
      >
        <div className="dialog-text stack">
          <Field label="Reason">
            <input
              className="input"
              value={reason}
              maxLength={300}
              placeholder="The electrician is here"
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
          <Field label="Last day">
            <input
              className="input"
              type="date"
              value={day}
              onChange={(event) => setDay(event.target.value)}
            />
          </Field>
          {waive.error && <ErrorNote error={waive.error} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look="primary"
            busy={waive.isPending}
            disabled={reason.trim() === "" || day === ""}
          >
            Let be
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
