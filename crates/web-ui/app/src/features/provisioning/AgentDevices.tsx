// The devices that an agent sees on its own networks.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { agentQuery } from "../../api/queries";
import { Ago, Badge, ErrorNote, Loading } from "../../components/pieces";
import { macText } from "../../lib/format";
import { SOURCES } from "../discovery/sources";

export function AgentDevices({ id }: { id: string }) {
  const agent = useQuery(agentQuery(id));
  if (!agent.data) {
    return agent.error ? (
      <ErrorNote error={agent.error} retry={() => void agent.refetch()} />
    ) : (
      <Loading rows={2} />
    );
  }
  const devices = agent.data.devices ?? [];
  if (devices.length === 0)
    return <small className="faint">It has seen no device on its networks yet.</small>;
  return (
    <ul className="rows provision-seen" aria-label={`What ${agent.data.name} sees on its networks`}>
      {devices.map((device) => (
        <li key={device.mac}>
          <span className="row-text">
            <span className="ellipsis">{device.name ?? device.product ?? macText(device.mac)}</span>
            <small className="faint">
              {device.address.replace(/:80$/, "")} · {macText(device.mac)} · {SOURCES[device.source]} ·{" "}
              <Ago at={device.last_seen_at} />
            </small>
          </span>
          {device.state === "adopted" ? (
            <Link to="/devices/$mac" params={{ mac: device.mac }}>
              Open
            </Link>
          ) : (
            <Badge tone={device.state === "new" ? "info" : "quiet"}>
              {device.state === "new" ? "in the inbox" : (device.state ?? "forgotten")}
            </Badge>
          )}
        </li>
      ))}
    </ul>
  );
}
