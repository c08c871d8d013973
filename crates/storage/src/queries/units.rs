//! Units of plans and their journal.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{JournalEntry, PlanId, PlanState, PlanUnit, UnitCounts, UnitState};
use shelly_types::Mac;

use super::{Connection, devices, dialect, events, proofs, snapshots};
use crate::{
    columns::{Place, StoredProgress, encode_json, time},
    error::Kind,
    rows::{JournalRow, NewJournalRow, UnitRow},
    schema::{plan_journal, plan_units, plans},
    store::{Committed, UnitFinish, UnitProgress, UnitStep},
};

pub(crate) async fn insert(c: &mut Connection, units: &[PlanUnit]) -> Result<(), Kind> {
    for chunk in units.chunks(500) {
        let rows: Vec<UnitRow> = chunk.iter().map(UnitRow::new).collect::<Result<_, _>>()?;
        dialect::insert_units(c, rows).await?;
    }
    Ok(())
}

pub(crate) async fn all(c: &mut Connection, plan: PlanId) -> Result<Vec<PlanUnit>, Kind> {
    let query = plan_units::table.filter(plan_units::plan_id.eq(plan.to_string())).order(plan_units::position);
    let rows: Vec<UnitRow> = query.load(c).await?;
    rows.into_iter().map(UnitRow::record).collect()
}

pub(crate) async fn get(c: &mut Connection, plan: PlanId, mac: Mac) -> Result<Option<PlanUnit>, Kind> {
    let row: Option<UnitRow> = plan_units::table.find((plan.to_string(), mac.to_string())).first(c).await.optional()?;
    row.map(UnitRow::record).transpose()
}

pub(crate) async fn claim(
    c: &mut Connection,
    plan: PlanId,
    owner: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<PlanUnit>, Kind> {
    let plan = plan.to_string();
    let state: Option<String> = plans::table.find(&plan).select(plans::state).first(c).await.optional()?;
    match state {
        None => return Err(Kind::NotFound),
        Some(state) if state != PlanState::Running.as_str() => return Ok(Vec::new()),
        Some(_) => {}
    }
    let macs = dialect::claimable(c, &plan, time(now), i64::from(limit)).await?;
    let mut claimed = Vec::with_capacity(macs.len());
    for chunk in macs.chunks(500) {
        let units = plan_units::table.filter(plan_units::plan_id.eq(&plan)).filter(plan_units::mac.eq_any(chunk));
        let rows: Vec<UnitRow> = diesel::update(units)
            .set((
                plan_units::state.eq(UnitState::Running.as_str()),
                plan_units::attempts.eq(plan_units::attempts + 1),
                plan_units::lease_owner.eq(owner),
                plan_units::lease_until.eq(time(lease_until)),
            ))
            .returning(plan_units::all_columns)
            .get_results(c)
            .await?;
        claimed.extend(rows.into_iter().map(UnitRow::record).collect::<Result<Vec<_>, _>>()?);
    }
    claimed.sort_by_key(|unit: &PlanUnit| unit.position);
    Ok(claimed)
}

pub(crate) async fn extend(
    c: &mut Connection,
    plan: PlanId,
    mac: Mac,
    owner: &str,
    until: DateTime<Utc>,
) -> Result<(), Kind> {
    if keep(c, plan, mac, owner, until).await? { Ok(()) } else { Err(Kind::Conflict) }
}

/// Whether the owner still held it.
async fn keep(c: &mut Connection, plan: PlanId, mac: Mac, owner: &str, until: DateTime<Utc>) -> Result<bool, Kind> {
    let held = plan_units::table
        .find((plan.to_string(), mac.to_string()))
        .filter(plan_units::state.eq(UnitState::Running.as_str()))
        .filter(plan_units::lease_owner.eq(owner));
    let changed = diesel::update(held).set(plan_units::lease_until.eq(time(until))).execute(c).await?;
    Ok(changed > 0)
}

pub(crate) async fn progress(c: &mut Connection, progress: &[StoredProgress]) -> Result<Committed<Vec<bool>>, Kind> {
    let (mut held, mut new_events) = (Vec::with_capacity(progress.len()), Vec::new());
    for StoredProgress { progress, snapshot } in progress {
        let UnitProgress { plan_id, mac, owner, step } = progress;
        let is_held = match step {
            UnitStep::Journal { entry, lease_until } => {
                let is_held = keep(c, *plan_id, *mac, owner, *lease_until).await?;
                if is_held {
                    diesel::insert_into(plan_journal::table).values(NewJournalRow::new(entry)).execute(c).await?;
                }
                is_held
            }
            UnitStep::Finish(finish) => {
                let is_held = end(c, progress, finish).await?;
                if is_held {
                    proofs::set(c, &finish.proofs).await?;
                    devices::set_drifts(c, finish.drift.as_slice()).await?;
                    if let Some(snapshot) = snapshot {
                        let appended = snapshots::append_if_changed(c, snapshot, &[]).await?.value;
                        new_events.extend(finish.snapshot_event.clone().filter(|_| appended));
                    }
                    new_events.extend_from_slice(&finish.events);
                }
                is_held
            }
        };
        held.push(is_held);
    }
    events::append_if(c, true, &new_events, held).await
}

/// Ends a unit. Whether the owner still held it.
async fn end(c: &mut Connection, progress: &UnitProgress, finish: &UnitFinish) -> Result<bool, Kind> {
    let report = finish.report.as_ref().map(encode_json).transpose()?;
    let held = plan_units::table
        .find((progress.plan_id.to_string(), progress.mac.to_string()))
        .filter(plan_units::state.eq(UnitState::Running.as_str()))
        .filter(plan_units::lease_owner.eq(&progress.owner));
    let changed = diesel::update(held)
        .set((
            plan_units::state.eq(finish.state.as_str()),
            plan_units::report.eq(report),
            plan_units::reason.eq(&finish.reason),
            plan_units::lease_owner.eq(None::<String>),
            plan_units::lease_until.eq(None::<chrono::NaiveDateTime>),
        ))
        .execute(c)
        .await?;
    Ok(changed > 0)
}

pub(crate) async fn skip_pending(c: &mut Connection, plan: PlanId, reason: &str) -> Result<UnitCounts, Kind> {
    let pending = plan_units::table
        .filter(plan_units::plan_id.eq(plan.to_string()))
        .filter(plan_units::state.eq(UnitState::Pending.as_str()));
    diesel::update(pending)
        .set((plan_units::state.eq(UnitState::Skipped.as_str()), plan_units::reason.eq(reason)))
        .execute(c)
        .await?;
    counts_of(c, plan).await
}

/// Numbers of units by state, by plan.
pub(crate) async fn counts(c: &mut Connection, plans: Vec<String>) -> Result<HashMap<String, UnitCounts>, Kind> {
    let rows: Vec<(String, String, i64)> = plan_units::table
        .filter(plan_units::plan_id.eq_any(plans))
        .group_by((plan_units::plan_id, plan_units::state))
        .select((plan_units::plan_id, plan_units::state, count_star()))
        .load(c)
        .await?;
    let mut counts: HashMap<String, UnitCounts> = HashMap::new();
    for (plan, state, number) in rows {
        let place = Place { table: "plan_units", id: &plan };
        let (state, number) = (place.parse::<UnitState>("state", &state)?, place.number("state", number)?);
        *counts.entry(plan).or_default().of(state) = number;
    }
    Ok(counts)
}

pub(crate) async fn journal(c: &mut Connection, plan: PlanId, mac: Mac) -> Result<Vec<JournalEntry>, Kind> {
    let query = plan_journal::table
        .filter(plan_journal::plan_id.eq(plan.to_string()))
        .filter(plan_journal::mac.eq(mac.to_string()))
        .order(plan_journal::id);
    let rows: Vec<JournalRow> = query.load(c).await?;
    rows.into_iter().map(JournalRow::record).collect()
}

async fn counts_of(c: &mut Connection, plan: PlanId) -> Result<UnitCounts, Kind> {
    Ok(counts(c, vec![plan.to_string()]).await?.into_values().next().unwrap_or_default())
}
