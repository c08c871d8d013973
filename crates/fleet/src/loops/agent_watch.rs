//! Looks after the work of agents: gives it out, takes it back from those that are gone, takes over what they have done.

use std::time::Duration;

use tokio::time::Instant;

use crate::Fleet;

/// Time between two looks while there is work, and while there is none.
const SOON: Duration = Duration::from_secs(1);
const IDLE: Duration = Duration::from_secs(10);

/// Time between two notes of which agents were heard.
const NOTE: Duration = Duration::from_secs(10);

/// Time between two looks at what is old.
const TIDY: Duration = Duration::from_mins(10);

pub(super) async fn run(fleet: Fleet) {
    let mut wait = Duration::ZERO;
    let (mut tidied, mut noted) = (Instant::now(), Instant::now());
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = fleet.agent_hub().bell().notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        wait = match fleet.tasks_turn().await {
            Ok(true) => SOON,
            Ok(false) => IDLE,
            Err(error) => {
                tracing::warn!(
                    error = error.chain(),
                    "the work of agents could not be looked after; it is tried again"
                );
                SOON
            }
        };
        if noted.elapsed() >= NOTE {
            let since = std::mem::replace(&mut noted, Instant::now());
            if let Err(error) = fleet.agents_heard(since).await {
                tracing::warn!(error = error.chain(), "which agents were heard could not be noted");
            }
        }
        if tidied.elapsed() >= TIDY {
            tidied = Instant::now();
            if let Err(error) = fleet.tasks_tidy().await {
                tracing::warn!(error = error.chain(), "old tasks of agents could not be forgotten");
            }
        }
    }
}
