//! Does what policies of repair say about drift.

use std::time::Duration;

use crate::Fleet;

/// Time between two looks. What is found drifted within it comes into one job.
const INTERVAL: Duration = Duration::from_secs(30);

pub(super) async fn run(fleet: Fleet) {
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            made = fleet.repairs_turn() => if let Err(error) = made {
                tracing::warn!(error = error.chain(), "policies of repair could not be followed; it is tried again");
            },
        }
    }
}
