//! Looks for devices by timetable, where the operator said.

use std::time::Duration;

use fleet_model::Actor;

use crate::{Fleet, Timetable};

/// Scans at once, then by timetable (B3).
pub(super) async fn run(fleet: Fleet, timetable: Timetable) {
    let Timetable { targets, interval, adopt } = timetable;
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = interval;
        if let Err(error) = fleet.scan_start(&Actor::System, &targets, adopt).await {
            tracing::error!(error = error.chain(), "the scan by timetable could not start");
        }
    }
}
