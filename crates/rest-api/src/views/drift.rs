//! Drift as the interface shows it.

use api_types::drift::{DifferenceView, DriftCause, DriftView, DriftWaiverView};
use fleet::DriftOfDevice;
use fleet_model::DriftWaiver;
use sync_engine::Difference;

use super::config::{conflicts, setting};

pub(crate) fn drift(of: &DriftOfDevice) -> DriftView {
    let difference = |found: &Difference| {
        let item = of.items.iter().find(|item| item.path == found.path);
        let waiver = of.waivers.iter().filter(|waiver| waiver.path == found.path).max_by_key(|waiver| waiver.until);
        DifferenceView {
            setting: setting(&found.path, found.observed.as_ref(), &of.resolution, &of.drift),
            severity: found.severity.to_string(),
            cause: item.map_or(DriftCause::Unknown, |item| cause(item.cause)),
            since: item.map(|item| item.found_at),
            waived_until: waiver.map(|waiver| waiver.until),
        }
    };
    DriftView {
        mac: of.mac,
        name: of.name.clone(),
        checked_at: of.checked_at,
        differences: of.drift.differences.iter().map(difference).collect(),
        waived: of.drift.waived.iter().map(difference).collect(),
        ignored: of.drift.ignored.iter().map(difference).collect(),
        conflicts: conflicts(&of.resolution),
        error: of.error.clone(),
    }
}

pub(crate) fn waiver(waiver: &DriftWaiver, in_force: bool) -> DriftWaiverView {
    DriftWaiverView {
        id: waiver.id.uuid(),
        mac: waiver.mac,
        path: waiver.path.clone(),
        until: waiver.until,
        reason: waiver.reason.clone(),
        created_at: waiver.created_at,
        created_by: waiver.created_by.clone(),
        in_force,
    }
}

fn cause(cause: fleet_model::DriftCause) -> DriftCause {
    match cause {
        fleet_model::DriftCause::Wish => DriftCause::Wish,
        fleet_model::DriftCause::Plan => DriftCause::Plan,
        fleet_model::DriftCause::Device => DriftCause::Device,
        fleet_model::DriftCause::Firmware => DriftCause::Firmware,
        fleet_model::DriftCause::Unknown => DriftCause::Unknown,
    }
}
