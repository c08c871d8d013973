//! Units of jobs and their journal.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::count_star, dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{Actor, FleetEvent, JobId, JobState, JobUnit, JournalEntry, NewEvent, UnitCounts, UnitState};
use rollout::RingFacts;
use shelly_types::Mac;
use sync_engine::Plan;

use super::{Connection, among, devices, dialect, events, proofs, replacements, snapshots};
use crate::{
    columns::{Place, StoredProgress, encode_json, time},
    error::Kind,
    kept::kept,
    rows::{JournalRow, NewJournalRow, UnitRow},
    schema::{job_journal, job_units, jobs},
    store::{Claim, Committed, UnitFinish, UnitHold, UnitProgress, UnitStep},
};

const WAITING: [&str; 2] = [UnitState::Pending.as_str(), UnitState::Queued.as_str()];
const GOING: [&str; 3] = [JobState::Scheduled.as_str(), JobState::Running.as_str(), JobState::Paused.as_str()];

pub(crate) async fn insert(c: &mut Connection, units: &[JobUnit]) -> Result<(), Kind> {
    for chunk in units.chunks(500) {
        let rows: Vec<UnitRow> = chunk.iter().map(UnitRow::new).collect::<Result<_, _>>()?;
        dialect::insert_units(c, rows).await?;
    }
    Ok(())
}

pub(crate) async fn all(c: &mut Connection, job: JobId) -> Result<Vec<JobUnit>, Kind> {
    let query = job_units::table.filter(job_units::job_id.eq(job.to_string())).order(job_units::position);
    records(query.load(c).await?)
}

pub(crate) async fn get(c: &mut Connection, job: JobId, mac: Mac) -> Result<Option<JobUnit>, Kind> {
    let row: Option<UnitRow> = job_units::table.find((job.to_string(), mac.to_string())).first(c).await.optional()?;
    row.map(UnitRow::record).transpose()
}

pub(crate) async fn claim(c: &mut Connection, claim: &Claim) -> Result<Vec<JobUnit>, Kind> {
    let job = claim.job.to_string();
    // Whoever changes the state of the job, or takes units of it, waits for this.
    match dialect::lock_job(c, &job).await? {
        None => return Err(Kind::NotFound),
        Some(state) if state != JobState::Running.as_str() => return Ok(Vec::new()),
        Some(_) => {}
    }
    let mut limit = i64::from(claim.limit);
    if let Some(at_once) = claim.at_once {
        let held = job_units::table
            .filter(job_units::job_id.eq(&job))
            .filter(job_units::state.eq(UnitState::Running.as_str()))
            .filter(job_units::lease_until.gt(time(claim.now)));
        let in_flight: i64 = held.count().get_result(c).await?;
        limit = limit.min(i64::from(at_once) - in_flight);
    }
    if limit <= 0 {
        return Ok(Vec::new());
    }
    let macs = dialect::claimable(c, &job, i64::from(claim.ring), time(claim.now), limit).await?;
    let mut claimed = Vec::with_capacity(macs.len());
    for chunk in macs.chunks(500) {
        let units = job_units::table.filter(job_units::job_id.eq(&job)).filter(among(job_units::mac, chunk));
        let begun = diesel::update(units)
            .set((
                job_units::state.eq(UnitState::Running.as_str()),
                job_units::attempts.eq(job_units::attempts + 1),
                job_units::lease_owner.eq(&claim.owner),
                job_units::lease_until.eq(time(claim.lease_until)),
            ))
            .returning(job_units::all_columns);
        let rows: Vec<UnitRow> = kept!(begun).get_results(c).await?;
        claimed.extend(records(rows)?);
    }
    claimed.sort_by_key(|unit: &JobUnit| (unit.woken_at.is_none(), unit.position));
    Ok(claimed)
}

pub(crate) async fn extend(c: &mut Connection, hold: &UnitHold, until: DateTime<Utc>) -> Result<(), Kind> {
    if keep(c, hold, until).await? { Ok(()) } else { Err(Kind::Conflict) }
}

/// A unit as far as this is still its holder.
macro_rules! held {
    ($hold:expr) => {
        job_units::table
            .find(($hold.job_id.to_string(), $hold.mac.to_string()))
            .filter(job_units::state.eq(UnitState::Running.as_str()))
            .filter(job_units::lease_owner.eq(&$hold.owner))
            .filter(job_units::attempts.eq(i64::from($hold.attempt)))
    };
}

/// That a unit ended without having been carried out.
macro_rules! ended {
    ($state:expr, $why:expr, $at:expr) => {
        (job_units::state.eq($state.as_str()), job_units::reason.eq($why), job_units::ended_at.eq(time($at)))
    };
}

/// Whether the holder still held it.
async fn keep(c: &mut Connection, hold: &UnitHold, until: DateTime<Utc>) -> Result<bool, Kind> {
    let longer = diesel::update(held!(hold)).set(job_units::lease_until.eq(time(until)));
    Ok(dialect::run(c, kept!(longer)).await? > 0)
}

pub(crate) async fn progress(c: &mut Connection, progress: &[StoredProgress]) -> Result<Committed<Vec<bool>>, Kind> {
    let (mut held, mut new_events) = (Vec::with_capacity(progress.len()), Vec::new());
    for StoredProgress { progress, snapshot, records } in progress {
        let UnitProgress { hold, step } = progress;
        let is_held = match step {
            UnitStep::Journal { entry, lease_until, report } => {
                let is_held = keep(c, hold, *lease_until).await?;
                if is_held {
                    diesel::insert_into(job_journal::table).values(NewJournalRow::new(entry)).execute(c).await?;
                    if let Some(report) = report {
                        let report = job_units::report.eq(encode_json(report)?);
                        dialect::run(c, kept!(diesel::update(held!(hold)).set(report))).await?;
                    }
                }
                is_held
            }
            UnitStep::Finish(finish) => {
                let is_held = end(c, hold, finish).await?;
                if is_held {
                    if let Some(records) = records
                        && !replacements::carry(c, records).await?
                    {
                        fail(c, hold, "a device of this replacement is not there any more, so no records were moved")
                            .await?;
                    }
                    proofs::set(c, &finish.proofs).await?;
                    devices::set_drifts(c, finish.drift.as_slice()).await?;
                    if let Some(snapshot) = snapshot {
                        let is_news = snapshots::set_newest(c, snapshot).await?;
                        new_events.extend(snapshot.event.clone().filter(|_| is_news));
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

/// Ends a unit, or has it wait. Whether the holder still held it.
async fn end(c: &mut Connection, hold: &UnitHold, finish: &UnitFinish) -> Result<bool, Kind> {
    let end = diesel::update(held!(hold)).set((
        job_units::state.eq(finish.state.as_str()),
        job_units::report.eq(finish.report.as_ref().map(encode_json).transpose()?),
        job_units::rollback.eq(finish.rollback.as_ref().map(encode_json).transpose()?),
        job_units::reason.eq(&finish.reason),
        job_units::lease_owner.eq(None::<String>),
        job_units::lease_until.eq(None::<NaiveDateTime>),
        job_units::queued_until.eq(finish.queued_until.map(time)),
        job_units::woken_at.eq(None::<NaiveDateTime>),
        job_units::ended_at.eq((!finish.state.is_open()).then(|| time(finish.at))),
    ));
    Ok(dialect::run(c, kept!(end)).await? > 0)
}

/// Has a unit that has just ended end as a failure.
async fn fail(c: &mut Connection, hold: &UnitHold, why: &str) -> Result<(), Kind> {
    let unit = job_units::table.find((hold.job_id.to_string(), hold.mac.to_string()));
    let failed = (job_units::state.eq(UnitState::Failed.as_str()), job_units::reason.eq(why));
    diesel::update(unit).set(failed).execute(c).await?;
    Ok(())
}

/// Gives up what was not begun for a device.
pub(crate) async fn leave_device(c: &mut Connection, mac: Mac, why: &str, at: DateTime<Utc>) -> Result<(), Kind> {
    let waiting = job_units::table
        .filter(job_units::mac.eq(mac.to_string()))
        .filter(job_units::state.eq_any(WAITING))
        .filter(job_units::job_id.eq_any(jobs::table.filter(jobs::state.eq_any(GOING)).select(jobs::id)));
    diesel::update(waiting).set(ended!(UnitState::Cancelled, why, at)).execute(c).await?;
    Ok(())
}

/// Gives up what was not begun.
pub(crate) async fn leave(c: &mut Connection, job: JobId, why: &str, at: DateTime<Utc>) -> Result<(), Kind> {
    let waiting =
        job_units::table.filter(job_units::job_id.eq(job.to_string())).filter(job_units::state.eq_any(WAITING));
    diesel::update(waiting).set(ended!(UnitState::Cancelled, why, at)).execute(c).await?;
    Ok(())
}

/// Lets the units of a device begin that wait for it. Gives their jobs.
pub(crate) async fn wake(c: &mut Connection, mac: Mac, now: DateTime<Utc>) -> Result<Vec<JobId>, Kind> {
    let waiting = job_units::table
        .filter(job_units::mac.eq(mac.to_string()))
        .filter(job_units::state.eq(UnitState::Queued.as_str()))
        .filter(job_units::job_id.eq_any(jobs::table.filter(jobs::state.eq_any(GOING)).select(jobs::id)));
    let woken: Vec<String> = diesel::update(waiting)
        .set((job_units::state.eq(UnitState::Pending.as_str()), job_units::woken_at.eq(time(now))))
        .returning(job_units::job_id)
        .get_results(c)
        .await?;
    woken.iter().map(|job| Place { table: "job_units", id: job }.parse("job_id", job)).collect()
}

/// Devices that a unit of a going job waits for.
pub(crate) async fn waited_for(c: &mut Connection) -> Result<Vec<Mac>, Kind> {
    let macs: Vec<String> = job_units::table
        .inner_join(jobs::table)
        .filter(job_units::state.eq(UnitState::Queued.as_str()))
        .filter(jobs::state.eq_any(GOING))
        .select(job_units::mac)
        .distinct()
        .load(c)
        .await?;
    macs.iter().map(|mac| Place { table: "job_units", id: mac }.parse("mac", mac)).collect()
}

/// Gives up the units of a job whose device did not come back in time.
pub(crate) async fn give_up(
    c: &mut Connection,
    job: JobId,
    now: DateTime<Utc>,
    why: &str,
) -> Result<Committed<usize>, Kind> {
    let late = job_units::table
        .filter(job_units::job_id.eq(job.to_string()))
        .filter(job_units::state.eq(UnitState::Queued.as_str()))
        .filter(job_units::queued_until.le(time(now)));
    let end = ended!(UnitState::Failed, why, now);
    let macs: Vec<String> = diesel::update(late).set(end).returning(job_units::mac).get_results(c).await?;
    let tell = |mac: &String| {
        let event = FleetEvent::JobUnitFinished { id: job, state: UnitState::Failed, reason: Some(why.to_owned()) };
        let mac = Place { table: "job_units", id: mac }.parse("mac", mac)?;
        Ok(NewEvent::of_device(now, &Actor::System, mac, event))
    };
    let told: Vec<NewEvent> = macs.iter().map(tell).collect::<Result<_, Kind>>()?;
    events::append_if(c, true, &told, told.len()).await
}

/// Units of other going jobs for these devices that were made before and have not begun, oldest first.
pub(crate) async fn before(c: &mut Connection, job: JobId, macs: &[Mac]) -> Result<Vec<JobUnit>, Kind> {
    let macs: Vec<String> = macs.iter().map(Mac::to_string).collect();
    let mut units = Vec::new();
    for chunk in macs.chunks(500) {
        let query = job_units::table
            .inner_join(jobs::table)
            .filter(among(job_units::mac, chunk))
            .filter(job_units::state.eq_any(WAITING))
            .filter(jobs::state.eq_any(GOING))
            // Ids sort by age.
            .filter(jobs::id.lt(job.to_string()))
            .order(jobs::id)
            .select(job_units::all_columns);
        units.extend(records(query.load(c).await?)?);
    }
    Ok(units)
}

/// Gives a unit that has not begun another plan, or skips it. Whether it had not begun.
pub(crate) async fn replan(
    c: &mut Connection,
    (job, mac): (JobId, Mac),
    plan: &Plan,
    skip: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, Kind> {
    let unit = || job_units::table.find((job.to_string(), mac.to_string()));
    let waiting = unit().filter(job_units::state.eq_any(WAITING));
    let changed = diesel::update(waiting).set(job_units::plan.eq(encode_json(plan)?)).execute(c).await?;
    if let Some(why) = skip.filter(|_| changed > 0) {
        diesel::update(unit()).set(ended!(UnitState::Skipped, why, now)).execute(c).await?;
    }
    Ok(changed > 0)
}

/// Numbers of units by state, by job.
pub(crate) async fn counts(c: &mut Connection, of: Vec<String>) -> Result<HashMap<String, UnitCounts>, Kind> {
    let rows: Vec<(String, String, i64)> = job_units::table
        .filter(job_units::job_id.eq_any(of))
        .group_by((job_units::job_id, job_units::state))
        .select((job_units::job_id, job_units::state, count_star()))
        .load(c)
        .await?;
    let mut counts: HashMap<String, UnitCounts> = HashMap::new();
    for (job, state, number) in rows {
        let place = Place { table: "job_units", id: &job };
        let (state, number) = (place.parse::<UnitState>("state", &state)?, place.number("state", number)?);
        *counts.entry(job).or_default().of(state) = number;
    }
    Ok(counts)
}

/// What has become of each ring of a job. Units whose lease has ended wait again.
pub(crate) async fn rings(c: &mut Connection, job: JobId, now: DateTime<Utc>) -> Result<Vec<RingFacts>, Kind> {
    let id = job.to_string();
    let rows: Vec<(i64, String, i64, Option<NaiveDateTime>)> = job_units::table
        .filter(job_units::job_id.eq(&id))
        .group_by((job_units::ring, job_units::state))
        .select((job_units::ring, job_units::state, count_star(), max(job_units::ended_at)))
        .load(c)
        .await?;
    let abandoned: Vec<(i64, i64)> = job_units::table
        .filter(job_units::job_id.eq(&id))
        .filter(job_units::state.eq(UnitState::Running.as_str()))
        .filter(job_units::lease_until.le(time(now)))
        .group_by(job_units::ring)
        .select((job_units::ring, count_star()))
        .load(c)
        .await?;
    let place = Place { table: "job_units", id: &id };
    let mut rings: Vec<RingFacts> = Vec::new();
    for (ring, state, number, ended_at) in rows {
        let ring: usize = place.number("ring", ring)?;
        if rings.len() <= ring {
            rings.resize(ring + 1, RingFacts::default());
        }
        place.parse::<UnitState>("state", &state)?.counted_in(&mut rings[ring], place.number("state", number)?);
        rings[ring].ended_at = rings[ring].ended_at.max(ended_at.map(|at| at.and_utc()));
    }
    for (ring, number) in abandoned {
        let (ring, number): (usize, u32) = (place.number("ring", ring)?, place.number("state", number)?);
        if let Some(ring) = rings.get_mut(ring) {
            ring.in_flight = ring.in_flight.saturating_sub(number);
            ring.waiting += number;
        }
    }
    Ok(rings)
}

pub(crate) async fn journal(c: &mut Connection, job: JobId, mac: Mac) -> Result<Vec<JournalEntry>, Kind> {
    let query = job_journal::table
        .filter(job_journal::job_id.eq(job.to_string()))
        .filter(job_journal::mac.eq(mac.to_string()))
        .order(job_journal::id);
    let rows: Vec<JournalRow> = query.load(c).await?;
    rows.into_iter().map(JournalRow::record).collect()
}

fn records(rows: Vec<UnitRow>) -> Result<Vec<JobUnit>, Kind> {
    rows.into_iter().map(UnitRow::record).collect()
}
