//! What the manager does by itself, by timetable.

mod coiot;
mod discover;
mod drift_scan;
mod extenders;
mod follow;
mod poll;
mod sources;

use crate::Fleet;

/// Starts all loops. They end when the manager stops.
pub(crate) fn start(fleet: &Fleet) {
    sources::start(fleet);
    fleet.spawn(poll::run(fleet.clone()));
    fleet.spawn(drift_scan::run(fleet.clone()));
    for timetable in fleet.options().timetables.clone() {
        fleet.spawn(discover::run(fleet.clone(), timetable));
    }
    fleet.spawn(extenders::run(fleet.clone()));
    if fleet.options().follow {
        fleet.spawn(follow::run(fleet.clone()));
    }
    if let Some(config) = fleet.options().coiot.clone() {
        fleet.spawn(coiot::run(fleet.clone(), config));
    }
}
