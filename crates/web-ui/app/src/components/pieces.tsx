// Small pieces without knowledge of the domain.
import type { ComponentProps, ReactNode } from "react";
import { messageOf } from "../api/problem";
import { ago, instant } from "../lib/format";
import { useNow } from "../lib/hooks";
import { Icon, type IconName } from "./Icon";

export type Tone = "neutral" | "good" | "warn" | "bad" | "info" | "quiet";

export function Badge({
  tone = "neutral",
  children,
  title,
}: {
  tone?: Tone;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={`badge tone-${tone}`} title={title}>
      {children}
    </span>
  );
}

type ButtonProps = ComponentProps<"button"> & {
  look?: "plain" | "primary" | "danger" | "ghost";
  icon?: IconName;
  busy?: boolean;
};

export function Button({
  look = "plain",
  icon,
  busy = false,
  children,
  className = "",
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button look-${look} ${children === undefined ? "is-square" : ""} ${className}`}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

export function Toggle({
  on,
  label,
  busy = false,
  disabled = false,
  onChange,
  tabIndex,
}: {
  on: boolean | null | undefined;
  label: string;
  busy?: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
  tabIndex?: number;
}) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on ?? false}
      aria-label={label}
      aria-busy={busy || undefined}
      title={label}
      className={`toggle ${on == null ? "is-unknown" : ""}`}
      disabled={disabled}
      tabIndex={tabIndex}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        if (!busy) onChange(!on);
      }}
    >
      <span />
    </button>
  );
}

export function Ago({ at, none = "never" }: { at: string | null | undefined; none?: string }) {
  const now = useNow();
  if (!at) return <span className="faint">{none}</span>;
  return (
    <time dateTime={at} title={instant(at)}>
      {ago(at, now)}
    </time>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      {children && <div className="empty-text">{children}</div>}
    </div>
  );
}

export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="note tone-bad" role="alert">
      <Icon name="warning" />
      <div className="note-text">{messageOf(error)}</div>
      {retry && (
        <Button look="ghost" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Note({ tone = "info", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div className={`note tone-${tone}`}>
      {(tone === "warn" || tone === "bad") && <Icon name="warning" />}
      <div className="note-text">{children}</div>
    </div>
  );
}

export function Loading({ rows = 5 }: { rows?: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <span key={row} />
      ))}
    </div>
  );
}

export function Progress({
  value,
  of,
  label,
  tone = "info",
}: {
  value: number;
  of: number;
  label: string;
  tone?: Tone;
}) {
  return (
    <progress className={`progress tone-${tone}`} value={value} max={Math.max(of, 1)} aria-label={label} />
  );
}

export function PageHead({
  title,
  aside,
  children,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="page-head">
      <div className="page-title">
        <h1>{title}</h1>
        {aside && <p>{aside}</p>}
      </div>
      {children && <div className="page-actions">{children}</div>}
    </header>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label className="field">
      <span className="field-label">{label}</span>
      {children}
      {hint && <span className="field-hint">{hint}</span>}
    </label>
  );
}

/** A box to tick. */
export function Check({
  label,
  isOn,
  onChange,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  );
}

export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode; title?: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="segments" aria-label={label}>
      {options.map((option) => (
        <button
          type="button"
          key={option.value}
          title={option.title}
          aria-label={option.title}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
