//! Compares the whole fleet with the wish by timetable.

use futures::{StreamExt, stream};

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
    let macs = fleet.all_macs().await?;
    let mut checks = stream::iter(macs).map(|mac| fleet.drift_check_one(mac)).buffer_unordered(fleet.options().at_once);
    while let Some(result) = checks.next().await {
        result?;
    }
    Ok(())
}
