//! Removes what is old, a little at a time, and never what something still refers to.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{JobKind, Retention, ScanState, SightingState, SnapshotAge, SnapshotId, TaskState, UnitPreview};
use shelly_types::Mac;

use super::Connection;
use crate::{
    columns::{Place, time},
    error::Kind,
    schema::{
        agent_codes, agent_tasks, devices, drift_items, drift_waivers, events, job_units, jobs, password_changes,
        provisionings, replacements, rule_waivers, scans, sightings, snapshots, tokens,
    },
    store::{Amount, Old},
};

/// Devices of jobs that are removed in one transaction, unless a single job has more.
const UNITS_AT_ONCE: i64 = 500;

/// Rows that one statement names.
const NAMED: usize = 500;

/// Rows that are looked at most when they are only counted.
const COUNTED: i64 = 1_000_000;

/// Loads the keys of the rows that fit, removes them unless they are only counted, and says how many there were.
macro_rules! forget {
    ($c:expr, $amount:expr, $table:ident::$key:ident, $which:expr) => {{
        let (limit, is_removed) = match $amount {
            Amount::Remove(limit) => (i64::from(limit), true),
            Amount::Count => (COUNTED, false),
        };
        let old = $table::table.filter($which).order($table::$key).limit(limit).select($table::$key);
        let keys: Vec<String> = old.load($c).await?;
        for chunk in keys.chunks(NAMED).filter(|_| is_removed) {
            diesel::delete($table::table.filter($table::$key.eq_any(chunk))).execute($c).await?;
        }
        keys.len() as u64
    }};
}

/// Removes or counts what is of no use since before a moment.
pub(crate) async fn forget(c: &mut Connection, old: Old, before: DateTime<Utc>, amount: Amount) -> Result<u64, Kind> {
    let before = time(before);
    Ok(match old {
        Old::Events => forget_events(c, before, amount).await?,
        Old::Jobs => forget_jobs(c, before, amount).await?,
        Old::Provisionings => forget_provisionings(c, before, amount).await?,
        Old::Scans => {
            let ended = scans::state.ne(ScanState::Running.as_str()).and(scans::started_at.lt(before));
            forget!(c, amount, scans::id, ended)
        }
        Old::Sightings => {
            // What somebody decided stays, and so does what is ours.
            let ours = devices::table.select(devices::mac);
            let gone = sightings::state.ne(SightingState::Ignored.as_str()).and(sightings::last_seen_at.lt(before));
            forget!(c, amount, sightings::mac, gone.and(sightings::mac.ne_all(ours)))
        }
        Old::DriftWaivers => forget!(c, amount, drift_waivers::id, drift_waivers::until.lt(before)),
        Old::RuleWaivers => forget!(c, amount, rule_waivers::id, rule_waivers::until.lt(before)),
        Old::Codes => forget!(c, amount, agent_codes::id, agent_codes::expires_at.lt(before)),
        Old::Tokens => forget!(c, amount, tokens::id, tokens::expires_at.lt(before)),
    })
}

/// Events, oldest first. The newest one stays, because its number says where the log is.
async fn forget_events(c: &mut Connection, before: NaiveDateTime, amount: Amount) -> Result<u64, Kind> {
    let newest: Option<i64> = events::table.select(diesel::dsl::max(events::seq)).get_result(c).await?;
    let Some(newest) = newest else { return Ok(0) };
    let limit = match amount {
        Amount::Remove(limit) => limit,
        Amount::Count => {
            let old = events::table.filter(events::at.lt(before)).filter(events::seq.ne(newest));
            let count: i64 = old.select(count_star()).get_result(c).await?;
            return Ok(u64::try_from(count).unwrap_or_default());
        }
    };
    // The numbers rise with time, so the oldest are the lowest; clocks of several managers may differ a little.
    let oldest = events::table.order(events::seq).limit(limit.into()).select((events::seq, events::at));
    let oldest: Vec<(i64, NaiveDateTime)> = oldest.load(c).await?;
    let old: Vec<i64> =
        oldest.into_iter().filter(|(seq, at)| *at < before && *seq != newest).map(|(seq, _)| seq).collect();
    let mut removed = 0;
    for chunk in old.chunks(NAMED) {
        removed += diesel::delete(events::table.filter(events::seq.eq_any(chunk))).execute(c).await?;
    }
    Ok(removed as u64)
}

/// Jobs that ended, each as a whole. One that a later job repeats or undoes stays as long as that one; one by which a
/// device took the place of another stays while that can be undone.
async fn forget_jobs(c: &mut Connection, before: NaiveDateTime, amount: Amount) -> Result<u64, Kind> {
    let later = diesel::alias!(jobs as later);
    let source = later.field(jobs::source);
    let is_later = later.field(jobs::finished_at).is_null().or(later.field(jobs::finished_at).ge(before));
    let sources = later.filter(source.is_not_null()).filter(is_later).select(source.assume_not_null());
    let replaced = replacements::table.filter(replacements::undone_at.is_null()).select(replacements::job_id);
    let repairs = drift_items::table.filter(drift_items::repair_job.is_not_null());
    let passwords = password_changes::table.select(password_changes::job_id);
    let tasks = agent_tasks::table.filter(agent_tasks::job_id.is_not_null());
    let (limit, is_removed) = match amount {
        Amount::Remove(limit) => (i64::from(limit), true),
        Amount::Count => (COUNTED, false),
    };
    let old: Vec<String> = jobs::table
        .filter(jobs::finished_at.lt(before))
        .filter(jobs::id.ne_all(sources))
        .filter(jobs::id.ne_all(replaced))
        .filter(jobs::id.ne_all(repairs.select(drift_items::repair_job.assume_not_null())))
        .filter(jobs::id.ne_all(passwords))
        .filter(jobs::id.ne_all(tasks.select(agent_tasks::job_id.assume_not_null())))
        .order((jobs::finished_at, jobs::id))
        .limit(limit)
        .select(jobs::id)
        .load(c)
        .await?;
    if !is_removed {
        return Ok(old.len() as u64);
    }
    let (mut removed, mut units) = (0, 0);
    for id in old {
        let of_job = job_units::table.filter(job_units::job_id.eq(&id));
        units += of_job.select(count_star()).get_result::<i64>(c).await?;
        if removed > 0 && units > UNITS_AT_ONCE {
            break;
        }
        diesel::delete(jobs::table.filter(jobs::id.eq(&id))).execute(c).await?;
        removed += 1;
    }
    Ok(removed)
}

/// Provisionings of which every task ended before.
async fn forget_provisionings(c: &mut Connection, before: NaiveDateTime, amount: Amount) -> Result<u64, Kind> {
    let open: Vec<&str> = TaskState::ALL.iter().filter(|state| !state.is_final()).map(|state| state.as_str()).collect();
    let is_later = agent_tasks::finished_at.is_null().or(agent_tasks::finished_at.ge(before));
    let going = agent_tasks::table
        .filter(agent_tasks::provisioning_id.is_not_null())
        .filter(agent_tasks::state.eq_any(open).or(is_later))
        .select(agent_tasks::provisioning_id.assume_not_null());
    let ended = provisionings::created_at.lt(before).and(provisionings::id.ne_all(going));
    Ok(forget!(c, amount, provisionings::id, ended))
}

/// Devices with more than one snapshot, in order, after one of them.
pub(crate) async fn snapshot_devices(c: &mut Connection, after: Option<Mac>, limit: u32) -> Result<Vec<Mac>, Kind> {
    let after = after.map(|mac| mac.to_string()).unwrap_or_default();
    let macs: Vec<String> = snapshots::table
        .filter(snapshots::mac.gt(after))
        .group_by(snapshots::mac)
        .having(count_star().gt(1))
        .order(snapshots::mac)
        .limit(limit.into())
        .select(snapshots::mac)
        .load(c)
        .await?;
    macs.iter().map(|mac| Place { table: "snapshots", id: mac }.parse("mac", mac)).collect()
}

/// Removes or counts snapshots of a device that a rule lets go. One that a job gives to another device stays.
pub(crate) async fn thin(
    c: &mut Connection,
    mac: Mac,
    rule: &Retention,
    now: DateTime<Utc>,
    amount: Amount,
) -> Result<u64, Kind> {
    let of_device = snapshots::table.filter(snapshots::mac.eq(mac.to_string()));
    let rows: Vec<(String, NaiveDateTime)> = of_device.select((snapshots::id, snapshots::taken_at)).load(c).await?;
    let age = |(id, taken_at): (String, NaiveDateTime)| {
        let id = Place { table: "snapshots", id: &id }.parse("id", &id)?;
        Ok(SnapshotAge { id, taken_at: taken_at.and_utc() })
    };
    let ages: Vec<SnapshotAge> = rows.into_iter().map(age).collect::<Result<_, Kind>>()?;
    let mut gone = rule.superfluous(&ages, now);
    if gone.is_empty() {
        return Ok(0);
    }
    let referred = referred(c, mac).await?;
    gone.retain(|id| !referred.contains(id));
    let Amount::Remove(limit) = amount else { return Ok(gone.len() as u64) };
    gone.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids: Vec<String> = gone.iter().map(ToString::to_string).collect();
    Ok(diesel::delete(snapshots::table.filter(snapshots::id.eq_any(ids))).execute(c).await? as u64)
}

/// Snapshots of a device that jobs give to others.
async fn referred(c: &mut Connection, former: Mac) -> Result<HashSet<SnapshotId>, Kind> {
    let kinds = [JobKind::Replace.as_str(), JobKind::Restore.as_str()];
    let rows: Vec<(String, String)> = job_units::table
        .inner_join(jobs::table)
        .filter(jobs::kind.eq_any(kinds))
        .filter(job_units::preview.like(format!("%{former}%")))
        .select((job_units::job_id, job_units::preview))
        .load(c)
        .await?;
    let mut referred = HashSet::new();
    for (job, preview) in rows {
        let preview: UnitPreview = Place { table: "job_units", id: &job }.json("preview", &preview)?;
        referred.extend(preview.succession.map(|taken| taken.snapshot));
    }
    Ok(referred)
}
