// Jobs, newest first.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { jobsQuery } from "../../api/queries";
import { Ago, Empty, ErrorNote, Loading, PageHead, Progress } from "../../components/pieces";
import { plural } from "../../lib/format";
import { useTitle } from "../../lib/hooks";
import { ReplaceAddress } from "./ReplaceAddress";
import { JobBadge, jobTotals } from "./states";

export function JobsPage() {
  useTitle("Jobs");
  const jobs = useQuery(jobsQuery);
  return (
    <div className="page">
      <PageHead
        title="Jobs"
        aside="What would change, and what became of it. Nothing is written before you say yes."
      >
        <ReplaceAddress />
      </PageHead>
      {jobs.isPending ? (
        <Loading />
      ) : jobs.error && !jobs.data ? (
        <ErrorNote error={jobs.error} retry={() => void jobs.refetch()} />
      ) : jobs.data.length === 0 ? (
        <Empty icon="plans" title="No jobs yet">
          <p>
            Wish something of a device under its settings, then preview the changes. Or plan all that{" "}
            <Link to="/drift">differs</Link>.
          </p>
        </Empty>
      ) : (
        <ul className="plan-list">
          {jobs.data.map((job) => {
            const { total, missed, finished } = jobTotals(job);
            return (
              <li key={job.id}>
                <Link to="/jobs/$id" params={{ id: job.id }} className="card plan-line">
                  <span className="plan-line-text">
                    <b className="ellipsis">{job.scope}</b>
                    <small>
                      {plural(job.changes, "change")} on {plural(total, "device")} · by {job.created_by} ·{" "}
                      <Ago at={job.created_at} />
                    </small>
                  </span>
                  {job.state === "running" && (
                    <Progress value={finished} of={total} label="Devices finished" />
                  )}
                  {missed > 0 && job.state !== "proposed" && (
                    <small className="text-bad">{missed} not as wished</small>
                  )}
                  <JobBadge state={job.state} />
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
