//! What the manager does by itself, by timetable.

mod coiot;
mod discover;
mod drift_scan;
mod follow;
mod mqtt;
mod poll;

use crate::Fleet;

/// Starts all loops. They end when the manager stops.
pub(crate) fn start(fleet: &Fleet) {
    fleet.spawn(poll::run(fleet.clone()));
    fleet.spawn(drift_scan::run(fleet.clone()));
    fleet.spawn(discover::run(fleet.clone()));
    if fleet.options().follow {
        fleet.spawn(follow::run(fleet.clone()));
    }
    if let Some(config) = fleet.options().coiot.clone() {
        fleet.spawn(coiot::run(fleet.clone(), config));
    }
    if let Some(options) = fleet.options().mqtt.clone() {
        fleet.spawn(mqtt::run(fleet.clone(), options));
    }
}
