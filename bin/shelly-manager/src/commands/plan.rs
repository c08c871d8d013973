//! `shelly-manager config plan` and `apply`: before, yes, after.

use std::{fmt::Write, time::Duration};

use api_types::plans::{PlanDetail, PlanRequest, PlanState, PlanUnitView, UnitState};
use uuid::Uuid;

use super::{Session, confirmed};
use crate::{args::Output, exit::Exit, output, progress};

/// How often a running plan is asked how far it is.
const PLAN_ASK_INTERVAL: Duration = Duration::from_millis(300);

/// Makes a plan and shows it; nothing is written.
pub(super) async fn show(session: &Session, request: &PlanRequest) -> anyhow::Result<Exit> {
    show_made(session, &session.client.plan_create(request).await?)
}

/// Shows a plan that was made; nothing is written.
pub(super) fn show_made(session: &Session, plan: &PlanDetail) -> anyhow::Result<Exit> {
    output::show(session.output, plan, before)?;
    Ok(match (plan.plan.units.pending, plan.plan.units.blocked) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::NotApplied,
        _ => Exit::Drift,
    })
}

/// Makes a plan (or takes the one named), asks, runs it, and shows what became of it.
pub(super) async fn apply(
    session: &Session,
    request: &PlanRequest,
    made_before: Option<Uuid>,
    yes: bool,
) -> anyhow::Result<Exit> {
    let plan = match made_before {
        Some(id) => session.client.plan(id).await?,
        None => session.client.plan_create(request).await?,
    };
    if plan.plan.units.pending == 0 {
        output::show(session.output, &plan, before)?;
        return Ok(if plan.plan.units.blocked == 0 { Exit::Ok } else { Exit::NotApplied });
    }
    if !yes {
        if session.output == Output::Table {
            output::say(before(&plan).trim_end());
        }
        let question = format!("Write {} settings on {} devices?", plan.plan.changes, plan.plan.units.pending);
        if !confirmed(&question)? {
            session.client.plan_cancel(plan.plan.id).await?;
            output::complain("called off, nothing was written");
            return Ok(Exit::Failed);
        }
    }
    session.client.plan_apply(plan.plan.id).await?;
    let done = wait(session, plan.plan.id).await?;
    output::show(session.output, &done, after)?;
    Ok(if done.plan.units.failed + done.plan.units.blocked == 0 { Exit::Ok } else { Exit::NotApplied })
}

async fn wait(session: &Session, id: Uuid) -> anyhow::Result<PlanDetail> {
    let mut plan = session.client.plan(id).await?;
    let bar = progress::bar("apply", plan.devices.len() as u64);
    while plan.plan.state == PlanState::Running {
        let units = plan.plan.units;
        bar.set_position(u64::from(units.verified + units.failed + units.blocked + units.skipped));
        bar.set_message(format!("{} verified, {} failed", units.verified, units.failed));
        tokio::time::sleep(PLAN_ASK_INTERVAL).await;
        plan = session.client.plan(id).await?;
    }
    bar.finish_and_clear();
    Ok(plan)
}

fn before(plan: &PlanDetail) -> String {
    let mut out = String::new();
    for unit in plan.devices.iter().filter(|unit| unit.state != UnitState::Skipped) {
        let _ = writeln!(out, "{} ({})", unit.name, unit.mac);
        if let Some(plan) = &unit.plan {
            indent(&mut out, &sync_engine::render::plan(plan));
        }
        if let Some(reason) = &unit.reason {
            let _ = writeln!(out, "  {reason}");
        }
    }
    let units = plan.plan.units;
    let _ = writeln!(
        out,
        "{} devices to write, {} blocked, {} as they should be; plan {}",
        units.pending, units.blocked, units.skipped, plan.plan.id
    );
    out
}

fn after(plan: &PlanDetail) -> String {
    let mut out = String::new();
    for unit in plan.devices.iter().filter(|unit| unit.state != UnitState::Skipped) {
        let _ = writeln!(out, "{} ({}): {}", unit.name, unit.mac, state(unit));
        if let Some(report) = &unit.report {
            indent(&mut out, &sync_engine::render::report(report));
        }
    }
    let units = plan.plan.units;
    let _ = writeln!(
        out,
        "{} verified, {} failed, {} blocked, {} as they should be",
        units.verified, units.failed, units.blocked, units.skipped
    );
    out
}

fn state(unit: &PlanUnitView) -> String {
    let word = match unit.state {
        UnitState::Pending => "not begun",
        UnitState::Running => "running",
        UnitState::Verified => "verified",
        UnitState::Failed => "failed",
        UnitState::Blocked => "blocked",
        UnitState::Skipped => "nothing to do",
    };
    unit.reason.as_ref().map_or_else(|| word.to_owned(), |reason| format!("{word}: {reason}"))
}

fn indent(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "  {line}");
    }
}
