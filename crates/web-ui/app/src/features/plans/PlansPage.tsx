// Plans, newest first.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { plansQuery } from "../../api/queries";
import { Ago, Empty, ErrorNote, Loading, PageHead, Progress } from "../../components/pieces";
import { plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { PlanBadge, planTotals } from "./states";

export function PlansPage() {
  useTitle("Plans");
  const plans = useQuery(plansQuery);
  return (
    <div className="page">
      <PageHead
        title="Plans"
        aside="What would change, and what became of it. Nothing is written before you say yes."
      />
      {plans.isPending ? (
        <Loading />
      ) : plans.error && !plans.data ? (
        <ErrorNote error={plans.error} retry={() => void plans.refetch()} />
      ) : plans.data.length === 0 ? (
        <Empty icon="plans" title="No plans yet">
          <p>
            Wish something of a device under its settings, then preview the changes. Or plan all that{" "}
            <Link to="/drift">differs</Link>.
          </p>
        </Empty>
      ) : (
        <ul className="plan-list">
          {plans.data.map((plan) => {
            const { total, finished } = planTotals(plan);
            return (
              <li key={plan.id}>
                <Link to="/plans/$id" params={{ id: plan.id }} className="card plan-line">
                  <span className="plan-line-text">
                    <b className="ellipsis">{plan.scope}</b>
                    <small>
                      {plural(plan.changes, "change")} on {plural(total, "device")} · by {plan.created_by} ·{" "}
                      <Ago at={plan.created_at} />
                    </small>
                  </span>
                  {plan.state === "running" && (
                    <Progress value={finished} of={total} label="Devices finished" />
                  )}
                  {plan.units.failed > 0 && <small className="text-bad">{plan.units.failed} failed</small>}
                  <PlanBadge state={plan.state} />
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
