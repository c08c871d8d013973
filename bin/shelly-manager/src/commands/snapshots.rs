//! `shelly-manager config snapshots`: what devices were like, and the way back.

use std::fmt::Write as _;

use api_types::{
    config::{SnapshotChange, SnapshotView},
    snapshots::{RestoreRequest, SnapshotDiffView, SnapshotOf},
};
use sync_engine::render;

use super::{Session, config::shown, jobs};
use crate::{args::SnapshotsCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: SnapshotsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        SnapshotsCommand::List { device } => {
            output::show(session.output, &client.device_config_history(device).await?, |all| list(all))?;
        }
        SnapshotsCommand::Take { device } => {
            client.device_snapshot_take(device).await?;
            let mut all = client.device_config_history(device).await?;
            all.truncate(1);
            output::show(session.output, &all, |all| list(all))?;
        }
        SnapshotsCommand::Diff { left, right } => {
            let diff = client.snapshots_diff(left, right).await?;
            output::show(session.output, &diff, differences)?;
            return Ok(if diff.changes.is_empty() { Exit::Ok } else { Exit::Drift });
        }
        SnapshotsCommand::Restore { snapshot, onto, how } => {
            let request = RestoreRequest {
                onto,
                take_over: how.take_over,
                spend_memory: how.spend_memory,
                include_critical: how.include_critical,
                second_person: false,
            };
            let job = client.snapshot_restore(snapshot, request).await?;
            return if how.check { jobs::show_made(session, &job) } else { jobs::go(session, job, how.yes).await };
        }
    }
    Ok(Exit::Ok)
}

/// Snapshots with their ids and what changed in each.
pub(super) fn list(snapshots: &[SnapshotView]) -> String {
    let rows = snapshots.iter().map(|snapshot| {
        let changes: Vec<String> = snapshot.changes.iter().map(change).collect();
        vec![
            snapshot.id.to_string(),
            snapshot.taken_at.format("%F %T").to_string(),
            snapshot.cause.clone(),
            if changes.len() > 5 { format!("{} changes", changes.len()) } else { changes.join("\n") },
        ]
    });
    output::table(&["snapshot", "at", "cause", "changes"], rows)
}

fn change(change: &SnapshotChange) -> String {
    format!("{}: {} -> {}", change.path, shown(change.before.as_ref()), shown(change.after.as_ref()))
}

fn differences(diff: &SnapshotDiffView) -> String {
    let of = |of: &SnapshotOf| format!("{} at {}", of.device, of.taken_at.format("%F %T"));
    let rows = diff
        .changes
        .iter()
        .map(|change| vec![change.path.to_string(), shown(change.before.as_ref()), shown(change.after.as_ref())]);
    let mut text = output::table(&["setting", &of(&diff.left), &of(&diff.right)], rows);
    for change in &diff.changes {
        if let Some(lines) = render::difference(change.before.as_ref(), change.after.as_ref()) {
            let _ = write!(text, "\n\n{}\n{}", change.path, lines.trim_end());
        }
    }
    if !diff.not_compared.is_empty() {
        let kinds: Vec<String> = diff.not_compared.iter().map(ToString::to_string).collect();
        let _ = write!(text, "\nnot compared, because it was read for one of them only: {}", kinds.join(", "));
    }
    text
}
