// One plan: a preview before the yes, live progress and verdicts after it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { plans } from "../../api/calls";
import { keys, planQuery } from "../../api/queries";
import type { PlanDetail, PlanUnitView, UnitState } from "../../api/types";
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
import { PlanUnit } from "./PlanUnit";
import { PlanBadge, planTotals } from "./states";

const STEP = 50;
/** What needs a look comes first. */
const UNIT_ORDER: UnitState[] = ["failed", "running", "blocked", "pending", "verified", "skipped"];
const RISK_ORDER = ["connectivity", "access", "integration", "load"];

export function PlanPage() {
  const { id } = useParams({ from: "/plans/$id" });
  const plan = useQuery(planQuery(id));
  useTitle("Plan");
  return (
    <div className="page">
      <Link to="/plans" className="back">
        <Icon name="back" size={16} /> Plans
      </Link>
      {plan.data ? (
        <Plan plan={plan.data} />
      ) : plan.error ? (
        <ErrorNote error={plan.error} retry={() => void plan.refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}

function Plan({ plan }: { plan: PlanDetail }) {
  const [limit, setLimit] = useState(STEP);
  const units = useMemo(
    () =>
      plan.devices.toSorted(
        (a, b) => UNIT_ORDER.indexOf(a.state) - UNIT_ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
      ),
    [plan.devices],
  );
  const isLarge = units.length > 6;
  return (
    <>
      <PageHead
        title={
          <>
            {plan.scope} <PlanBadge state={plan.state} />
          </>
        }
        aside={
          <>
            {plural(plan.changes, "change")} on {plural(plan.devices.length, "device")} · made by{" "}
            {plan.created_by} <Ago at={plan.created_at} />
            {plan.state === "proposed" && (
              <>
                {" "}
                · valid <Ago at={plan.expires_at} />
              </>
            )}
          </>
        }
      >
        <Actions plan={plan} />
      </PageHead>
      <PlanProgress plan={plan} />
      {plan.state === "proposed" && <Warnings units={plan.devices} />}
      <TakeOver units={plan.devices} />
      {units.length === 0 && <Empty icon="plans" title="No devices in this plan" />}
      <div className="units">
        {units.slice(0, limit).map((unit) => (
          <PlanUnit key={unit.mac} unit={unit} startsOpen={!isLarge || unit.state === "failed"} />
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

/** Offers to plan again what is held back because somebody else would lose the device. */
function TakeOver({ units }: { units: PlanUnitView[] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayConfigure = useMay("configure");
  const held = units.filter((unit) => unit.plan?.report.blocked.some(({ why }) => why === "takes_over"));
  const again = useMutation({
    mutationFn: () => plans.create({ devices: held.map(({ mac }) => mac), take_over: true }),
    onSuccess: (made) => {
      client.setQueryData(keys.plan(made.id), made);
      void navigate({ to: "/plans/$id", params: { id: made.id } });
    },
  });
  if (held.length === 0) return null;
  return (
    <Note tone="warn">
      {held.length === 1 ? "One device reports" : `${held.length} devices report`} to somebody else, who would
      lose {held.length === 1 ? "it" : "them"}.{" "}
      <Button busy={again.isPending} disabled={!mayConfigure} onClick={() => again.mutate()}>
        Plan again and take over
      </Button>
      {again.error && <ErrorNote error={again.error} />}
    </Note>
  );
}

function Actions({ plan }: { plan: PlanDetail }) {
  const client = useQueryClient();
  const refresh = () => {
    for (const key of [keys.plan(plan.id), keys.plans]) void client.invalidateQueries({ queryKey: key });
  };
  const apply = useMutation({
    mutationFn: () => plans.apply(plan.id),
    onSuccess: (answer) =>
      client.setQueryData<PlanDetail>(keys.plan(plan.id), (kept) => kept && { ...kept, ...answer }),
    onSettled: refresh,
  });
  const mayConfigure = useMay("configure");
  const cancel = useMutation({ mutationFn: () => plans.cancel(plan.id), onSettled: refresh });
  const error = apply.error ?? cancel.error;
  return (
    <>
      {(plan.state === "proposed" || plan.state === "running") && (
        <Button busy={cancel.isPending} onClick={() => cancel.mutate()}>
          {plan.state === "running" ? "Stop" : "Discard"}
        </Button>
      )}
      {plan.state === "proposed" && (
        <Button
          look="primary"
          icon="check"
          busy={apply.isPending}
          disabled={plan.changes === 0 || !mayConfigure}
          onClick={() => apply.mutate()}
        >
          Apply {plural(plan.changes, "change")}
        </Button>
      )}
      {error && <ErrorNote error={error} />}
    </>
  );
}

function PlanProgress({ plan }: { plan: PlanDetail }) {
  if (plan.state === "proposed" || plan.state === "expired") return null;
  const { total, finished } = planTotals(plan);
  const { verified, failed, blocked, skipped } = plan.units;
  return (
    <section className="card plan-progress" aria-live="polite">
      <Progress
        value={finished}
        of={total}
        label="Devices finished"
        tone={failed > 0 ? "bad" : plan.state === "done" ? "good" : "info"}
      />
      <p>
        <span>
          {finished} of {plural(total, "device")}
        </span>
        {verified > 0 && <span className="text-good">{verified} verified</span>}
        {failed > 0 && <span className="text-bad">{failed} failed</span>}
        {blocked > 0 && <span className="text-warn">{blocked} blocked</span>}
        {skipped > 0 && <span className="faint">{skipped} had nothing to do</span>}
      </p>
    </section>
  );
}

function Warnings({ units }: { units: PlanUnitView[] }) {
  const risks = new Map<string, number>();
  let restarts = 0;
  let maybe = 0;
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
          This plan touches:{" "}
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
      {maybe > 0 && <p>{plural(maybe, "device")} may restart if the device asks for it.</p>}
    </Note>
  );
}
