// Devices that are expected: a list that is taken in before they exist.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, useState } from "react";
import { expected as calls } from "../../api/calls";
import { expectedQuery, keys } from "../../api/queries";
import type { ImportDevicesResult, ImportEffect } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Badge, Button, Check, ErrorNote } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { macText, plural } from "../../lib/format";
import { useMay } from "../../lib/may";

const EFFECTS: Record<ImportEffect, string> = {
  new: "new",
  changed: "changed",
  same: "as before",
  ours: "ours already, left as it is",
};

const SHOWN = 200;

export function Expected() {
  const client = useQueryClient();
  const expected = useQuery(expectedQuery);
  const may = useMay("configure");
  const [csv, setCsv] = useState<string | null>(null);
  const remove = useMutation({
    mutationFn: calls.remove,
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.expected }),
    onError: toastError,
  });
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    const file = input.files?.[0];
    if (file) setCsv(await file.text());
    input.value = "";
  };
  const devices = expected.data ?? [];
  return (
    <section className="stack" aria-label="Expected devices">
      <header className="toolbar">
        <h2>Expected</h2>
        <span className="toolbar-end">
          <label className="button look-plain">
            <span>Import a list</span>
            <input
              type="file"
              accept=".csv,text/csv,text/plain"
              hidden
              disabled={!may}
              onChange={(event) => void read(event)}
            />
          </label>
        </span>
      </header>
      {expected.error && !expected.data ? (
        <ErrorNote error={expected.error} retry={() => void expected.refetch()} />
      ) : devices.length === 0 ? (
        <p className="faint">
          No device is expected. A list (CSV with the columns mac, name, location, address, group, tags,
          profile) says before what devices are to be called and where they belong; they get it when they are
          adopted.
        </p>
      ) : (
        <ul className="rows card">
          {devices.slice(0, SHOWN).map((device) => (
            <li key={device.mac}>
              <span className="row-text">
                <b>
                  {device.name ?? macText(device.mac)}{" "}
                  <Badge tone={device.found_at ? "good" : "quiet"}>
                    {device.found_at ? "found" : "expected"}
                  </Badge>
                </b>
                <small>
                  {[
                    macText(device.mac),
                    device.location,
                    device.found_at ?? device.address,
                    device.group,
                    device.profile,
                    ...device.tags,
                  ]
                    .filter((part) => part)
                    .join(" · ")}
                </small>
              </span>
              <Button
                look="ghost"
                icon="trash"
                aria-label={`Expect ${device.name ?? device.mac} no more`}
                disabled={!may}
                busy={remove.isPending && remove.variables === device.mac}
                onClick={() => remove.mutate(device.mac)}
              />
            </li>
          ))}
          {devices.length > SHOWN && <li className="faint">and {devices.length - SHOWN} more</li>}
        </ul>
      )}
      {csv !== null && <ImportDialog csv={csv} onClose={() => setCsv(null)} />}
    </section>
  );
}

/** Shows what a list would do before it is taken in. */
function ImportDialog({ csv, onClose }: { csv: string; onClose: () => void }) {
  const client = useQueryClient();
  const [create, setCreate] = useState(false);
  const [namesDevices, setNamesDevices] = useState(false);
  const body = { csv, create, names_devices: namesDevices };
  const look = useQuery({
    queryKey: ["import", csv, create, namesDevices],
    queryFn: () => calls.import({ ...body, dry_run: true }),
    retry: false,
    gcTime: 0,
  });
  const save = useMutation({
    mutationFn: () => calls.import({ ...body, dry_run: false }),
    onSuccess: (done) => {
      toast("good", `${plural(written(done), "device")} expected.`);
      for (const key of [keys.expected, keys.locations, keys.groups])
        void client.invalidateQueries({ queryKey: key });
      onClose();
    },
  });
  return (
    <Dialog title="Import a list" onClose={onClose}>
      <div className="dialog-text stack">
        <Check label="Make locations and groups that do not exist" isOn={create} onChange={setCreate} />
        <Check
          label="The devices carry their names themselves"
          isOn={namesDevices}
          onChange={setNamesDevices}
        />
        {look.error && <ErrorNote error={look.error} />}
        {look.data && <Preview result={look.data} />}
        {save.error && <ErrorNote error={save.error} />}
      </div>
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          busy={save.isPending || look.isPending}
          disabled={!look.data || written(look.data) === 0}
          onClick={() => save.mutate()}
        >
          Import
        </Button>
      </footer>
    </Dialog>
  );
}

const written = ({ lines }: ImportDevicesResult) =>
  lines.filter(({ effect }) => effect === "new" || effect === "changed").length;

function Preview({ result }: { result: ImportDevicesResult }) {
  return (
    <>
      <ul className="rows">
        {result.lines.slice(0, SHOWN).map(({ line, effect, device }) => (
          <li key={line}>
            <span className="row-text">
              <b>
                {device.name ?? macText(device.mac)} <Badge tone="quiet">{EFFECTS[effect]}</Badge>
              </b>
              <small>
                {[
                  `line ${line}`,
                  macText(device.mac),
                  device.location,
                  device.address,
                  device.group,
                  device.profile,
                ]
                  .filter((part) => part)
                  .join(" · ")}
              </small>
            </span>
          </li>
        ))}
      </ul>
      {result.lines.length > SHOWN && <p className="faint">and {result.lines.length - SHOWN} more</p>}
      {result.locations.length > 0 && <p>New locations: {result.locations.join(", ")}</p>}
      {result.groups.length > 0 && <p>New groups: {result.groups.join(", ")}</p>}
    </>
  );
}
