// One setting: observed, desired, origin, and the form to change it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { layers } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DeviceDetail, ScopeView, SettingView } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Badge, Button, ErrorNote } from "../../components/pieces";
import { toast } from "../../components/toasts";
import { humanise, splitPath } from "../../lib/format";
import { useMay } from "../../lib/may";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { RiskBadge } from "../../settings-form/RiskBadge";
import { ValueField } from "../../settings-form/ValueField";
import { editText, originOf, parseValue, readOrigin, readType, showValue } from "../../settings-form/value";

export function isWished(setting: SettingView): boolean {
  return setting.origin != null;
}

export function SettingRow({ device, setting }: { device: DeviceDetail; setting: SettingView }) {
  const [isOpen, setOpen] = useState(false);
  const { field } = splitPath(setting.path);
  const canEdit = useMay("configure") && !setting.read_only;
  return (
    <div
      className={`setting ${setting.drifted ? "is-drifted" : ""} ${isOpen ? "is-open" : ""}`}
      data-path={setting.path}
    >
      <button
        type="button"
        className="setting-line"
        aria-expanded={canEdit ? isOpen : undefined}
        disabled={!canEdit}
        onClick={() => setOpen(!isOpen)}
        title={setting.path}
      >
        <span className="setting-name">
          <b>{humanise(field)}</b>
          {setting.help && <small>{setting.help}</small>}
        </span>
        <span className="setting-observed" data-label="On the device">
          <Value
            setting={setting}
            value={setting.observed}
            none={setting.sensitive ? "not shown" : "not set"}
          />
        </span>
        <span className="setting-desired" data-label="Wished">
          {isWished(setting) ? (
            <>
              <Value setting={setting} value={setting.desired} none="not set" />
              <OriginBadge origin={setting.origin ?? "device"} />
              {setting.overruled.length > 0 && (
                <Badge
                  tone="quiet"
                  title={`Overrules ${setting.overruled.map((o) => readOrigin(o.origin).name).join(", ")}`}
                >
                  overrules {setting.overruled.length}
                </Badge>
              )}
              {setting.drifted && <Badge tone="warn">differs</Badge>}
            </>
          ) : (
            <span className="faint">{setting.read_only ? "cannot be set" : "left alone"}</span>
          )}
          {setting.not_applicable && (
            <Badge tone="quiet" title={setting.not_applicable}>
              does not apply
            </Badge>
          )}
        </span>
        <span className="setting-open">
          {canEdit && <Icon name={isOpen ? "down" : "chevron"} size={16} />}
        </span>
      </button>
      {isOpen && <SettingForm device={device} setting={setting} onClose={() => setOpen(false)} />}
    </div>
  );
}

function Value({ setting, value, none }: { setting: SettingView; value: unknown; none: string }) {
  if (value == null) return <span className="faint">{none}</span>;
  const text = showValue(value, setting.unit);
  const isFaint = value === "";
  return <span className={`value ${isFaint ? "faint" : ""}`}>{text}</span>;
}

function SettingForm({
  device,
  setting,
  onClose,
}: {
  device: DeviceDetail;
  setting: SettingView;
  onClose: () => void;
}) {
  const id = useId();
  const client = useQueryClient();
  const type = readType(setting.value_type);
  const isNullable = setting.observed === null || setting.desired === null || type.type === "text";
  const scopes: { scope: ScopeView; label: string; hint: string }[] = [
    { scope: { scope: "device", mac: device.mac }, label: "This device", hint: "only here" },
    ...device.groups.map((name) => ({
      scope: { scope: "group" as const, name },
      label: name,
      hint: "all members",
    })),
    ...(device.location
      ? [
          {
            scope: { scope: "location" as const, name: device.location },
            label: device.location,
            hint: "all devices there",
          },
        ]
      : []),
    { scope: { scope: "fleet" }, label: "Fleet", hint: "every device" },
  ];
  const owners = [
    ...(setting.origin ? [setting.origin] : []),
    ...setting.overruled.map((one) => one.origin),
  ].map((origin) => (readOrigin(origin).kind === "device" ? "device" : origin));
  const [chosen, setChosen] = useState(scopes[0]?.scope as ScopeView);
  const [text, setText] = useState(editText(setting.desired ?? setting.observed));
  const [asNull, setAsNull] = useState(setting.origin != null && setting.desired === null);
  const [reason, setReason] = useState<string | null>(null);
  const isHere = owners.includes(originOf(chosen));

  const change = useMutation({
    mutationFn: layers.change,
    onSuccess: (_layer, body) => {
      toast(
        "good",
        body.clear?.length ? "No longer wished here." : "Wish saved. Preview the changes to apply it.",
      );
      for (const key of [
        keys.config(device.mac),
        keys.layers,
        keys.drift,
        keys.device(device.mac),
        keys.fleet,
      ]) {
        void client.invalidateQueries({ queryKey: key });
      }
      onClose();
    },
  });

  const save = () => {
    if (asNull) {
      change.mutate({ scope: chosen, set: { [setting.path]: null } });
      return;
    }
    const parsed = parseValue(text, type);
    setReason(parsed.ok ? null : parsed.reason);
    if (parsed.ok) change.mutate({ scope: chosen, set: { [setting.path]: parsed.value } });
  };

  return (
    <form
      className="setting-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          onClose();
        }
      }}
    >
      <p className="setting-path">
        <code>{setting.path}</code> <RiskBadge risk={setting.risk} />
      </p>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          Wished value
        </label>
        {!asNull && (
          <ValueField
            id={id}
            type={type}
            unit={setting.unit}
            sensitive={setting.sensitive}
            text={text}
            onText={setText}
          />
        )}
        {isNullable && (
          <label className="check">
            <input type="checkbox" checked={asNull} onChange={(event) => setAsNull(event.target.checked)} />{" "}
            not set (the device's default)
          </label>
        )}
        {reason && <span className="field-error">{reason}</span>}
      </div>
      <fieldset className="scopes">
        <legend className="field-label">For whom</legend>
        {scopes.map(({ scope, label, hint }) => (
          <label key={originOf(scope)} className="scope">
            <input
              type="radio"
              name={`${id}-scope`}
              checked={originOf(scope) === originOf(chosen)}
              onChange={() => setChosen(scope)}
            />
            <span>
              <b>{label}</b>
              <small>
                {hint}
                {owners.includes(originOf(scope)) && " · wished here"}
              </small>
            </span>
          </label>
        ))}
      </fieldset>
      {setting.overruled.length > 0 && (
        <p className="overruled">
          Overruled:{" "}
          {setting.overruled.map((one) => (
            <span key={one.origin}>
              <OriginBadge origin={one.origin} /> {showValue(one.value, setting.unit)}
            </span>
          ))}
        </p>
      )}
      {setting.not_applicable && <p className="field-hint">{setting.not_applicable}</p>}
      {change.error && <ErrorNote error={change.error} />}
      <div className="form-actions">
        <Button type="submit" look="primary" busy={change.isPending}>
          Save wish
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        {isHere && (
          <Button
            look="ghost"
            icon="close"
            busy={change.isPending}
            onClick={() => change.mutate({ scope: chosen, clear: [setting.path] })}
          >
            Leave alone again
          </Button>
        )}
      </div>
    </form>
  );
}
