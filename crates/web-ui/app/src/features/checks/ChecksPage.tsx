// What the rules of good order find, rule by rule: why it matters, and what sets it right.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { checks as calls } from "../../api/calls";
import { findingsQuery, keys } from "../../api/queries";
import type { FindingView, RuleFindingsView } from "../../api/types";
import { Badge, Button, Empty, ErrorNote, Loading, Note, PageHead } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { instant, plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { useMay } from "../../lib/may";
import { FixDialog } from "./FixDialog";
import { ScoreChip, SEVERITY_WORDS } from "./score";
import { average, open } from "./sums";
import { WaiveDialog } from "./WaiveDialog";

const FIRST = 6;

/** What a dialog is about: a rule, and the devices that were meant. */
interface Asked {
  rule: RuleFindingsView;
  devices: FindingView[];
}

export function ChecksPage() {
  useTitle("Checks");
  const { device } = useSearch({ from: "/checks" });
  const [withWaived, setWithWaived] = useState(false);
  const [fixing, setFixing] = useState<Asked | null>(null);
  const [waiving, setWaiving] = useState<Asked | null>(null);
  const found = useQuery(findingsQuery(device, withWaived));
  const rules = found.data?.rules ?? [];
  const scores = found.data?.scores ?? [];
  const only = device ? scores[0] : undefined;

  return (
    <div className="page">
      <PageHead
        title="Checks"
        aside={
          only ? (
            <>
              <Link to="/devices/$mac" params={{ mac: only.mac }}>
                {only.name}
              </Link>
              : {only.explained}. <Link to="/checks">All devices</Link>
            </>
          ) : (
            "What should not be so, why, and what sets it right. No device is asked."
          )
        }
      >
        {!device && scores.length > 0 && <ScoreChip points={average(scores)} what="Mean of all devices" />}
        <label className="check">
          <input
            type="checkbox"
            checked={withWaived}
            onChange={(event) => setWithWaived(event.target.checked)}
          />
          <span>Show what passes</span>
        </label>
      </PageHead>
      {found.isPending ? (
        <Loading />
      ) : found.error && !found.data ? (
        <ErrorNote error={found.error} retry={() => void found.refetch()} />
      ) : rules.length === 0 ? (
        <Empty icon="check" title="All in good order">
          <p>No rule finds anything.</p>
        </Empty>
      ) : (
        <ul className="drift-list">
          {rules.map((rule) => (
            <RuleCard
              key={rule.rule.id}
              found={rule}
              onFix={() =>
                setFixing({ rule, devices: open(rule).filter((one) => Object.keys(one.fix).length > 0) })
              }
              onWaive={(devices) => setWaiving({ rule, devices })}
            />
          ))}
        </ul>
      )}
      {fixing && (
        <FixDialog
          rule={fixing.rule.rule}
          devices={fixing.devices}
          isOfOne={device !== undefined}
          onClose={() => setFixing(null)}
        />
      )}
      {waiving && (
        <WaiveDialog rule={waiving.rule.rule} devices={waiving.devices} onClose={() => setWaiving(null)} />
      )}
    </div>
  );
}

function RuleCard({
  found,
  onFix,
  onWaive,
}: {
  found: RuleFindingsView;
  onFix: () => void;
  onWaive: (devices: FindingView[]) => void;
}) {
  const { rule, devices, troubles } = found;
  const [showAll, setShowAll] = useState(false);
  const may = useMay("configure");
  const left = open(found);
  const fixable = left.filter((one) => Object.keys(one.fix).length > 0).length;
  const { word, tone } = SEVERITY_WORDS[rule.severity];
  const shown = showAll ? devices : devices.slice(0, FIRST);
  return (
    <li className="card drift-item">
      <header>
        <Badge tone={tone}>{word}</Badge>
        <b>{rule.title}</b>
        <span className="faint">{plural(left.length, "device")}</span>
        <span className="rule-actions">
          {may && left.length > 0 && (
            <Button look="ghost" onClick={() => onWaive(left)}>
              Let pass
            </Button>
          )}
          {may && fixable > 0 && <Button onClick={onFix}>Fix {plural(fixable, "device")}</Button>}
        </span>
      </header>
      <p>{rule.why}</p>
      {rule.remedy && <p className="faint">{rule.remedy}</p>}
      {rule.expression && <code className="faint">{rule.expression}</code>}
      {troubles.map((trouble) => (
        <Note key={trouble.what} tone="warn">
          This rule makes no sense on {plural(trouble.devices, "device")}: {trouble.what}.
        </Note>
      ))}
      <ul className="diff">
        {shown.map((finding) => (
          <FindingLine
            key={finding.mac}
            finding={finding}
            onWaive={may ? () => onWaive([finding]) : undefined}
          />
        ))}
      </ul>
      {devices.length > shown.length && (
        <Button look="ghost" onClick={() => setShowAll(true)}>
          Show all {devices.length}
        </Button>
      )}
    </li>
  );
}

function FindingLine({ finding, onWaive }: { finding: FindingView; onWaive: (() => void) | undefined }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { waiver } = finding;
  const unwaive = useMutation({
    mutationFn: (id: string) => calls.unwaive(id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.findings }),
    onError: toastError,
  });
  return (
    <li>
      <Link to="/devices/$mac" params={{ mac: finding.mac }}>
        {finding.name}
      </Link>
      <span className="diff-values">{finding.message}</span>
      {waiver ? (
        <span className="origin faint">
          passes{waiver.until ? ` until ${instant(waiver.until)}` : ""}: {waiver.reason}{" "}
          {onWaive && (
            <Button look="ghost" busy={unwaive.isPending} onClick={() => unwaive.mutate(waiver.id)}>
              Take back
            </Button>
          )}
        </span>
      ) : (
        <span className="origin">
          <Button
            look="ghost"
            onClick={() => void navigate({ to: "/checks", search: { device: finding.mac } })}
          >
            All of this device
          </Button>
          {onWaive && (
            <Button look="ghost" onClick={onWaive}>
              Let pass
            </Button>
          )}
        </span>
      )}
    </li>
  );
}
