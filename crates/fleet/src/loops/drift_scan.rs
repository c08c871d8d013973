//! Compares the whole fleet with the wish by timetable.

use crate::{Error, Fleet};

/// Checks every device, waits, checks again.
pub(super) async fn run(fleet: Fleet) {
    let Some(interval) = fleet.options().drift_interval else { return };
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(interval) => {}
        }
        let turn = turn(&fleet);
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            result = turn => if let Err(error) = result {
                tracing::warn!(error = error.chain(), "the drift check broke off; it is tried again next time");
            },
        }
    }
}

async fn turn(fleet: &Fleet) -> Result<(), Error> {
    fleet.check(&fleet.all_macs().await?, |_, _| ()).await.map(drop)
}
