//! Looks after jobs: takes up those of other managers, lets proposals expire, and learns which devices are waited for.

use std::time::Duration;

use fleet_model::JobState;

use crate::{Error, Fleet, jobs::GOING};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(5);

const WAITING: &[JobState] = &[JobState::Proposed, JobState::Approved];

pub(super) async fn run(fleet: Fleet) {
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        if let Err(error) = turn(&fleet).await {
            tracing::warn!(error = error.chain(), "jobs could not be looked after; it is tried again");
        }
    }
}

async fn turn(fleet: &Fleet) -> Result<(), Error> {
    for job in fleet.store().jobs_in_states(GOING).await? {
        fleet.job_run(job.id);
    }
    for job in fleet.store().jobs_in_states(WAITING).await? {
        if job.expires_at <= fleet.now() {
            fleet.job_expire(&job).await?;
        }
    }
    fleet.waited_for_learn().await
}
