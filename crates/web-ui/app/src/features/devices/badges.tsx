// State, drift, signal and firmware of a device in a few pixels.
import type { DeviceState, DeviceView, DriftSummary } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Badge, type Tone } from "../../components/pieces";
import { plural, signalBars } from "../../lib/format";

export const STATE_WORDS: Record<DeviceState, { word: string; tone: Tone }> = {
  online: { word: "Online", tone: "good" },
  offline: { word: "Offline", tone: "bad" },
  asleep: { word: "Asleep", tone: "info" },
  unauthorized: { word: "Needs password", tone: "warn" },
  wrong_device: { word: "Wrong device", tone: "warn" },
  locked_out: { word: "Locked out", tone: "warn" },
};

export function StateDot({ state }: { state: DeviceState }) {
  const { word, tone } = STATE_WORDS[state];
  return (
    <span
      className={`dot tone-${tone} ${state === "online" ? "" : "is-hollow"}`}
      role="img"
      aria-label={word}
    />
  );
}

export function StateText({ device }: { device: DeviceView }) {
  const { word, tone } = STATE_WORDS[device.state];
  return (
    <span className="state-text" title={device.state_reason ?? word}>
      <span className={device.state === "online" ? "" : `text-${tone}`}>{word}</span>
      {device.state_reason && <small>{device.state_reason}</small>}
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
