// Configuration of a device: what it has, what it should have, who says so.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { devices, jobs } from "../../api/calls";
import { configQuery, deviceDriftQuery, keys } from "../../api/queries";
import type { DeviceConfigView, DeviceDetail, SettingView } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Ago, Button, Empty, ErrorNote, Loading, Note, Segments } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { componentTitle, humanise, plural, splitPath } from "../../lib/format";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { showValue } from "../../settings-form/value";
import { Differences } from "../drift/Differences";
import { RESOURCE_KINDS } from "./resources";
import { SettingRow } from "./SettingRow";

type Show = "all" | "wished" | "drifted";

export function Settings({ device }: { device: DeviceDetail }) {
  const config = useQuery(configQuery(device.mac));
  const [text, setText] = useState("");
  const [show, setShow] = useState<Show>("all");
  const shown = useMemo(() => select(config.data, text, show), [config.data, text, show]);

  if (config.isPending) return <Loading rows={10} />;
  if (config.error && !config.data)
    return <ErrorNote error={config.error} retry={() => void config.refetch()} />;
  if (!config.data) return null;
  const drifted = config.data.settings.filter((setting) => setting.drifted).length;
  const reset = () => {
    setText("");
    setShow("all");
  };

  return (
    <div className="settings">
      <div className="toolbar">
        <div className="search">
          <Icon name="search" />
          <input
            className="input"
            type="search"
            aria-label="Search settings"
            placeholder="Search settings"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Segments<Show>
          label="Which settings"
          value={show}
          onChange={setShow}
          options={[
            { value: "all", label: "All" },
            { value: "wished", label: "Wished" },
            { value: "drifted", label: "Differing" },
          ]}
        />
        <PullButton mac={device.mac} observedAt={config.data.observed_at} />
      </div>
      {drifted > 0 && <DriftBar mac={device.mac} count={drifted} />}
      <DriftDetails mac={device.mac} />
      {(config.data.unrendered ?? []).map((words) => (
        <Note key={words} tone="warn">
          <b>Nothing is planned for this device</b> because a wish cannot be rendered for it: {words}
        </Note>
      ))}
      {config.data.conflicts.map((conflict) => (
        <Note key={conflict.path} tone="warn">
          <b>{conflict.path}</b> is wished differently by layers of equal rank, so it is left alone:{" "}
          {conflict.wishes.map((wish) => (
            <span key={wish.origin} className="conflict-wish">
              <OriginBadge origin={wish.origin} /> {showValue(wish.value)}
            </span>
          ))}
          Give one of them a higher rank.
        </Note>
      ))}
      {shown.length === 0 ? (
        <Nothing config={config.data} onReset={reset} />
      ) : (
        shown.map(([component, settings]) => (
          <section key={component} className="card setting-group">
            <h3>
              {componentTitle(component)} <code>{component}</code>
            </h3>
            <div className="setting-columns" aria-hidden="true">
              <span>Setting</span>
              <span>On the device</span>
              <span>Wished</span>
            </div>
            {settings.map((setting) => (
              <SettingRow key={setting.path} device={device} setting={setting} />
            ))}
          </section>
        ))
      )}
      <Kept kept={config.data.kept} />
    </div>
  );
}

function select(config: DeviceConfigView | undefined, text: string, show: Show): [string, SettingView[]][] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, SettingView[]>();
  for (const setting of config?.settings ?? []) {
    if (show === "drifted" && !setting.drifted) continue;
    if (show === "wished" && setting.origin == null) continue;
    const { component, field } = splitPath(setting.path);
    if (RESOURCE_KINDS.has(component)) continue;
    const haystack =
      `${setting.path} ${componentTitle(component)} ${humanise(field)} ${setting.help ?? ""}`.toLowerCase();
    if (!words.every((word) => haystack.includes(word))) continue;
    const list = groups.get(component);
    if (list) list.push(setting);
    else groups.set(component, [setting]);
  }
  return [...groups];
}

function Nothing({ config, onReset }: { config: DeviceConfigView; onReset: () => void }) {
  if (config.settings.length === 0) {
    return (
      <Empty icon="settings" title="Not read yet">
        <p>The configuration of this device has not been read. “Read from device” does it now.</p>
      </Empty>
    );
  }
  return (
    <Empty icon="search" title="No setting matches">
      <Button onClick={onReset}>Show all settings</Button>
    </Empty>
  );
}

function PullButton({ mac, observedAt }: { mac: string; observedAt: string | null | undefined }) {
  const client = useQueryClient();
  const pull = useMutation({
    mutationFn: () => devices.pullConfig(mac),
    onSuccess: (config) => {
      client.setQueryData(keys.config(mac), config);
      void client.invalidateQueries({ queryKey: keys.history(mac) });
      void client.invalidateQueries({ queryKey: keys.device(mac) });
      toast("good", "Read from the device.");
    },
    onError: toastError,
  });
  return (
    <span className="pull">
      <small className="faint">
        read <Ago at={observedAt} />
      </small>
      <Button icon="refresh" busy={pull.isPending} onClick={() => pull.mutate()}>
        Read from device
      </Button>
    </span>
  );
}

function DriftBar({ mac, count }: { mac: string; count: number }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const plan = useMutation({
    mutationFn: () => jobs.create({ devices: [mac] }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
    onError: toastError,
  });
  return (
    <div className="drift-bar">
      <span>
        <b>{plural(count, "setting")}</b> {count === 1 ? "differs" : "differ"}
        <span className="drift-bar-tail"> from what is wished</span>
      </span>
      <Button look="primary" busy={plan.isPending} onClick={() => plan.mutate()}>
        Preview changes
      </Button>
    </div>
  );
}

/** Since when and why settings differ, and the ways out; also what is let be. */
function DriftDetails({ mac }: { mac: string }) {
  const drift = useQuery(deviceDriftQuery(mac)).data;
  const differences = [...(drift?.differences ?? []), ...(drift?.waived ?? [])];
  if (differences.length === 0) return null;
  return (
    <section className="card drift-item">
      <Differences mac={mac} differences={differences} limit={20} />
    </section>
  );
}

function Kept({ kept }: { kept: Record<string, unknown> }) {
  const entries = Object.entries(kept);
  if (entries.length === 0) return null;
  return (
    <details className="kept card">
      <summary>
        <Icon name="chevron" size={16} />
        {plural(entries.length, "more value")} that the device showed
      </summary>
      <p className="faint">No setting covers these. They are kept as they are and never changed.</p>
      <dl>
        {entries.map(([path, value]) => (
          <div key={path}>
            <dt>
              <code>{path}</code>
            </dt>
            <dd>
              <code>{JSON.stringify(value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
