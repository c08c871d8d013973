// One job: a preview before the yes, live progress by ring and verdicts after it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { jobs } from "../../api/calls";
import { jobQuery, keys } from "../../api/queries";
import type { JobDetail, JobUnitView, RingView, UnitState } from "../../api/types";
import { Icon } from "../../components/Icon";
import {
  Ago,
  Badge,
  Button,
  Empty,
  ErrorNote,
  Loading,
  Note,
  PageHead,
  Progress,
} from "../../components/pieces";
import { plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { useMay } from "../../lib/may";
import { RiskBadge } from "../../settings-form/RiskBadge";
import { JobUnit } from "./JobUnit";
import { JobBadge, jobTotals, waitsText } from "./states";

const STEP = 50;
/** What needs a look comes first. */
const UNIT_ORDER: UnitState[] = [
  "failed",
  "rolled_back",
  "running",
  "queued",
  "blocked",
  "pending",
  "cancelled",
  "verified",
  "skipped",
];
const RISK_ORDER = ["connectivity", "access", "integration", "load"];

export function JobPage() {
  const { id } = useParams({ from: "/jobs/$id" });
  const plan = useQuery(jobQuery(id));
  useTitle("Job");
  return (
    <div className="page">
      <Link to="/jobs" className="back">
        <Icon name="back" size={16} /> Jobs
      </Link>
      {plan.data ? (
        <Job job={plan.data} />
      ) : plan.error ? (
        <ErrorNote error={plan.error} retry={() => void plan.refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

function Job({ job }: { job: JobDetail }) {
  const [limit, setLimit] = useState(STEP);
  const units = useMemo(
    () =>
      job.devices.toSorted(
        (a, b) => UNIT_ORDER.indexOf(a.state) - UNIT_ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
      ),
    [job.devices],
  );
  const isLarge = units.length > 6;
  return (
    <>
      <PageHead
        title={
          <>
            {job.scope} <JobBadge state={job.state} />
          </>
        }
        aside={
          <>
            {plural(job.changes, "change")} on {plural(job.devices.length, "device")} · made by{" "}
            {job.created_by} <Ago at={job.created_at} />
            {job.state === "proposed" && (
              <>
                {" "}
                · valid <Ago at={job.expires_at} />
              </>
            )}
          </>
        }
      >
        <Actions job={job} />
      </PageHead>
      <JobProgress job={job} />
      {job.reason && <Note tone="warn">{job.reason}.</Note>}
      {(job.state === "proposed" || job.state === "approved") && <Warnings units={job.devices} />}
      {CONSENTS.map((consent) => (
        <Consent key={consent.why} consent={consent} units={job.devices} />
      ))}
      {units.length === 0 && <Empty icon="plans" title="No devices in this job" />}
      <div className="units">
        {units.slice(0, limit).map((unit) => (
          <JobUnit
            key={unit.mac}
            unit={unit}
            startsOpen={!isLarge || unit.state === "failed" || unit.state === "rolled_back"}
          />
        ))}
      </div>
      {units.length > limit && (
        <Button className="more-button" onClick={() => setLimit(limit + STEP)}>
          Show more of {units.length}
        </Button>
      )}
    </>
  );
}

/** What can be agreed to after a plan has held it back. */
const CONSENTS = [
  {
    why: "takes_over",
    agreed: { take_over: true },
    says: (one: boolean, count: number) =>
      `${one ? "One device reports" : `${count} devices report`} to somebody else, who would lose ${one ? "it" : "them"}.`,
    button: "Plan again and take over",
  },
  {
    why: "little_memory",
    agreed: { spend_memory: true },
    says: (one: boolean, count: number) =>
      `${one ? "One device has" : `${count} devices have`} too little memory for what would be switched on.`,
    button: "Plan again all the same",
  },
] as const;

/** Offers to plan again what is held back until somebody agrees to it. */
function Consent({ consent, units }: { consent: (typeof CONSENTS)[number]; units: JobUnitView[] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const held = units.filter((unit) => unit.plan?.report.blocked.some(({ why }) => why === consent.why));
  const again = useMutation({
    mutationFn: () => jobs.create({ devices: held.map(({ mac }) => mac), ...consent.agreed }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
  });
  if (held.length === 0) return null;
  return (
    <Note tone="warn">
      {consent.says(held.length === 1, held.length)}{" "}
      <Button busy={again.isPending} disabled={!mayConfigure} onClick={() => again.mutate()}>
        {consent.button}
      </Button>
      {again.error && <ErrorNote error={again.error} />}
    </Note>
  );
}

function Actions({ job }: { job: JobDetail }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const refresh = () => {
    for (const key of [keys.job(job.id), keys.jobs]) void client.invalidateQueries({ queryKey: key });
  };
  const decide = useMutation({
    mutationFn: (decision: "approve" | "start" | "pause" | "resume" | "cancel") => jobs[decision](job.id),
    onSuccess: (answer) =>
      client.setQueryData<JobDetail>(keys.job(job.id), (kept) => kept && { ...kept, ...answer }),
    onSettled: refresh,
  });
  const again = useMutation({
    mutationFn: (what: "retry" | "undo") => jobs[what](job.id),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
  });
  const { missed } = jobTotals(job);
  const error = decide.error ?? again.error;
  const isFinal = ["done", "failed", "stopped", "expired", "cancelled"].includes(job.state);
  const button = (label: string, decision: Parameters<typeof decide.mutate>[0]) => (
    <Button
      busy={decide.isPending && decide.variables === decision}
      disabled={!mayConfigure}
      onClick={() => decide.mutate(decision)}
    >
      {label}
    </Button>
  );
  return (
    <>
      {!isFinal && button(job.state === "proposed" ? "Discard" : "Cancel", "cancel")}
      {(job.state === "running" || job.state === "scheduled") && button("Pause", "pause")}
      {job.state === "paused" && button("Resume", "resume")}
      {job.state === "proposed" && job.second_person && button("Approve", "approve")}
      {((job.state === "proposed" && !job.second_person) || job.state === "approved") && (
        <Button
          look="primary"
          icon="check"
          busy={decide.isPending && decide.variables === "start"}
          disabled={job.changes === 0 || !mayConfigure}
          onClick={() => decide.mutate("start")}
        >
          Apply {plural(job.changes, "change")}
        </Button>
      )}
      {isFinal && missed > 0 && (
        <Button busy={again.isPending} disabled={!mayConfigure} onClick={() => again.mutate("retry")}>
          Retry what failed
        </Button>
      )}
      {isFinal && job.units.verified > 0 && (
        <Button busy={again.isPending} disabled={!mayConfigure} onClick={() => again.mutate("undo")}>
          Undo
        </Button>
      )}
      {error && <ErrorNote error={error} />}
    </>
  );
}

function JobProgress({ job }: { job: JobDetail }) {
  if (job.state === "proposed" || job.state === "approved" || job.state === "expired") return null;
  const { total, finished } = jobTotals(job);
  const rings = job.rings.map((ring, at) => ({ ring, number: at + 1 }));
  const { verified, rolled_back, failed, queued, blocked, cancelled, skipped } = job.units;
  return (
    <section className="card plan-progress" aria-label="Progress">
      <Progress value={finished} of={total} label="Devices finished" />
      <p>
        <b className="text-good">{verified} verified</b>
        {rolled_back > 0 && <span className="text-bad">{rolled_back} put back</span>}
        {failed > 0 && <span className="text-bad">{failed} failed</span>}
        {queued > 0 && <span>{queued} waiting for their device</span>}
        {blocked > 0 && <span className="text-warn">{blocked} blocked</span>}
        {cancelled > 0 && <span className="faint">{cancelled} not begun</span>}
        {skipped > 0 && <span className="faint">{skipped} had nothing to do</span>}
      </p>
      {rings.length > 1 && rings.map(({ ring, number }) => <Ring key={number} ring={ring} number={number} />)}
      {job.waits && (
        <p className="faint">
          {waitsText(job.waits)}
          {job.waits.until && (
            <>
              {" "}
              · <Ago at={job.waits.until} />
            </>
          )}
        </p>
      )}
    </section>
  );
}

function Ring({ ring, number }: { ring: RingView; number: number }) {
  const ended = ring.good + ring.bad;
  const total = ended + ring.waiting + ring.away + ring.in_flight;
  return (
    <p data-ring={number}>
      <span>Ring {number}</span>
      <Progress value={ended} of={total} label={`Devices of ring ${number} finished`} />
      <span className="faint">{total === 0 ? "nothing to do" : `${ring.good} of ${total} verified`}</span>
      {ring.bad > 0 && <span className="text-bad">{ring.bad} failed</span>}
    </p>
  );
}

function Warnings({ units }: { units: JobUnitView[] }) {
  const risks = new Map<string, number>();
  let restarts = 0;
  let maybe = 0;
  const loads = units.reduce((sum, unit) => sum + unit.loads.length, 0);
  for (const { plan } of units) {
    if (!plan) continue;
    for (const risk of new Set(plan.steps.map((step) => step.risk)))
      risks.set(risk, (risks.get(risk) ?? 0) + 1);
    if (plan.report.restart === "certain") restarts++;
    else if (plan.report.restart === "possible") maybe++;
  }
  const known = RISK_ORDER.filter((risk) => risks.has(risk));
  if (known.length === 0 && restarts + maybe === 0) return null;
  return (
    <Note tone={risks.has("connectivity") || risks.has("access") ? "warn" : "info"}>
      {known.length > 0 && (
        <span className="risk-line">
          This job touches:{" "}
          {known.map((risk) => (
            <span key={risk}>
              <RiskBadge risk={risk} /> on {plural(risks.get(risk) ?? 0, "device")}
            </span>
          ))}
        </span>
      )}
      {restarts > 0 && (
        <p>
          {plural(restarts, "device")} will restart; outputs fall to their power-on state.{" "}
          <Badge tone="warn">restart</Badge>
        </p>
      )}
      {loads > 0 && <p>{plural(loads, "load")} may switch with a restart; see the devices below.</p>}
      {maybe > 0 && <p>{plural(maybe, "device")} may restart if the device asks for it.</p>}
    </Note>
  );
}
