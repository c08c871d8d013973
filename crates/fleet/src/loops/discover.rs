//! Looks for devices by timetable, where the operator said.

use std::time::Duration;

use fleet_model::Actor;

use crate::Fleet;

/// Scans at once, then by timetable.
pub(super) async fn run(fleet: Fleet) {
    let options = fleet.options();
    if options.discovery_targets.is_empty() {
        return;
    }
    let mut wait = Duration::ZERO;
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = options.discovery_interval;
        if let Err(error) = fleet.scan_start(&Actor::System, &options.discovery_targets, options.auto_adopt).await {
            tracing::error!(error = error.chain(), "the scan by timetable could not start");
        }
    }
}
