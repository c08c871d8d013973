// Starts a scan and shows how far the last ones are.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { discovery } from "../../api/calls";
import { keys, scansQuery } from "../../api/queries";
import type { ScanView } from "../../api/types";
import { Ago, Badge, Button, ErrorNote, Progress } from "../../components/pieces";
import { count, plural } from "../../lib/format";

/** Splits what was typed into targets. */
export function readTargets(text: string): string[] {
  return text.split(/[\s,;]+/).filter((target) => target !== "");
}

export function ScanPanel() {
  const client = useQueryClient();
  const scans = useQuery(scansQuery);
  const [text, setText] = useState("");
  const [adopt, setAdopt] = useState(false);
  const targets = readTargets(text);
  const start = useMutation({
    mutationFn: discovery.start,
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.scans }),
  });

  const latest = (scans.data ?? []).slice(0, 3);
  const running = latest.find((scan) => scan.state === "running");
  const progress = running ? `${running.found}` : "none";
  const shownProgress = useRef(progress);
  useEffect(() => {
    if (shownProgress.current === progress) return;
    shownProgress.current = progress;
    for (const key of [keys.inbox, keys.system, keys.fleet]) void client.invalidateQueries({ queryKey: key });
  }, [progress, client]);

  return (
    <section className="card scan">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (targets.length > 0) start.mutate({ targets, adopt });
        }}
      >
        <label className="field scan-targets">
          <span className="field-label">Scan for devices</span>
          <input
            className="input"
            value={text}
            placeholder="192.168.1.0/24, 10.0.0.10-10.0.0.50, shelly.lan"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={adopt} onChange={(event) => setAdopt(event.target.checked)} /> Adopt
          at once
        </label>
        <Button
          type="submit"
          look="primary"
          icon="search"
          busy={start.isPending}
          disabled={targets.length === 0 || running !== undefined}
        >
          Scan
        </Button>
      </form>
      <p className="field-hint">
        Networks, ranges and names, each with an optional :port, separated by commas.
      </p>
      {start.error && <ErrorNote error={start.error} />}
      {latest.length > 0 && (
        <ul className="scans">
          {latest.map((scan) => (
            <Scan key={scan.id} scan={scan} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Scan({ scan }: { scan: ScanView }) {
  const isRunning = scan.state === "running";
  return (
    <li>
      <span className="scan-line">
        <code className="ellipsis">{scan.targets.join(", ")}</code>
        <span>
          {plural(scan.found, "device")} found{scan.adopted > 0 && `, ${count(scan.adopted)} adopted`}
        </span>
        {isRunning ? (
          <span className="faint num">
            {count(scan.probed)} of {count(scan.total)}
          </span>
        ) : (
          <span className="faint">
            <Ago at={scan.finished_at ?? scan.started_at} />
          </span>
        )}
        {scan.state === "failed" && <Badge tone="bad">broke off</Badge>}
      </span>
      {isRunning && <Progress value={scan.probed} of={scan.total} label="Addresses tried" />}
      {scan.error && <small className="text-bad">{scan.error}</small>}
    </li>
  );
}
