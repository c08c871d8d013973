// State, drift, signal and firmware of a device in a few pixels.
import type { DeviceState, DeviceView, DriftSummary, OfflineReason } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Badge, type Tone } from "../../components/pieces";
import { plural, signalBars } from "../../lib/format";

const STATE_WORDS: Record<DeviceState, { word: string; tone: Tone }> = {
  online: { word: "Online", tone: "good" },
  offline: { word: "Offline", tone: "bad" },
  asleep: { word: "Asleep", tone: "info" },
  unauthorized: { word: "Needs password", tone: "warn" },
  wrong_device: { word: "Wrong device", tone: "warn" },
  locked_out: { word: "Locked out", tone: "warn" },
};

const REASON_WORDS: Record<OfflineReason, string> = {
  power: "no power",
  wifi: "weak WiFi",
  address: "other address",
  password: "password refused",
  extender: "extender gone",
  parent_off: "feeding relay off",
  our_network: "our network",
  unknown: "reason unknown",
};

/** The state in a word and a tone. Who is without power because somebody switched its relay off is in no trouble. */
export function stateLook(device: Pick<DeviceView, "state" | "offline_reason">): {
  word: string;
  tone: Tone;
} {
  const look = STATE_WORDS[device.state];
  return device.offline_reason === "parent_off" ? { ...look, tone: "neutral" } : look;
}

/** Why a device does not answer, with the evidence as a tip. Where the state says it already, nothing. */
export function ReasonBadge({ device }: { device: DeviceView }) {
  if (device.state !== "offline" || !device.offline_reason) return null;
  const tip = device.state_reason;
  return (
    <Badge tone={device.offline_reason === "parent_off" ? "quiet" : "neutral"} {...(tip && { title: tip })}>
      {REASON_WORDS[device.offline_reason]}
    </Badge>
  );
}

export function StateDot({ device }: { device: Pick<DeviceView, "state" | "offline_reason"> }) {
  const { word, tone } = stateLook(device);
  return (
    <span
      className={`dot tone-${tone} ${device.state === "online" ? "" : "is-hollow"}`}
      role="img"
      aria-label={word}
    />
  );
}

export function StateText({ device }: { device: DeviceView }) {
  const { word, tone } = stateLook(device);
  const badge = device.state === "offline" && device.offline_reason;
  return (
    <span className="state-text" title={device.state_reason ?? word}>
      <span className={device.state === "online" ? "" : `text-${tone}`}>{word}</span>
      {badge ? <ReasonBadge device={device} /> : device.state_reason && <small>{device.state_reason}</small>}
    </span>
  );
}

export function DriftBadge({ drift }: { drift: DriftSummary }) {
  switch (drift.state) {
    case "drifted":
      return (
        <Badge tone="warn" title={`${plural(drift.count, "setting")} differ from what is wished`}>
          {plural(drift.count, "setting")}
        </Badge>
      );
    case "in_sync":
      return (
        <span className="in-sync" title="As it should be">
          <Icon name="check" size={15} /> in sync
        </span>
      );
    case "unknown":
      return (
        <span className="faint" title="Not checked since the wish or the device changed">
          not checked
        </span>
      );
    case "unmanaged":
      return (
        <span className="faint" title="Nothing is wished of this device">
          –
        </span>
      );
  }
}

export function Signal({ dbm }: { dbm: number | null | undefined }) {
  if (dbm == null) return <span className="faint">–</span>;
  const bars = signalBars(dbm);
  return (
    <span className={`signal ${bars <= 1 ? "text-warn" : ""}`} title={`${dbm} dBm`}>
      <svg width="16" height="14" viewBox="0 0 16 14" aria-hidden="true">
        {[0, 1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4}
            y={10 - bar * 3}
            width="3"
            height={4 + bar * 3}
            rx="1"
            className={bar < bars ? "is-on" : ""}
          />
        ))}
      </svg>
      <span>{dbm}</span>
    </span>
  );
}

export function Firmware({ device }: { device: DeviceView }) {
  return (
    <span className="firmware">
      <span className="ellipsis">{device.firmware}</span>
      {device.update && (
        <span className="update" title={`Version ${device.update} is on offer`}>
          <Icon name="up" size={13} />
          {device.update}
        </span>
      )}
      {!device.update && device.update_beta && (
        <span className="update faint" title={`Beta version ${device.update_beta} is on offer`}>
          {device.update_beta}
        </span>
      )}
    </span>
  );
}

export function Groups({ names }: { names: string[] }) {
  if (names.length === 0) return <span className="faint">–</span>;
  return (
    <span className="groups" title={names.join(", ")}>
      {names.slice(0, 1).map((name) => (
        <Badge key={name} tone="quiet">
          {name}
        </Badge>
      ))}
      {names.length > 1 && <small className="faint">+{names.length - 1}</small>}
    </span>
  );
}
