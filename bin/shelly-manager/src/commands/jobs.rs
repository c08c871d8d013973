//! `shelly-manager jobs`, and `config plan` and `apply`: before, yes, after.

use std::{fmt::Write, time::Duration};

use api_types::{
    jobs::{JobDetail, JobRequest, JobState, JobUnitView, JobView, LoadEffect, UnitState},
    replacements::SuccessionView,
};
use rollout::Waiting;
use sync_engine::NamedPlace;
use uuid::Uuid;

use super::{Session, confirmed, text};
use crate::{
    args::{JobsCommand, Output},
    exit::Exit,
    output, progress,
};

/// How often a running job is asked how far it is.
const ASK_INTERVAL: Duration = Duration::from_millis(300);

pub(super) async fn run(session: &Session, command: JobsCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    let changed = match command {
        JobsCommand::List => {
            output::show(session.output, &client.jobs().await?.items, |jobs| list(jobs))?;
            return Ok(Exit::Ok);
        }
        JobsCommand::Show { job } => {
            let job = client.job(job).await?;
            let is_before = matches!(job.job.state, JobState::Proposed | JobState::Approved);
            output::show(session.output, &job, if is_before { before } else { after })?;
            return Ok(Exit::Ok);
        }
        JobsCommand::Retry { job, yes } => return go(session, client.job_retry(job).await?, yes).await,
        JobsCommand::Undo { job, yes } => return go(session, client.job_undo(job).await?, yes).await,
        JobsCommand::Approve { job } => client.job_approve(job).await?,
        JobsCommand::Start { job } => client.job_start(job).await?,
        JobsCommand::Pause { job } => client.job_pause(job).await?,
        JobsCommand::Resume { job } => client.job_resume(job).await?,
        JobsCommand::Cancel { job } => client.job_cancel(job).await?,
    };
    output::show(session.output, &changed, |job| list(std::slice::from_ref(job)))?;
    Ok(Exit::Ok)
}

/// Makes a job and shows it; nothing is written.
pub(super) async fn plan(session: &Session, request: &JobRequest) -> anyhow::Result<Exit> {
    show_made(session, &session.client.job_create(request).await?)
}

/// Shows a job that was made; nothing is written.
pub(super) fn show_made(session: &Session, job: &JobDetail) -> anyhow::Result<Exit> {
    output::show(session.output, job, before)?;
    Ok(match (job.job.units.open(), job.job.units.blocked) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::NotApplied,
        _ => Exit::Drift,
    })
}

/// Makes a job (or takes the one named), asks, runs it, and shows what became of it.
pub(super) async fn apply(
    session: &Session,
    request: &JobRequest,
    made_before: Option<Uuid>,
    yes: bool,
) -> anyhow::Result<Exit> {
    let job = match made_before {
        Some(id) => session.client.job(id).await?,
        None => session.client.job_create(request).await?,
    };
    go(session, job, yes).await
}

/// Asks, runs a job, and shows what became of it.
pub(in crate::commands) async fn go(session: &Session, job: JobDetail, yes: bool) -> anyhow::Result<Exit> {
    let (id, units) = (job.job.id, job.job.units);
    if units.open() == 0 {
        output::show(session.output, &job, before)?;
        return Ok(if units.blocked == 0 { Exit::Ok } else { Exit::NotApplied });
    }
    if job.job.second_person && job.job.state == JobState::Proposed {
        output::show(session.output, &job, before)?;
        output::complain(&format!("a second person has to say yes: shelly-manager jobs approve {id}"));
        return Ok(Exit::Drift);
    }
    if !yes {
        if session.output == Output::Table {
            output::say(before(&job).trim_end());
        }
        let question = format!("Write {} settings on {} devices?", job.job.changes, units.pending + units.queued);
        if !confirmed(&question)? {
            session.client.job_cancel(id).await?;
            output::complain("called off, nothing was written");
            return Ok(Exit::Failed);
        }
    }
    session.client.job_start(id).await?;
    let done = wait(session, id).await?;
    output::show(session.output, &done, after)?;
    Ok(if done.job.units.missed() + done.job.units.open() == 0 { Exit::Ok } else { Exit::NotApplied })
}

/// Waits until the job has ended, or only goes on at another time.
async fn wait(session: &Session, id: Uuid) -> anyhow::Result<JobDetail> {
    let mut job = session.client.job(id).await?;
    let bar = progress::bar("apply", job.devices.len() as u64);
    while job.job.state.is_going() && !is_for_later(&job) {
        let units = job.job.units;
        bar.set_position(u64::from(units.verified + units.missed() + units.skipped));
        bar.set_message(format!("{} verified, {} failed", units.verified, units.rolled_back + units.failed));
        tokio::time::sleep(ASK_INTERVAL).await;
        job = session.client.job(id).await?;
    }
    bar.finish_and_clear();
    Ok(job)
}

fn is_for_later(job: &JobDetail) -> bool {
    let waits = job.waits.map(|wait| wait.what);
    matches!(waits, Some(Waiting::Wake | Waiting::Start | Waiting::Window | Waiting::Resume))
}

pub(super) fn list(jobs: &[JobView]) -> String {
    let rows = jobs.iter().map(|job| {
        let units = job.units;
        vec![
            job.id.to_string(),
            job.scope.clone(),
            format!("{} {}", word(job.state), text(job.reason.as_deref())).trim().to_owned(),
            units.verified.to_string(),
            units.missed().to_string(),
            units.open().to_string(),
            job.created_by.clone(),
            job.created_at.format("%F %T UTC").to_string(),
        ]
    });
    output::table(&["id", "what", "state", "verified", "missed", "open", "by", "made"], rows)
}

fn before(job: &JobDetail) -> String {
    let mut out = String::new();
    for unit in job.devices.iter().filter(|unit| unit.state != UnitState::Skipped || !unit.left.is_empty()) {
        let critical = if unit.critical { ", critical" } else { "" };
        let _ = writeln!(out, "{} ({}{critical}): ring {}", unit.name, unit.mac, unit.ring);
        if let Some(succession) = &unit.succession {
            succeed(&mut out, succession);
        }
        for place in unit.readdress.iter().flat_map(|of| &of.places) {
            named(&mut out, place);
        }
        if let Some(plan) = &unit.plan {
            indent(&mut out, &sync_engine::render::plan(plan));
        }
        foresee(&mut out, unit);
        if let Some(reason) = &unit.reason {
            let _ = writeln!(out, "  {reason}");
        }
    }
    let units = job.job.units;
    let _ = write!(out, "{} devices to write, ", units.pending);
    if units.queued > 0 {
        let _ = write!(out, "{} when they are back, ", units.queued);
    }
    let _ = writeln!(out, "{} blocked, {} as they should be; plan {}", units.blocked, units.skipped, job.job.id);
    out
}

/// What goes over from another device, and what does not.
fn succeed(out: &mut String, succession: &SuccessionView) {
    let SuccessionView { former, former_name, taken_at, replaces, transfer, notes, .. } = succession;
    let what = if *replaces { "takes the place of" } else { "gets the configuration of" };
    let _ = writeln!(out, "  {what} {former_name} ({former}), as it was at {}", taken_at.format("%F %T UTC"));
    indent(out, &sync_engine::render::transfer(transfer));
    for note in notes {
        let _ = writeln!(out, "  {}: {}", note.what, note.how);
    }
}

/// Where the address of a server is named, and what becomes of it.
fn named(out: &mut String, place: &NamedPlace) {
    let NamedPlace { place, found, becomes, times, left, already: _ } = place;
    let often = if *times > 1 { format!(" ({times} times)") } else { String::new() };
    let _ = match left {
        Some(why) => writeln!(out, "  {place}: left as it is, {why}"),
        None => writeln!(out, "  {place}: {} -> {}{often}", found.join(", "), becomes.join(", ")),
    };
}

/// What else is to be known before.
fn foresee(out: &mut String, unit: &JobUnitView) {
    for load in &unit.loads {
        let now = match load.is_on {
            Some(true) => "is on",
            Some(false) => "is off",
            None => "is unknown",
        };
        let effect = match load.effect {
            LoadEffect::SwitchesOn => "switches on",
            LoadEffect::SwitchesOff => "switches off",
            LoadEffect::MaySwitch => "may switch",
        };
        let _ = writeln!(out, "  load {}: {now}, {effect} with a restart ({})", load.component, load.at_power_on);
    }
    for left in &unit.left {
        let _ = writeln!(out, "  not put back {}: {}", left.path, left.why);
    }
    if let Some(read_at) = unit.planned_from {
        let _ = writeln!(out, "  does not answer; planned from what it showed at {}", read_at.format("%F %T UTC"));
    }
}

fn after(job: &JobDetail) -> String {
    let mut out = String::new();
    for unit in job.devices.iter().filter(|unit| unit.state != UnitState::Skipped) {
        let _ = writeln!(out, "{} ({}): {}", unit.name, unit.mac, state(unit));
        if let Some(report) = &unit.report {
            indent(&mut out, &sync_engine::render::report(report));
        }
        if let Some(rollback) = &unit.rollback {
            out.push_str("  put back:\n");
            indent(&mut out, &sync_engine::render::report(&rollback.report));
            for left in &rollback.left {
                let _ = writeln!(out, "  not put back {}: {}", left.path, left.why);
            }
        }
    }
    if job.rings.len() > 1 {
        for (number, ring) in (1..).zip(&job.rings) {
            let open = ring.waiting + ring.away + ring.in_flight;
            let _ = writeln!(out, "ring {number}: {} verified, {} failed, {open} open", ring.good, ring.bad);
        }
    }
    if let Some(wait) = job.waits {
        let until = text(wait.until.map(|until| until.format(" until %F %T UTC").to_string()));
        let _ = writeln!(out, "waits for {}{until}", awaited(wait.what));
    }
    let units = job.job.units;
    let _ = write!(out, "{} verified, {} failed, ", units.verified, units.failed);
    let rest = [
        (units.rolled_back, "put back"),
        (units.queued, "waiting for their device"),
        (units.pending + units.running, "open"),
        (units.cancelled, "not begun"),
    ];
    for (number, what) in rest.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(out, "{number} {what}, ");
    }
    let _ = writeln!(out, "{} blocked, {} as they should be", units.blocked, units.skipped);
    out
}

fn awaited(what: Waiting) -> &'static str {
    match what {
        Waiting::Resume => "somebody who lets it go on",
        Waiting::Start => "its time",
        Waiting::Window => "its window",
        Waiting::Devices => "devices being written",
        Waiting::Soak => "the end of the soak time",
        Waiting::Wake => "devices that are away or asleep",
    }
}

fn state(unit: &JobUnitView) -> String {
    let word = match unit.state {
        UnitState::Pending | UnitState::Cancelled => "not begun",
        UnitState::Queued => "waits for its device",
        UnitState::Running => "running",
        UnitState::Verified => "verified",
        UnitState::RolledBack => "put back",
        UnitState::Failed => "failed",
        UnitState::Blocked => "blocked",
        UnitState::Skipped => "nothing to do",
    };
    unit.reason.as_ref().map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"))
}

fn word(state: JobState) -> &'static str {
    match state {
        JobState::Proposed => "proposed",
        JobState::Approved => "approved",
        JobState::Scheduled => "scheduled",
        JobState::Running => "running",
        JobState::Paused => "paused",
        JobState::Done => "done",
        JobState::Failed => "failed",
        JobState::Stopped => "stopped",
        JobState::Expired => "expired",
        JobState::Cancelled => "cancelled",
    }
}

fn indent(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "  {line}");
    }
}
