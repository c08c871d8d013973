// One device in a job: before and after of every field, and the verdict once there is one.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type {
  ApplyReport,
  FieldVerdict,
  JobUnitView,
  PlanBlocked,
  PlanChange,
  PlanOrigin,
} from "../../api/types";
import { Icon } from "../../components/Icon";
import { Badge, Note } from "../../components/pieces";
import { componentTitle, humanise, plural, splitPath } from "../../lib/format";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { RiskBadge } from "../../settings-form/RiskBadge";
import { useUnits } from "../../settings-form/useUnits";
import { showValue } from "../../settings-form/value";
import { memoryText } from "./memory";
import { Places } from "./Places";
import { Succession } from "./Succession";
import { LOADS, UnitBadge, VERDICTS } from "./states";

export function JobUnit({ unit, startsOpen }: { unit: JobUnitView; startsOpen: boolean }) {
  const [isOpen, setOpen] = useState(startsOpen);
  const steps = unit.plan?.steps ?? [];
  const changes = steps.reduce((sum, step) => sum + step.changes.length, 0);
  const verdicts = new Map((unit.report?.verdicts ?? []).map((verdict) => [verdict.path, verdict]));
  return (
    <section className={`card unit is-${unit.state}`} data-mac={unit.mac}>
      <header>
        <button type="button" className="unit-open" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? "down" : "chevron"} size={16} />
          <b className="ellipsis">{unit.name}</b>
        </button>
        <span className="faint">{plural(changes, "change")}</span>
        {unit.plan && unit.plan.report.restart !== "no" && unit.report == null && (
          <Badge tone="warn" title="Outputs fall to their power-on state">
            {unit.plan.report.restart === "certain" ? "restarts" : "may restart"}
          </Badge>
        )}
        {unit.report?.restarted && <Badge tone="quiet">restarted</Badge>}
        {unit.critical && <Badge tone="warn">critical</Badge>}
        <UnitBadge state={unit.state} />
        <Link to="/devices/$mac" params={{ mac: unit.mac }} className="unit-link" title="Open the device">
          <Icon name="external" size={15} />
          <span className="visually-hidden">Open the device</span>
        </Link>
      </header>
      {unit.reason && (
        <p
          className={`unit-reason ${unit.state === "failed" || unit.state === "rolled_back" ? "text-bad" : unit.state === "blocked" ? "text-warn" : "faint"}`}
        >
          {unit.reason}
        </p>
      )}
      {isOpen && (
        <>
          {unit.succession && <Succession succession={unit.succession} />}
          {unit.readdress && <Places readdress={unit.readdress} />}
          {steps.map((step) => (
            <div className="step" key={`${step.component}-${step.changes[0]?.path}`}>
              <h4>
                {componentTitle(step.component)} <RiskBadge risk={step.risk} />
                {step.may_restart && <Badge tone="quiet">may need a restart</Badge>}
              </h4>
              {step.changes.map((change) => (
                <ChangeLine key={change.path} change={change} verdict={verdicts.get(change.path)} />
              ))}
            </div>
          ))}
          {unit.loads.map((load) => (
            <p key={load.component} className="unit-held text-warn" data-load={load.component}>
              {componentTitle(load.component)}
              {load.is_on != null && ` is ${load.is_on ? "on" : "off"} and`} {LOADS[load.effect]}.
            </p>
          ))}
          {unit.left.map((left) => (
            <p key={left.path} className="unit-held faint">
              <code>{left.path}</code> is left as it is: {left.why}.
            </p>
          ))}
          {unit.plan?.report.blocked.map((blocked) => (
            <p key={blocked.path} className="unit-held text-warn">
              <code>{blocked.path}</code> is held back: {whyBlocked(blocked)}.
            </p>
          ))}
          {unit.plan?.report.memory?.map((finding) => (
            <p
              key={finding.path}
              className={`unit-held ${finding.verdict === "plenty" ? "faint" : "text-warn"}`}
              data-memory={finding.verdict}
            >
              {memoryText(finding)}.
            </p>
          ))}
          {unit.plan && unit.plan.report.not_applicable.length > 0 && (
            <p className="unit-held faint">
              {plural(unit.plan.report.not_applicable.length, "wish", "wishes")} cannot apply to this device.
            </p>
          )}
          {unit.report && <Outcome report={unit.report} />}
          {unit.rollback && (
            <div className="step">
              <h4>Put back</h4>
              {unit.rollback.report.verdicts.map((verdict) => (
                <ChangeLine key={verdict.path} change={verdict} verdict={verdict} />
              ))}
              {unit.rollback.left.map((left) => (
                <p key={left.path} className="unit-held text-warn">
                  <code>{left.path}</code> could not be put back: {left.why}.
                </p>
              ))}
            </div>
          )}
        </>
      )}
    </section>
  );
}

type Changed = Pick<PlanChange, "path" | "before" | "after"> & { origin?: PlanOrigin };

function ChangeLine({ change, verdict }: { change: Changed; verdict: FieldVerdict | undefined }) {
  const { field } = splitPath(change.path);
  const unit = useUnits()(change.path);
  return (
    <div className="change" data-path={change.path}>
      <span className="change-name" title={change.path}>
        {humanise(field)}
      </span>
      <span className="diff-values">
        <span className="before">{change.before == null ? "not shown" : showValue(change.before, unit)}</span>
        <span aria-hidden="true">→</span>
        <span className="after">{showValue(change.after, unit)}</span>
      </span>
      <span className="change-origin">
        {change.origin && <OriginBadge origin={originText(change.origin)} />}
      </span>
      <span className="change-verdict">{verdict && <VerdictBadge verdict={verdict} />}</span>
    </div>
  );
}

function VerdictBadge({ verdict: { verdict } }: { verdict: FieldVerdict }) {
  const known = VERDICTS[verdict.verdict] ?? {
    word: humanise(verdict.verdict),
    tone: "neutral" as const,
    title: "",
  };
  return (
    <span className="verdict">
      <Badge tone={known.tone} title={known.title}>
        {known.word}
        {verdict.verdict === "clamped" && `: ${showValue(verdict.got)}`}
      </Badge>
      {verdict.verdict === "failed" && <small>{verdict.reason}</small>}
    </span>
  );
}

function Outcome({ report }: { report: ApplyReport }) {
  const { outcome } = report;
  return (
    <>
      {outcome.outcome === "stale" && (
        <Note tone="warn">
          The device changed since the plan was made, so nothing was written: {outcome.paths?.join(", ")}.
          Make a new plan.
        </Note>
      )}
      {report.disturbed.length > 0 && (
        <Note tone="warn">The device changed along with it: {report.disturbed.join(", ")}.</Note>
      )}
      {report.stopped?.map((stopped) => (
        <Note key={stopped.path} tone="warn">
          <code>{stopped.path}</code>: the script does not run any more: {stopped.errors.join(", ")}.
        </Note>
      ))}
    </>
  );
}

export function originText(origin: PlanOrigin): string {
  return origin.scope.type === "group" ? `group:${origin.scope.name ?? ""}` : origin.scope.type;
}

function whyBlocked(blocked: PlanBlocked): string {
  switch (blocked.why) {
    case "conflict":
      return "groups of equal rank disagree";
    case "secret_unavailable":
      return "the stored secret could not be opened";
    case "too_risky":
      return "more risk than allowed here";
    case "would_strand":
      return "the device would have neither station, access point nor cable";
    case "takes_over":
      return `the device reports to ${String(blocked.owner)} and would not any more`;
    case "little_memory":
      return memoryText(blocked.memory);
    default:
      return "the manager does not write it";
  }
}
