// One device: what it is, what it does, what it should be.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { configQuery, deviceQuery } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Ago, ErrorNote, Loading, Note } from "../../components/pieces";
import { isTyping, useTitle } from "../../lib/hooks";
import { DEVICE_TABS, type DeviceTab } from "../../router";
import { DeviceScore } from "../checks/score";
import { ReasonBadge, StateDot, stateLook } from "../devices/badges";
import { DeviceActions } from "./DeviceActions";
import { DeviceEvents } from "./DeviceEvents";
import { DeviceName } from "./DeviceName";
import { History } from "./History";
import { Overview } from "./Overview";
import { PasswordForm } from "./PasswordForm";
import { Resources } from "./Resources";
import { Settings } from "./Settings";

const TAB_WORDS: Record<DeviceTab, string> = {
  overview: "Overview",
  settings: "Settings",
  resources: "Resources",
  history: "History",
  events: "Events",
};

export function DevicePage() {
  const { mac } = useParams({ from: "/devices/$mac" });
  const { tab = "overview" } = useSearch({ from: "/devices/$mac" });
  const device = useQuery(deviceQuery(mac));
  const navigate = useNavigate();
  useTitle(device.data?.name ?? "Device");

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key === "Escape" &&
        !event.defaultPrevented &&
        !isTyping(event) &&
        !document.querySelector("dialog[open]")
      ) {
        void navigate({ to: "/" });
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate]);

  return (
    <div className="page">
      <Link to="/" className="back">
        <Icon name="back" size={16} /> Devices
      </Link>
      {device.data ? (
        <>
          <Head device={device.data} />
          <Trouble device={device.data} />
          <Tabs mac={mac} tab={tab} device={device.data} />
          {tab === "overview" && <Overview device={device.data} />}
          {tab === "settings" && <Settings device={device.data} />}
          {tab === "resources" && <Resources device={device.data} />}
          {tab === "history" && <History device={device.data} />}
          {tab === "events" && <DeviceEvents mac={mac} />}
        </>
      ) : device.error ? (
        <ErrorNote error={device.error} retry={() => void device.refetch()} />
      ) : (
        <Loading rows={8} />
      )}
    </div>
  );
}

function Head({ device }: { device: DeviceDetail }) {
  const { word } = stateLook(device);
  return (
    <header className="device-head">
      <div className="device-title">
        <DeviceName device={device} />
        <p>
          <span className="state-inline">
            <StateDot device={device} /> {word} <ReasonBadge device={device} />
          </span>
          <span>{device.product ?? device.model}</span>
          <a
            href={`http://${device.address}/`}
            target="_blank"
            rel="noreferrer"
            title="The device's own page"
          >
            {device.address.replace(/:80$/, "")} <Icon name="external" size={13} />
          </a>
          <span>
            seen <Ago at={device.last_seen_at} />
          </span>
          <DeviceScore mac={device.mac} />
        </p>
      </div>
      <DeviceActions device={device} />
    </header>
  );
}

function Trouble({ device }: { device: DeviceDetail }) {
  const look = stateLook(device);
  return (
    <>
      {device.state !== "online" && (
        <Note tone={look.tone}>
          <b>{look.word}.</b> {device.state_reason ?? "No reason is known."}
          {device.state === "asleep" && " Shown are its last values."}
        </Note>
      )}
      {device.address_conflict && (
        <Note tone="bad">
          <b>Address conflict.</b> {device.address_conflict}
        </Note>
      )}
      {device.state === "unauthorized" && <PasswordForm device={device} />}
      {device.restart_required && <Note tone="warn">A setting waits for a restart of the device.</Note>}
    </>
  );
}

function Tabs({ mac, tab, device }: { mac: string; tab: DeviceTab; device: DeviceDetail }) {
  const config = useQuery({ ...configQuery(mac), enabled: tab === "settings" });
  const drifted =
    config.data?.settings.filter((setting) => setting.drifted).length ??
    (device.drift.state === "drifted" ? device.drift.count : 0);
  return (
    <nav className="tabs" aria-label="Parts of the device">
      {DEVICE_TABS.map((name) => (
        <Link
          key={name}
          to="/devices/$mac"
          params={{ mac }}
          search={name === "overview" ? {} : { tab: name }}
          className={name === tab ? "is-active" : ""}
          aria-current={name === tab ? "page" : undefined}
          replace
        >
          {TAB_WORDS[name]}
          {name === "settings" && drifted > 0 && <b className="menu-badge tone-warn">{drifted}</b>}
        </Link>
      ))}
    </nav>
  );
}
