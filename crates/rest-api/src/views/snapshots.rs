//! Snapshots as the interface shows them.

use api_types::{
    config::SnapshotChange,
    snapshots::{RestoreRequest, SnapshotDiffView, SnapshotOf},
};
use fleet::SnapshotDiff;
use fleet_model::{CriticalDevices, JobOptions, SnapshotRecord};

pub(crate) fn snapshot_diff(diff: &SnapshotDiff) -> SnapshotDiffView {
    let SnapshotDiff { left, left_name, right, right_name, changes, not_compared } = diff;
    let change = |(path, before, after): &(_, Option<_>, Option<_>)| {
        let (path, before, after): (&capability_config::SettingPath, _, _) = (path, before.clone(), after.clone());
        SnapshotChange { path: path.clone(), before, after }
    };
    SnapshotDiffView {
        left: of(left, left_name),
        right: of(right, right_name),
        changes: changes.iter().map(change).collect(),
        not_compared: not_compared.clone(),
    }
}

fn of(snapshot: &SnapshotRecord, name: &str) -> SnapshotOf {
    SnapshotOf { id: snapshot.id.uuid(), mac: snapshot.mac, device: name.to_owned(), taken_at: snapshot.taken_at }
}

pub(crate) fn restore_options(request: RestoreRequest) -> JobOptions {
    let RestoreRequest { onto: _, take_over, spend_memory, include_critical, second_person } = request;
    let critical = if include_critical { CriticalDevices::Include } else { CriticalDevices::Spare };
    JobOptions { take_over, spend_memory, critical, second_person, ..JobOptions::default() }
}
