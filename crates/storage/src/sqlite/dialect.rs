//! What only SQLite says in this way.

use chrono::NaiveDateTime;
use diesel::{prelude::*, query_builder::QueryFragment, upsert::excluded};
use diesel_async::RunQueryDsl;

use super::{Backend, Connection};
use crate::{
    error::Kind,
    kept::{Kept, kept},
    rows::{ContactRow, IndexedRow, StatusRow, UnitRow},
    schema::{device_contacts, device_settings, device_status, job_units, jobs},
};

/// Makes this transaction the only one that appends events. Here there is only one writer anyway.
#[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server for it")]
pub(super) async fn lock_events(_: &mut Connection) -> Result<(), Kind> {
    Ok(())
}

/// Makes this transaction the only one that stores jobs of policies. Here there is only one writer anyway.
#[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server for it")]
pub(super) async fn lock_repairs(_: &mut Connection) -> Result<(), Kind> {
    Ok(())
}

/// The state of a job, which nobody else can change before this transaction ends: here there is only one writer.
pub(super) async fn lock_job(connection: &mut Connection, job: &str) -> Result<Option<String>, Kind> {
    let query = jobs::table.filter(jobs::id.eq(job)).select(jobs::state);
    Ok(query.first(connection).await.optional()?)
}

/// Makes a change whose statement is kept; says how many rows it changed.
#[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server for it")]
pub(super) async fn run<Q: QueryFragment<Backend> + Send, Place: Send + 'static>(
    connection: &mut Connection,
    statement: Kept<Q, Place>,
) -> Result<usize, Kind> {
    Ok(connection.change(statement)?)
}

/// Units of a job that wait, or whose lease has ended. Here there is only one writer, so nobody else takes them.
pub(super) async fn claimable(
    connection: &mut Connection,
    job: &str,
    ring: i64,
    now: NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>, Kind> {
    let waits = job_units::state.eq("pending");
    let ended = job_units::state.eq("running").and(job_units::lease_until.le(now));
    let query = job_units::table
        .filter(job_units::job_id.eq(job))
        .filter(job_units::ring.le(ring))
        .filter(waits.or(ended))
        .order((job_units::woken_at.is_null(), job_units::position))
        .limit(limit)
        .select(job_units::mac);
    Ok(query.load(connection).await?)
}

/// Stores the last answers of devices of which there is one already; gives back those that [`upsert_contacts`] has to
/// store.
pub(super) async fn update_contacts(
    connection: &mut Connection,
    rows: Vec<ContactRow>,
) -> Result<Vec<ContactRow>, Kind> {
    let mut missing = Vec::new();
    for row in rows {
        let statement = diesel::update(device_contacts::table.filter(device_contacts::mac.eq(&row.mac)))
            .set(device_contacts::last_seen_at.eq(row.last_seen_at));
        if run(connection, kept!(statement)).await? == 0 {
            missing.push(row);
        }
    }
    Ok(missing)
}

/// The same for readings and [`upsert_statuses`].
pub(super) async fn update_statuses(connection: &mut Connection, rows: Vec<StatusRow>) -> Result<Vec<StatusRow>, Kind> {
    let mut missing = Vec::new();
    for row in rows {
        let statement = diesel::update(device_status::table.filter(device_status::mac.eq(&row.mac))).set((
            device_status::status.eq(&row.status),
            device_status::changed_at.eq(row.changed_at),
            device_status::rssi_dbm.eq(row.rssi_dbm),
            device_status::booted_at.eq(row.booted_at),
        ));
        if run(connection, kept!(statement)).await? == 0 {
            missing.push(row);
        }
    }
    Ok(missing)
}

/// Stores last answers. They are those that [`update_contacts`] gave back, so none is there.
pub(super) async fn upsert_contacts(connection: &mut Connection, rows: Vec<ContactRow>) -> Result<(), Kind> {
    for row in rows {
        diesel::insert_into(device_contacts::table).values(row).execute(connection).await?;
    }
    Ok(())
}

/// Stores readings. They are those that [`update_statuses`] gave back, so none is there.
pub(super) async fn upsert_statuses(connection: &mut Connection, rows: Vec<StatusRow>) -> Result<(), Kind> {
    for row in rows {
        diesel::insert_into(device_status::table).values(row).execute(connection).await?;
    }
    Ok(())
}

/// Stores the units of a new job.
pub(super) async fn insert_units(connection: &mut Connection, rows: Vec<UnitRow>) -> Result<(), Kind> {
    for row in rows {
        diesel::insert_into(job_units::table).values(row).execute(connection).await?;
    }
    Ok(())
}

/// Stores settings as they are searched.
pub(super) async fn upsert_settings(connection: &mut Connection, rows: Vec<IndexedRow>) -> Result<(), Kind> {
    for row in rows {
        let key = (device_settings::setting, device_settings::mac, device_settings::instance);
        let statement = diesel::insert_into(device_settings::table).values(row).on_conflict(key).do_update().set((
            device_settings::value.eq(excluded(device_settings::value)),
            device_settings::number.eq(excluded(device_settings::number)),
        ));
        run(connection, kept!(statement)).await?;
    }
    Ok(())
}

/// A column with the capitals of ASCII made small, as both databases do it alike.
pub(super) fn lower(column: &str) -> String {
    format!("lower({column})")
}

/// The MAC of a device. The sign keeps SQLite from looking up one device after the other and sorting them all, which is
/// slow when a query means many; the index of names holds the MACs as well.
pub(super) const MAC_TO_COMPARE: &str = "+devices.mac";
