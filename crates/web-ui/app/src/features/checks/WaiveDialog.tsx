// Lets findings of a rule pass, with a reason and until a day.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { checks as calls } from "../../api/calls";
import { keys } from "../../api/queries";
import type { FindingView, RuleView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Button, ErrorNote, Field } from "../../components/pieces";
import { plural } from "../../lib/format";
import { endOfDay } from "./sums";

export function WaiveDialog({
  rule,
  devices,
  onClose,
}: {
  rule: RuleView;
  devices: FindingView[];
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [day, setDay] = useState("");
  const [everywhere, setEverywhere] = useState(false);
  const waive = useMutation({
    mutationFn: () =>
      calls.waive({
        rule: rule.id,
        devices: everywhere ? [] : devices.map((device) => device.mac),
        reason: reason.trim(),
        ...(day ? { until: endOfDay(day) } : {}),
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.findings });
      onClose();
    },
  });
  const one = devices.length === 1 ? devices[0] : undefined;
  return (
    <Dialog title={`Let pass: ${rule.title}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          waive.mutate();
        }}
      >
        <div className="dialog-text stack">
          <p>{one ? `On ${one.name}.` : `On ${plural(devices.length, "device")}.`}</p>
          <Field label="Reason">
            <input
              className="input"
              value={reason}
              maxLength={300}
              placeholder="Replaced in May"
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
          <Field label="Last day" hint="Empty lets it pass for good.">
            <input
              className="input"
              type="date"
              value={day}
              onChange={(event) => setDay(event.target.value)}
            />
          </Field>
          <label className="check">
            <input
              type="checkbox"
              checked={everywhere}
              onChange={(event) => setEverywhere(event.target.checked)}
            />
            <span>On every device, also new ones</span>
          </label>
          {waive.error && <ErrorNote error={waive.error} />}
        </div>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={waive.isPending} disabled={reason.trim() === ""}>
            Let pass
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
