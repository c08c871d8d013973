//! Policies of repair, and the jobs that they made.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{
    EventRecord, JobId, JobKind, JobRecord, JobUnit, LayerOwner, LocationTree, NewEvent, PolicyRecord, RepairRecord,
    RepairScope,
};

use super::{Connection, dialect, events, jobs, membership};
use crate::{
    columns::{Place, time},
    error::Kind,
    rows::PolicyOfRepairRow,
    schema::{device_groups, drift_items, job_units, jobs as job_table, profiles, repair_policies},
    store::{RepairClaim, RepairsSeen},
};

/// Every policy, with the name and rank of whose it is.
pub(crate) async fn policies(c: &mut Connection) -> Result<Vec<PolicyRecord>, Kind> {
    let rows: Vec<PolicyOfRepairRow> = repair_policies::table.order(repair_policies::scope).load(c).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let groups = device_groups::table.select((device_groups::id, device_groups::name, device_groups::rank));
    let profiles = profiles::table.select((profiles::id, profiles::name, profiles::rank));
    let mut owners: HashMap<String, (String, i64)> = HashMap::new();
    for rows in [groups.load(c).await?, profiles.load(c).await?] {
        let rows: Vec<(String, String, i64)> = rows;
        owners.extend(rows.into_iter().map(|(id, name, rank)| (id, (name, rank))));
    }
    let has_places = rows.iter().any(|row| row.location_id.is_some());
    let tree = if has_places { membership::tree(c).await? } else { LocationTree::default() };
    let record = |row: PolicyOfRepairRow| {
        let owner = match row.scope()? {
            RepairScope::Fleet | RepairScope::Device(_) => None,
            RepairScope::Location(id) => {
                tree.get(id).map(|place| LayerOwner { name: place.name.clone(), rank: tree.depth(id) })
            }
            RepairScope::Group(_) | RepairScope::Profile(_) => {
                let id = row.group_id.as_ref().or(row.profile_id.as_ref());
                let owner = id.and_then(|id| owners.get(id));
                let place = Place { table: "repair_policies", id: &row.scope };
                owner
                    .map(|(name, rank)| {
                        Ok::<_, Kind>(LayerOwner { name: name.clone(), rank: place.number("rank", *rank)? })
                    })
                    .transpose()?
            }
        };
        row.record(owner)
    };
    rows.into_iter().map(record).collect()
}

/// Sets the policy of a scope.
pub(crate) async fn set(c: &mut Connection, policy: &PolicyRecord) -> Result<(), Kind> {
    let row = PolicyOfRepairRow::new(policy)?;
    diesel::delete(repair_policies::table.filter(repair_policies::scope.eq(&row.scope))).execute(c).await?;
    diesel::insert_into(repair_policies::table).values(row).execute(c).await?;
    Ok(())
}

/// Takes the policy of a scope away.
pub(crate) async fn delete(c: &mut Connection, scope: RepairScope) -> Result<(), Kind> {
    let policy = repair_policies::table.filter(repair_policies::scope.eq(scope.to_string()));
    let deleted = diesel::delete(policy).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

/// A device in a job: job, device, who made it, who said yes, state, when.
type Row = (String, String, String, Option<String>, String, NaiveDateTime);

/// Devices in jobs that policies made since a moment or for one of these differences, oldest first.
pub(crate) async fn since(c: &mut Connection, since: DateTime<Utc>) -> Result<RepairsSeen, Kind> {
    let newest = newest(c).await?;
    let columns = (
        job_table::id,
        job_units::mac,
        job_table::created_by,
        job_table::approved_by,
        job_table::state,
        job_table::created_at,
    );
    let claimed = drift_items::table.filter(drift_items::repair_job.is_not_null()).select(drift_items::repair_job);
    let claimed: Vec<Option<String>> = claimed.distinct().load(c).await?;
    let claimed: Vec<String> = claimed.into_iter().flatten().collect();
    let made = job_units::table.inner_join(job_table::table).filter(job_table::kind.eq(JobKind::Repair.as_str()));
    let mut rows: Vec<Row> = made
        .filter(job_table::created_at.gt(time(since)))
        .order((job_table::id, job_units::mac))
        .select(columns)
        .load(c)
        .await?;
    for chunk in claimed.chunks(500) {
        let older = made.filter(job_table::created_at.le(time(since))).filter(job_table::id.eq_any(chunk));
        rows.extend(older.order((job_table::id, job_units::mac)).select(columns).load::<Row>(c).await?);
    }
    let record = |(job, mac, made_by, approved_by, state, at): Row| {
        let place = Place { table: "jobs", id: &job };
        Ok(RepairRecord {
            job: place.parse("id", &job)?,
            mac: place.parse("mac", &mac)?,
            state: place.parse("state", &state)?,
            made_by,
            approved_by,
            at: at.and_utc(),
        })
    };
    Ok(RepairsSeen { newest, repairs: rows.into_iter().map(record).collect::<Result<_, Kind>>()? })
}

/// The newest job that a policy made.
async fn newest(c: &mut Connection) -> Result<Option<JobId>, Kind> {
    let of_policies = job_table::table.filter(job_table::kind.eq(JobKind::Repair.as_str()));
    let id: Option<String> = of_policies.select(diesel::dsl::max(job_table::id)).get_result(c).await?;
    id.map(|id| Place { table: "jobs", id: &id }.parse("id", &id)).transpose()
}

/// Stores a job of a policy, and notes it with the differences that it is about. `Conflict` when another one was stored
/// since `newest`: it may be about the same.
pub(crate) async fn insert(
    c: &mut Connection,
    job: &JobRecord,
    units: &[JobUnit],
    claims: &[RepairClaim],
    seen: Option<JobId>,
) -> Result<JobRecord, Kind> {
    dialect::lock_repairs(c).await?;
    if newest(c).await? != seen {
        return Err(Kind::Conflict);
    }
    let job = jobs::insert(c, job, units).await?;
    for RepairClaim { mac, path } in claims {
        let item = drift_items::table.find((mac.to_string(), path.to_string()));
        diesel::update(item).set(drift_items::repair_job.eq(job.id.to_string())).execute(c).await?;
    }
    Ok(job)
}

/// Appends an event about a device unless it was told since a moment.
pub(crate) async fn tell_once(
    c: &mut Connection,
    new: &NewEvent,
    since: DateTime<Utc>,
) -> Result<Vec<EventRecord>, Kind> {
    dialect::lock_repairs(c).await?;
    let Some(mac) = new.mac else { return Ok(Vec::new()) };
    let told = events::of_kind(c, mac, new.event.kind(), since).await?;
    if told.iter().any(|told| told.event == new.event) {
        return Ok(Vec::new());
    }
    events::append(c, std::slice::from_ref(new)).await
}
