//! `shelly-manager maintenance`.

use std::fmt::Write;

use api_types::maintenance::{MaintenanceView, RemovedView, RetentionView, SweepRequest, SweepResult};

use super::Session;
use crate::{args::MaintenanceCommand, exit::Exit, output};

pub(super) async fn run(session: &Session, command: MaintenanceCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        MaintenanceCommand::Show { keep: _ } => output::show(session.output, &client.maintenance().await?, show)?,
        MaintenanceCommand::Sweep { check: dry_run, keep: _ } => {
            let request = SweepRequest { dry_run };
            let mut all = client.maintenance_sweep(&request).await?;
            while !all.is_done {
                let more = client.maintenance_sweep(&request).await?;
                all = SweepResult { removed: all.removed.plus(more.removed), ..more };
            }
            output::show(session.output, &all, swept)?;
        }
    }
    Ok(Exit::Ok)
}

fn show(of: &MaintenanceView) -> String {
    let RetentionView { events_days, snapshots_days, snapshots_daily_days, jobs_days, leftovers_days } = of.retention;
    let kept = [
        ("events", events_days),
        ("all snapshots", snapshots_days),
        ("the last snapshot of each day, then of each month", snapshots_daily_days),
        ("jobs and provisionings, from their end", jobs_days),
        ("what is of no use any more", leftovers_days),
    ];
    let days = |days: u32| if days == 0 { "for ever".to_owned() } else { format!("{days} days") };
    let rows = kept.into_iter().map(|(what, time)| vec![what.to_owned(), days(time)]);
    let mut out = output::table(&["what", "kept"], rows);
    let by_itself = of.interval_s.map_or_else(|| "only when asked for".to_owned(), |every| format!("every {every} s"));
    // Writing to memory cannot fail.
    let _ = writeln!(out, "\n\nwhat is older is removed {by_itself}");
    let Some(last) = &of.last else { return out };
    let ended = match (last.ended_at, last.is_running) {
        (Some(at), _) => at.format("ended %F %T UTC").to_string(),
        (None, true) => "under way".to_owned(),
        (None, false) => "not finished; it goes on next time".to_owned(),
    };
    let _ = writeln!(out, "last: began {}, {ended}", last.began_at.format("%F %T UTC"));
    out.push_str(&counts(&last.removed));
    out
}

fn swept(of: &SweepResult) -> String {
    let what = if of.dry_run { "would be removed" } else { "removed" };
    format!("{what}:\n{}", counts(&of.removed))
}

fn counts(removed: &RemovedView) -> String {
    let rows = removed.parts().into_iter().map(|(what, count)| vec![what.to_owned(), count.to_string()]);
    output::table(&["what", "number"], rows)
}
