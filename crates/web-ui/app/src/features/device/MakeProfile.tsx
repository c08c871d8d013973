// Makes a profile of what this device shows: first what would go in and what not, then the profile.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { profiles } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DeviceDetail, ProfileOfDeviceView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Button, Check, ErrorNote, Field, Note } from "../../components/pieces";
import { toast } from "../../components/toasts";
import { plural } from "../../lib/format";
import { showValue } from "../../settings-form/value";

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

export function MakeProfile({ device, onClose }: { device: DeviceDetail; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [only, setOnly] = useState("");
  const [without, setWithout] = useState("");
  const [resources, setResources] = useState(false);
  const [assign, setAssign] = useState(false);
  const make = useMutation({
    mutationFn: (check: boolean) =>
      profiles.ofDevice({
        device: device.mac,
        profile: { name: name.trim() },
        only: words(only),
        without: words(without),
        resources,
        assign: assign && !check,
        check,
      }),
    onSuccess: ({ profile }) => {
      if (!profile) return;
      for (const key of [keys.profiles, keys.layers, keys.drift, ["config"]])
        void client.invalidateQueries({ queryKey: key });
      toast("good", `The profile ${profile.name} is made.`);
      onClose();
    },
  });
  return (
    <Dialog title={`Make a profile of ${device.name}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(false);
        }}
      >
        <p>
          Its settings become the wishes of a new profile. Names, network, login, calibration and secrets stay
          away; where it names itself, a variable takes the place. Nothing is written to a device.
        </p>
        <Field label="Name of the profile">
          <input
            className="input"
            value={name}
            maxLength={64}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Only" hint="Components or the begin of settings, such as switch:0 or sys.location.">
          <input
            className="input"
            value={only}
            spellCheck={false}
            onChange={(event) => setOnly(event.target.value)}
          />
        </Field>
        <Field label="Without">
          <input
            className="input"
            value={without}
            spellCheck={false}
            onChange={(event) => setWithout(event.target.value)}
          />
        </Field>
        <Check label="With scripts, schedules, webhooks" isOn={resources} onChange={setResources} />
        <Check label="Assign this device" isOn={assign} onChange={setAssign} />
        <div className="page-actions">
          <Button busy={make.isPending && make.variables === true} onClick={() => make.mutate(true)}>
            Preview
          </Button>
          <Button
            type="submit"
            look="primary"
            busy={make.isPending && make.variables === false}
            disabled={name.trim() === ""}
          >
            Make it
          </Button>
        </div>
        {make.error && <ErrorNote error={make.error} />}
        {make.data && <Preview made={make.data} />}
      </form>
    </Dialog>
  );
}

function Preview({ made }: { made: ProfileOfDeviceView }) {
  const wishes = Object.entries(made.settings);
  return (
    <>
      {made.unread && <Note tone="warn">It does not answer; this is what it showed last. {made.unread}</Note>}
      <details open>
        <summary>{plural(wishes.length, "setting")} would go in</summary>
        <ul className="diff">
          {wishes.map(([path, value]) => (
            <li key={path} data-path={path}>
              <code>{path}</code>
              <span>{showValue(value, null)}</span>
            </li>
          ))}
        </ul>
      </details>
      {made.left.length > 0 && (
        <details>
          <summary>{plural(made.left.length, "setting")} would not</summary>
          <ul className="diff">
            {made.left.map(({ path, why }) => (
              <li key={path} data-path={path}>
                <code>{path}</code>
                <span>{why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
