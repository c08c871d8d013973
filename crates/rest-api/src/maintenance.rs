//! What is kept, and what is removed.

use aide::transform::TransformOperation;
use api_types::maintenance::{MaintenanceView, RemovedView, RetentionView, SweepRequest, SweepResult, SweepView};
use axum::extract::State;
use fleet::{Fleet, SweepOutcome, Upkeep};
use fleet_model::{Retention, Swept, UpkeepRecord};

use crate::{
    actor::By,
    extract::Json,
    openapi::operation,
    operations::{ApiRouter, get_with, post_with},
    problem::ApiError,
};

/// The routes of maintenance.
pub(crate) fn routes() -> ApiRouter {
    ApiRouter::new()
        .api_route("/maintenance", get_with(show, show_docs))
        .api_route("/maintenance/sweep", post_with(sweep, sweep_docs))
}

async fn show(State(fleet): State<Fleet>, By(actor): By) -> Result<Json<MaintenanceView>, ApiError> {
    let Upkeep { retention: rule, interval, last } = fleet.upkeep(&actor).await?;
    let Retention { events_days, snapshots_days, snapshots_daily_days, jobs_days, leftovers_days } = rule;
    Ok(Json(MaintenanceView {
        retention: RetentionView { events_days, snapshots_days, snapshots_daily_days, jobs_days, leftovers_days },
        interval_s: interval.map(|interval| interval.as_secs()),
        last: last.map(|last| last_sweep(last, &fleet)),
    }))
}

fn show_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "maintenance_show", "system", "How long things are kept, and what was removed last")
}

async fn sweep(
    State(fleet): State<Fleet>,
    By(actor): By,
    Json(request): Json<SweepRequest>,
) -> Result<Json<SweepResult>, ApiError> {
    let SweepRequest { dry_run } = request;
    let outcome = if dry_run { fleet.sweep_check(&actor).await? } else { fleet.sweep(&actor).await? };
    let SweepOutcome { removed: swept, is_done } = outcome;
    Ok(Json(SweepResult { dry_run, removed: removed(swept), is_done }))
}

fn sweep_docs(docs: TransformOperation<'_>) -> TransformOperation<'_> {
    operation(docs, "maintenance_sweep", "system", "Remove what is old now, or count it").description(
        "What something still refers to stays. Works for a minute at most; `is_done` is false when some is left. The manager \
         does it once a day by itself.",
    )
}

fn last_sweep(last: UpkeepRecord, fleet: &Fleet) -> SweepView {
    let UpkeepRecord { owner, lease_until, began_at, ended_at, removed: swept } = last;
    let is_running = owner.is_some() && lease_until.is_some_and(|until| until > fleet.time());
    SweepView { began_at, ended_at, is_running, removed: removed(swept) }
}

fn removed(swept: Swept) -> RemovedView {
    let Swept { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens } = swept;
    RemovedView { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens }
}
