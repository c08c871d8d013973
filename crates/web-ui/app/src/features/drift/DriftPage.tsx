// Devices that are not as they should be.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { drift as calls, jobs } from "../../api/calls";
import { driftQuery, keys } from "../../api/queries";
import type { DriftView } from "../../api/types";
import { Ago, Badge, Button, Empty, ErrorNote, Loading, PageHead } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { Differences } from "./Differences";
import { Repairs } from "./Repairs";

const STEP = 100;

export function DriftPage() {
  useTitle("Drift");
  const client = useQueryClient();
  const navigate = useNavigate();
  const drift = useQuery(driftQuery);
  const [limit, setLimit] = useState(STEP);
  const plan = useMutation({
    mutationFn: (devices: string[]) => jobs.create({ devices }),
    onSuccess: (made) => {
      client.setQueryData(keys.job(made.id), made);
      void navigate({ to: "/jobs/$id", params: { id: made.id } });
    },
    onError: toastError,
  });
  const check = useMutation({
    mutationFn: () => calls.check({}),
    onSuccess: () => {
      toast("good", "Checking all devices.");
      void client.invalidateQueries({ queryKey: keys.drift });
    },
    onError: toastError,
  });
  const items = drift.data ?? [];
  const drifted = items.filter((item) => item.differences.length > 0);
  const differences = drifted.reduce((sum, item) => sum + item.differences.length, 0);

  return (
    <div className="page">
      <PageHead
        title="Drift"
        aside={
          drifted.length > 0
            ? `${plural(differences, "setting")} on ${plural(drifted.length, "device")} differ from what is wished.`
            : "Where devices differ from what is wished of them."
        }
      >
        <Button icon="refresh" busy={check.isPending} onClick={() => check.mutate()}>
          Check all
        </Button>
        <Button
          look="primary"
          disabled={drifted.length === 0}
          busy={plan.isPending && plan.variables?.length === drifted.length}
          onClick={() => plan.mutate(drifted.map((item) => item.mac))}
        >
          Plan all
        </Button>
      </PageHead>
      {drift.isPending ? (
        <Loading />
      ) : drift.error && !drift.data ? (
        <ErrorNote error={drift.error} retry={() => void drift.refetch()} />
      ) : items.length === 0 ? (
        <Empty icon="check" title="No drift">
          <p>Every checked device is as wished.</p>
        </Empty>
      ) : (
        <ul className="drift-list">
          {items.slice(0, limit).map((item) => (
            <DriftItem
              key={item.mac}
              item={item}
              isBusy={plan.isPending && plan.variables?.length === 1 && plan.variables[0] === item.mac}
              onPlan={() => plan.mutate([item.mac])}
            />
          ))}
        </ul>
      )}
      {items.length > limit && (
        <Button className="more-button" onClick={() => setLimit(limit + STEP)}>
          Show more of {items.length}
        </Button>
      )}
      <Repairs />
    </div>
  );
}

function DriftItem({ item, isBusy, onPlan }: { item: DriftView; isBusy: boolean; onPlan: () => void }) {
  return (
    <li className="card drift-item">
      <header>
        <Link to="/devices/$mac" params={{ mac: item.mac }} search={{ tab: "settings" }}>
          <b>{item.name}</b>
        </Link>
        {item.differences.length > 0 && (
          <Badge tone="warn">{plural(item.differences.length, "setting")}</Badge>
        )}
        <span className="faint">
          checked <Ago at={item.checked_at} />
        </span>
        {item.differences.length > 0 && (
          <Button busy={isBusy} onClick={onPlan}>
            Plan
          </Button>
        )}
      </header>
      {item.error && <p className="text-warn">{item.error}</p>}
      {item.differences.length > 0 && (
        <Differences mac={item.mac} differences={item.differences} limit={12} />
      )}
    </li>
  );
}
