// Scripts, stored values, schedules, webhooks and virtual components of a device.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { snapshots } from "../../api/calls";
import { configQuery, keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Badge, Button, Empty, ErrorNote, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { type Resource, resourcesOf } from "./resources";
import { SettingRow } from "./SettingRow";

export function Resources({ device }: { device: DeviceDetail }) {
  const config = useQuery(configQuery(device.mac));
  if (config.isPending) return <Loading rows={6} />;
  if (config.error && !config.data)
    return <ErrorNote error={config.error} retry={() => void config.refetch()} />;
  const kinds = resourcesOf(config.data?.settings ?? []).filter(({ all }) => all.length > 0);
  return (
    <div className="settings">
      <div className="toolbar">
        <p className="faint">
          They are read from the device where somebody wishes one of their kind, and with a snapshot.
        </p>
        <TakeSnapshot mac={device.mac} words="Read all now" />
      </div>
      {kinds.length === 0 && (
        <Empty icon="settings" title="Nothing read">
          <p>The device has no script, stored value, schedule or webhook, or they were never read.</p>
        </Empty>
      )}
      {kinds.map(({ kind, title, all }) => (
        <section key={kind} className="card setting-group">
          <h3>
            {title} <code>{kind}</code>
          </h3>
          {all.map((resource) => (
            <One key={resource.key} device={device} resource={resource} />
          ))}
        </section>
      ))}
    </div>
  );
}

function One({ device, resource }: { device: DeviceDetail; resource: Resource }) {
  return (
    <details className="kept">
      <summary>
        <Icon name="chevron" size={16} />
        <b>{resource.name}</b> {resource.state.join(" · ")}{" "}
        {resource.origin ? <OriginBadge origin={resource.origin} /> : <Badge tone="quiet">left alone</Badge>}{" "}
        {resource.drifted && <Badge tone="warn">differs</Badge>}
      </summary>
      {resource.settings.map((setting) => (
        <SettingRow key={setting.path} device={device} setting={setting} />
      ))}
    </details>
  );
}

/** Reads the whole device and keeps what it showed. */
export function TakeSnapshot({ mac, words }: { mac: string; words: string }) {
  const client = useQueryClient();
  const take = useMutation({
    mutationFn: () => snapshots.take(mac),
    onSuccess: (config) => {
      client.setQueryData(keys.config(mac), config);
      void client.invalidateQueries({ queryKey: keys.history(mac) });
      void client.invalidateQueries({ queryKey: keys.device(mac) });
      toast("good", "The whole device was read.");
    },
    onError: toastError,
  });
  return (
    <Button icon="refresh" busy={take.isPending} onClick={() => take.mutate()}>
      {words}
    </Button>
  );
}
