// Asks which devices, into which network, and begins.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { provisioning as calls } from "../../api/calls";
import { groupsQuery, keys, locationsQuery, profilesQuery } from "../../api/queries";
import type { AccessPointView, DeviceToProvisionRequest } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Button, ErrorNote, Field, Note } from "../../components/pieces";
import { plural } from "../../lib/format";
import { COLUMNS, readList } from "./list";

export function Wizard({
  points,
  onClose,
  onBegun,
}: {
  points: AccessPointView[];
  onClose: () => void;
  onBegun: (id: string) => void;
}) {
  const client = useQueryClient();
  const profiles = useQuery(profilesQuery);
  const groups = useQuery(groupsQuery);
  const locations = useQuery(locationsQuery);
  const [text, setText] = useState(points.map((point) => point.device).join("\n"));
  const [ssid, setSsid] = useState("");
  const [password, setPassword] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [group, setGroup] = useState("");
  const [profile, setProfile] = useState("");
  const [location, setLocation] = useState("");
  const [pointPassword, setPointPassword] = useState("");
  const isProtected = points.some((point) => point.security !== "open");
  const { devices, wrong } = readList(text);
  const start = useMutation({
    mutationFn: () => {
      const common = {
        ...(group && { group }),
        ...(profile && { profile }),
        ...(location && { location }),
        ...(pointPassword && { access_point_password: pointPassword }),
      };
      // What the list says of one device counts more than what is said of all.
      const all: DeviceToProvisionRequest[] = devices.map((device) => ({ ...common, ...device }));
      return calls.start({ network: { ssid, ...(isOpen ? {} : { password }) }, devices: all });
    },
    onSuccess: (begun) => {
      client.setQueryData(keys.provisioning(begun.id), begun);
      void client.invalidateQueries({ queryKey: keys.provisionings });
      onBegun(begun.id);
    },
  });
  const canStart =
    devices.length > 0 && wrong.length === 0 && ssid !== "" && (isOpen || password.length >= 8);
  return (
    <Dialog title="Bring devices into a network" onClose={onClose}>
      <form
        className="dialog-text"
        onSubmit={(event) => {
          event.preventDefault();
          if (canStart) start.mutate();
        }}
      >
        <Field
          label="Devices"
          hint={`A MAC address or its last 6 digits on each line, or CSV with a head line: ${COLUMNS.join(", ")}.`}
        >
          <textarea
            className="input provision-list"
            value={text}
            rows={Math.min(10, Math.max(3, text.split("\n").length))}
            spellCheck={false}
            autoComplete="off"
            placeholder={"device,name\nA8032AB12345,Hall lamp"}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {wrong.length > 0 && (
          <Note tone="warn">
            <ul>
              {wrong.slice(0, 5).map((what) => (
                <li key={what}>{what}</li>
              ))}
              {wrong.length > 5 && <li>and {wrong.length - 5} more</li>}
            </ul>
          </Note>
        )}
        <Field label="Network they join">
          <input
            className="input"
            value={ssid}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setSsid(event.target.value)}
          />
        </Field>
        <Field label="Its password" hint="Kept sealed until all is done, and never shown.">
          <input
            className="input"
            type="password"
            value={password}
            disabled={isOpen}
            autoComplete="new-password"
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <label className="check">
          <input type="checkbox" checked={isOpen} onChange={(event) => setOpen(event.target.checked)} /> It
          has none
        </label>
        {isProtected && (
          <Field label="Password of the devices' access points">
            <input
              className="input"
              type="password"
              value={pointPassword}
              autoComplete="new-password"
              onChange={(event) => setPointPassword(event.target.value)}
            />
          </Field>
        )}
        <Choice label="Profile" value={profile} onChange={setProfile} known={profiles.data} />
        <Choice label="Group" value={group} onChange={setGroup} known={groups.data} />
        <Choice label="Location" value={location} onChange={setLocation} known={locations.data} />
        {start.error && <ErrorNote error={start.error} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={start.isPending} disabled={!canStart}>
            Bring in {plural(devices.length, "device")}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Choice({
  label,
  value,
  onChange,
  known,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  known: readonly { id: string; name: string }[] | undefined;
}) {
  if (!known || known.length === 0) return null;
  return (
    <Field label={label}>
      <select className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">by rule, or none</option>
        {known.map((one) => (
          <option key={one.id} value={one.name}>
            {one.name}
          </option>
        ))}
      </select>
    </Field>
  );
}
