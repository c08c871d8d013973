// One component of a device: its control, if it has one, and its readings.
import { useState } from "react";
import type { ComponentStatus, DeviceDetail, MeterReading } from "../../api/types";
import { Badge, Button, Toggle } from "../../components/pieces";
import { bytes, componentTitle, energy, humanise, percent, quantity, span, watts } from "../../lib/format";
import { useMay } from "../../lib/may";
import { useCommand } from "../devices/useCommand";

// biome-ignore lint/suspicious/noExplicitAny: which members there are depends on the kind, and any may be absent
type Reading = Record<string, any>;

/** The members of a reading, whatever its kind; a component without a reading of its own may be any JSON. */
function readingOf(status: ComponentStatus): Reading {
  const reading: unknown = status.reading;
  return typeof reading === "object" && reading !== null ? reading : { value: reading };
}

type Facts = [label: string, value: string][];

export function ComponentCard({
  device,
  component,
  status,
}: {
  device: DeviceDetail;
  component: string;
  status: ComponentStatus;
}) {
  const reading = readingOf(status);
  const errors: string[] = Array.isArray(reading.errors) ? reading.errors : [];
  return (
    <section className={`card component is-${status.kind}`}>
      <header>
        <h3>{componentTitle(component)}</h3>
        <CardState status={status} />
      </header>
      <Control device={device} component={component} status={status} />
      {errors.length > 0 && (
        <p className="component-errors">
          {errors.map((error) => (
            <Badge key={error} tone="bad">
              {humanise(error)}
            </Badge>
          ))}
        </p>
      )}
      <FactList facts={factsOf(status)} />
    </section>
  );
}

/** Components of the same kind that have little to say share a card. */
export function SharedCard({ title, entries }: { title: string; entries: [string, ComponentStatus][] }) {
  return (
    <section className="card component">
      <header>
        <h3>{title}</h3>
      </header>
      <ul className="many">
        {entries.map(([key, status]) => (
          <li key={key}>
            <span className="many-line">
              <b>{componentTitle(key)}</b>
              <CardState status={status} />
            </span>
            <FactList facts={factsOf(status)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FactList({ facts }: { facts: Facts }) {
  if (facts.length === 0) return null;
  return (
    <dl className="readings">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A word at the right of the title. */
function CardState({ status }: { status: ComponentStatus }) {
  const reading = readingOf(status);
  switch (status.kind) {
    case "cloud":
    case "mqtt":
    case "outbound_websocket":
      return reading.connected == null ? null : (
        <Badge tone={reading.connected ? "good" : "quiet"}>
          {reading.connected ? "connected" : "not connected"}
        </Badge>
      );
    case "wifi":
      return (
        <Badge tone={reading.connected ? "good" : "quiet"}>
          {reading.connected ? "connected" : "not connected"}
        </Badge>
      );
    case "ethernet":
      return <Badge tone={reading.ip ? "good" : "quiet"}>{reading.ip ? "connected" : "no cable"}</Badge>;
    case "input":
      return reading.on == null ? null : (
        <Badge tone={reading.on ? "info" : "quiet"}>{reading.on ? "on" : "off"}</Badge>
      );
    case "script":
      return (
        <Badge tone={reading.running ? "good" : "quiet"}>{reading.running ? "running" : "stopped"}</Badge>
      );
    case "temperature":
      return <b className="reading-big">{reading.celsius == null ? "–" : quantity(reading.celsius, "°C")}</b>;
    case "humidity":
      return <b className="reading-big">{reading.percent == null ? "–" : percent(reading.percent)}</b>;
    case "battery":
      return <b className="reading-big">{reading.percent == null ? "–" : percent(reading.percent)}</b>;
    case "meter":
      return <b className="reading-big">{reading.power_w == null ? "–" : watts(reading.power_w)}</b>;
    case "energy_meter":
      return (
        <b className="reading-big">{reading.total?.power_w == null ? "–" : watts(reading.total.power_w)}</b>
      );
    default:
      return null;
  }
}

function Control({
  device,
  component,
  status,
}: {
  device: DeviceDetail;
  component: string;
  status: ComponentStatus;
}) {
  const command = useCommand(device);
  const id = Number(component.split(":")[1] ?? 0);
  const mayControl = useMay("control");
  const isDisabled = device.state !== "online" || !mayControl;
  const reading = readingOf(status);
  const output = device.outputs.find((one) => one.component === component);

  switch (status.kind) {
    case "switch": {
      const on = output?.on ?? reading.output;
      return (
        <div className="control">
          <Toggle
            on={on}
            label={`${componentTitle(component)} of ${device.name}`}
            busy={command.isPending}
            disabled={isDisabled}
            onChange={(next) => command.mutate({ command: "switch", id, action: next ? "on" : "off" })}
          />
          <b>{on == null ? "unknown" : on ? "On" : "Off"}</b>
          {reading.meter?.power_w != null && (
            <span className="control-value">{watts(reading.meter.power_w)}</span>
          )}
        </div>
      );
    }
    case "light": {
      const on = output?.on ?? reading.output;
      const brightness = output?.percent ?? reading.brightness_percent;
      return (
        <>
          <div className="control">
            <Toggle
              on={on}
              label={`${componentTitle(component)} of ${device.name}`}
              busy={command.isPending}
              disabled={isDisabled}
              onChange={(next) =>
                command.mutate({ command: "light", component, action: next ? "on" : "off" })
              }
            />
            <b>{on == null ? "unknown" : on ? "On" : "Off"}</b>
            {reading.meter?.power_w != null && (
              <span className="control-value">{watts(reading.meter.power_w)}</span>
            )}
          </div>
          {brightness != null && (
            <Slider
              label="Brightness"
              value={brightness}
              disabled={isDisabled}
              onCommit={(value) => command.mutate({ command: "light", component, brightness_percent: value })}
            />
          )}
        </>
      );
    }
    case "cover": {
      const position = output?.percent ?? reading.position_percent;
      const state = output?.state ?? reading.state;
      return (
        <>
          <div className="control">
            <div className="cover-control">
              {(["open", "stop", "close"] as const).map((action) => (
                <Button
                  key={action}
                  icon={action === "open" ? "up" : action === "close" ? "downArrow" : "stop"}
                  disabled={isDisabled}
                  aria-label={humanise(action)}
                  title={humanise(action)}
                  onClick={() => command.mutate({ command: "cover", id, action })}
                />
              ))}
            </div>
            <b>{state ? humanise(state) : "unknown"}</b>
          </div>
          {position != null && (
            <Slider
              label="Position"
              value={position}
              disabled={isDisabled}
              onCommit={(value) =>
                command.mutate({ command: "cover", id, action: "position", position_percent: value })
              }
            />
          )}
        </>
      );
    }
    default:
      return null;
  }
}

function Slider({
  label,
  value,
  disabled,
  onCommit,
}: {
  label: string;
  value: number;
  disabled: boolean;
  onCommit: (value: number) => void;
}) {
  const [dragged, setDragged] = useState<number | null>(null);
  const commit = () => {
    if (dragged === null) return;
    onCommit(dragged);
    setDragged(null);
  };
  return (
    <label className="slider">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={100}
        value={dragged ?? value}
        disabled={disabled}
        onChange={(event) => setDragged(Number(event.target.value))}
        onPointerUp={commit}
        onKeyUp={commit}
        onBlur={commit}
      />
      <output>{percent(dragged ?? value)}</output>
    </label>
  );
}

function meterFacts(meter: MeterReading | null | undefined, withPower = false): Facts {
  if (!meter) return [];
  const facts: Facts = [];
  const add = (label: string, value: number | null | undefined, show: (value: number) => string) => {
    if (value != null) facts.push([label, show(value)]);
  };
  if (withPower) add("Power", meter.power_w, watts);
  add("Voltage", meter.voltage_v, (v) => quantity(v, "V"));
  add("Current", meter.current_a, (v) => quantity(v, "A", 2));
  add("Power factor", meter.power_factor, (v) => v.toFixed(2));
  add("Frequency", meter.frequency_hz, (v) => quantity(v, "Hz"));
  add("Energy", meter.energy_wh, energy);
  add("Fed in", meter.returned_energy_wh, energy);
  return facts;
}

function factsOf(status: ComponentStatus): Facts {
  const r = readingOf(status);
  const facts: Facts = [];
  const add = (label: string, value: unknown, show: (value: never) => string = String) => {
    if (value != null && value !== "") facts.push([label, show(value as never)]);
  };
  switch (status.kind) {
    case "switch":
    case "light":
    case "cover":
      facts.push(...meterFacts(r.meter, status.kind === "cover"));
      add("Temperature", r.temperature_c, (v: number) => quantity(v, "°C"));
      add("Colour temperature", r.color_temperature_k, (v: number) => quantity(v, "K", 0));
      if (Array.isArray(r.rgb)) facts.push(["Colour", `rgb ${r.rgb.join(", ")}`]);
      add("White", r.white);
      add("Last changed by", r.source);
      break;
    case "meter":
      facts.push(...meterFacts(r));
      break;
    case "energy_meter":
      (r.phases ?? []).forEach((phase: MeterReading, at: number) => {
        const parts = [
          phase.power_w == null ? null : watts(phase.power_w),
          phase.voltage_v == null ? null : quantity(phase.voltage_v, "V"),
          phase.current_a == null ? null : quantity(phase.current_a, "A", 2),
        ].filter((part) => part !== null);
        facts.push([`Phase ${"ABC"[at] ?? at + 1}`, parts.join(" · ")]);
      });
      add("Neutral", r.neutral_current_a, (v: number) => quantity(v, "A", 2));
      add("Energy", r.total?.energy_wh, energy);
      add("Fed in", r.total?.returned_energy_wh, energy);
      break;
    case "input":
      add("Value", r.percent, percent);
      add("Last event", r.last_event, (v: string) => humanise(v));
      break;
    case "battery":
      add("Voltage", r.voltage_v, (v: number) => quantity(v, "V", 2));
      if (r.external_power != null) facts.push(["External supply", r.external_power ? "connected" : "none"]);
      break;
    case "wifi":
      add("Network", r.ssid);
      add("Address", r.ip);
      add("Signal", r.rssi_dbm, (v: number) => `${v} dBm`);
      add("Access point", r.bssid);
      break;
    case "ethernet":
      add("Address", r.ip);
      break;
    case "system":
      add("Up for", r.uptime_s, span);
      add("Clock", r.clock_at, (v: string) => new Date(v).toLocaleString());
      add("Temperature", r.temperature_c, (v: number) => quantity(v, "°C"));
      if (r.ram_free_bytes != null && r.ram_size_bytes != null)
        facts.push(["Memory free", `${bytes(r.ram_free_bytes)} of ${bytes(r.ram_size_bytes)}`]);
      if (r.fs_free_bytes != null && r.fs_size_bytes != null)
        facts.push(["Storage free", `${bytes(r.fs_free_bytes)} of ${bytes(r.fs_size_bytes)}`]);
      add("Wakes every", r.wakeup_period_s, span);
      add("Beta on offer", r.update_beta);
      break;
    case "temperature":
    case "humidity":
    case "cloud":
    case "mqtt":
    case "outbound_websocket":
    case "script":
      break;
    default:
      for (const [name, value] of Object.entries(r)) {
        if (name === "id" || value === null) continue;
        facts.push([humanise(name), typeof value === "object" ? JSON.stringify(value) : String(value)]);
      }
  }
  return facts;
}
