// Status by component, controls first, and the facts of the device.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { groups as groupCalls } from "../../api/calls";
import { groupsQuery, keys } from "../../api/queries";
import type { ComponentStatus, DeviceDetail } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Ago, Empty } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { instant, macText } from "../../lib/format";
import { DriftBadge } from "../devices/badges";
import { ComponentCard, SharedCard } from "./ComponentCard";
import { Continues } from "./Continues";
import { DeviceLocation } from "./DeviceLocation";
import { DeviceTags } from "./DeviceTags";
import { PowerSource } from "./PowerSource";

/** Components in the order in which a person looks for them. */
const ORDER = [
  "switch",
  "light",
  "cover",
  "meter",
  "energy_meter",
  "temperature",
  "humidity",
  "battery",
  "input",
  "script",
  "other",
  "system",
  "wifi",
  "ethernet",
  "cloud",
  "mqtt",
  "outbound_websocket",
];

/** Components that share a card with others. */
const SHARED = [
  { title: "Inputs", kinds: ["input"] },
  { title: "Scripts", kinds: ["script"] },
  { title: "Network", kinds: ["wifi", "ethernet", "cloud", "mqtt", "outbound_websocket"] },
];

/** What carries to a device, for people. */
const CHANNELS: Record<NonNullable<DeviceDetail["channel"]>, string> = {
  http: "HTTP",
  https: "HTTPS",
  web_socket: "WebSocket",
  outbound_web_socket: "WebSocket that it opened",
  mqtt: "MQTT",
  udp: "UDP",
  agent: "An agent",
};

function rank(status: ComponentStatus): number {
  const at = ORDER.indexOf(status.kind);
  return at < 0 ? ORDER.indexOf("other") : at;
}

export function Overview({ device }: { device: DeviceDetail }) {
  const components = Object.entries(device.status?.components ?? {}).sort(
    ([a, x], [b, y]) => rank(x) - rank(y) || a.localeCompare(b, "en", { numeric: true }),
  );
  const shared = SHARED.map(({ title, kinds }) => ({
    title,
    entries: components.filter(([, status]) => kinds.includes(status.kind)),
  })).filter(({ entries }) => entries.length > 0);
  const system = components.filter(([, status]) => status.kind === "system");
  const own = components.filter(
    ([, { kind }]) => kind !== "system" && !SHARED.some(({ kinds }) => kinds.includes(kind)),
  );
  return (
    <div className="overview">
      <div>
        <div className="cards">
          {components.length === 0 && (
            <Empty icon="devices" title="No reading yet">
              <p>The device has not told its status so far. Refresh asks it now.</p>
            </Empty>
          )}
          {own.map(([key, status]) => (
            <ComponentCard key={key} device={device} component={key} status={status} />
          ))}
          {shared.map(({ title, entries }) => (
            <SharedCard key={title} title={title} entries={entries} />
          ))}
          {system.map(([key, status]) => (
            <ComponentCard key={key} device={device} component={key} status={status} />
          ))}
        </div>
        {device.status_at && (
          <p className="cards-note">
            Read <Ago at={device.status_at} />
          </p>
        )}
      </div>
      <Facts device={device} />
    </div>
  );
}

function Facts({ device }: { device: DeviceDetail }) {
  const rows: [string, ReactNode][] = [
    ["Product", device.product ?? "–"],
    ["Model", <code key="model">{device.model}</code>],
    ["Generation", `Gen ${device.generation}`],
    ["MAC", <code key="mac">{macText(device.mac)}</code>],
    ["Host name", device.host_name ? <code key="host">{device.host_name}</code> : "–"],
    [
      "Firmware",
      <span key="firmware">
        {device.firmware}
        {device.update && (
          <span className="update">
            <Icon name="up" size={13} />
            {device.update} on offer
          </span>
        )}
        {device.update_beta && <span className="update faint">{device.update_beta} beta on offer</span>}
      </span>,
    ],
    ["Build", <code key="build">{device.firmware_build}</code>],
    ...(device.profile ? ([["Profile", device.profile]] as [string, ReactNode][]) : []),
    ["Password", device.auth_required ? "asks for one" : "none set"],
    ["Configuration", <DriftBadge key="drift" drift={device.drift} />],
    ...(device.channel ? ([["Reached over", CHANNELS[device.channel]]] as [string, ReactNode][]) : []),
    ["Polled", device.poll_interval_s ? `every ${device.poll_interval_s} s` : "as the manager's default"],
    [
      "Adopted",
      <span key="adopted" title={instant(device.adopted_at)}>
        <Ago at={device.adopted_at} />
      </span>,
    ],
  ];
  return (
    <aside className="facts card">
      <h2>About</h2>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Continues mac={device.mac} />
      <PowerSource device={device} />
      <DeviceLocation device={device} />
      <GroupChips device={device} />
      <DeviceTags device={device} />
    </aside>
  );
}

function GroupChips({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const groups = useQuery(groupsQuery).data ?? [];
  const change = useMutation({
    mutationFn: ({ id, isMember }: { id: string; isMember: boolean }) =>
      groupCalls.members(id, isMember ? { remove: [device.mac] } : { add: [device.mac] }),
    onSuccess: () => {
      for (const key of [keys.device(device.mac), keys.config(device.mac), keys.fleet, keys.groups]) {
        void client.invalidateQueries({ queryKey: key });
      }
    },
    onError: toastError,
  });
  if (groups.length === 0) return null;
  return (
    <>
      <h2>Groups</h2>
      <div className="chips">
        {groups.map((group) => {
          const isMember = device.groups.includes(group.name);
          return (
            <button
              type="button"
              key={group.id}
              className="chip"
              aria-pressed={isMember}
              disabled={change.isPending}
              onClick={() => change.mutate({ id: group.id, isMember })}
            >
              {group.name}
            </button>
          );
        })}
      </div>
    </>
  );
}
