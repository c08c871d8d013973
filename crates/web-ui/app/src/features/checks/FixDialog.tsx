// Asks whose wish a fix becomes, and leads to the plan. Nothing is written before the plan is confirmed.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { checks as calls } from "../../api/calls";
import { keys } from "../../api/queries";
import type { FindingView, RuleView } from "../../api/types";
import { Confirm } from "../../components/Dialog";
import { ErrorNote, Segments } from "../../components/pieces";
import { plural } from "../../lib/format";
import { showValue } from "../../settings-form/value";
import { settings } from "./sums";

type Whose = "device" | "fleet";

export function FixDialog({
  rule,
  devices,
  isOfOne,
  onClose,
}: {
  rule: RuleView;
  devices: FindingView[];
  isOfOne: boolean;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [whose, setWhose] = useState<Whose>("device");
  const fix = useMutation({
    mutationFn: () =>
      calls.fix({
        rule: rule.id,
        devices: devices.map((device) => device.mac),
        for_fleet: whose === "fleet",
      }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      for (const key of [keys.layers, keys.drift]) void client.invalidateQueries({ queryKey: key });
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
  });
  return (
    <Confirm
      title={rule.title}
      action="Plan it"
      busy={fix.isPending}
      onConfirm={() => fix.mutate()}
      onClose={onClose}
    >
      <p>
        {plural(devices.length, "device")} should have this. It becomes part of what is wished, and the plan
        shows what would be written. Nothing is written before you say yes there.
      </p>
      <ul className="diff">
        {settings(devices).map(({ path, value }) => (
          <li key={`${path} ${JSON.stringify(value)}`}>
            <code>{path}</code>
            <span className="diff-values">
              <span className="after">{showValue(value, null)}</span>
            </span>
          </li>
        ))}
      </ul>
      {!isOfOne && (
        <Segments<Whose>
          label="Whose wish"
          value={whose}
          onChange={setWhose}
          options={[
            { value: "device", label: "Of these devices" },
            { value: "fleet", label: "Of the fleet, new devices too" },
          ]}
        />
      )}
      {fix.error && <ErrorNote error={fix.error} />}
    </Confirm>
  );
}
