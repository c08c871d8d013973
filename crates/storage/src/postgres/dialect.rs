//! What only PostgreSQL says in this way.

use chrono::NaiveDateTime;
use diesel::{prelude::*, query_builder::QueryFragment, upsert::excluded};
use diesel_async::RunQueryDsl;

use super::{Backend, Connection};
use crate::{
    error::Kind,
    kept::Kept,
    rows::{ContactRow, IndexedRow, StatusRow, UnitRow},
    schema::{device_contacts, device_settings, device_status, job_units, jobs},
};

/// Any number will do that no other program on the server uses.
const EVENTS_LOCK: i64 = 0x7368_6576_656e;

/// The same for jobs of policies.
const REPAIRS_LOCK: i64 = 0x7368_7265_7061;

/// Makes this transaction the only one that appends events, until it ends. Else a lower number could be committed after
/// a higher one, and a reader that remembers the highest would never see it.
pub(super) async fn lock_events(connection: &mut Connection) -> Result<(), Kind> {
    diesel::sql_query(format!("SELECT pg_advisory_xact_lock({EVENTS_LOCK})")).execute(connection).await?;
    Ok(())
}

/// Makes this transaction the only one that stores jobs of policies, until it ends: whoever looks afterwards sees them.
pub(super) async fn lock_repairs(connection: &mut Connection) -> Result<(), Kind> {
    diesel::sql_query(format!("SELECT pg_advisory_xact_lock({REPAIRS_LOCK})")).execute(connection).await?;
    Ok(())
}

/// The state of a job, which nobody else can change before this transaction ends.
pub(super) async fn lock_job(connection: &mut Connection, job: &str) -> Result<Option<String>, Kind> {
    let query = jobs::table.filter(jobs::id.eq(job)).select(jobs::state).for_update();
    Ok(query.load(connection).await?.pop())
}

/// Units of a job that wait, or whose lease has ended, locked; those that another transaction is taking are passed over.
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
        .select(job_units::mac)
        .for_update()
        .skip_locked();
    Ok(query.load(connection).await?)
}

/// Last answers that [`upsert_contacts`] has to store: all of them, for each statement is a journey to the server.
#[expect(clippy::unused_async, reason = "SQLite has some of them stored by that")]
pub(super) async fn update_contacts(_: &mut Connection, rows: Vec<ContactRow>) -> Result<Vec<ContactRow>, Kind> {
    Ok(rows)
}

/// Readings that [`upsert_statuses`] has to store: all of them.
#[expect(clippy::unused_async, reason = "SQLite has some of them stored by that")]
pub(super) async fn update_statuses(_: &mut Connection, rows: Vec<StatusRow>) -> Result<Vec<StatusRow>, Kind> {
    Ok(rows)
}

/// Stores last answers in one statement: every statement is a journey to the server.
pub(super) async fn upsert_contacts(connection: &mut Connection, rows: Vec<ContactRow>) -> Result<(), Kind> {
    diesel::insert_into(device_contacts::table)
        .values(rows)
        .on_conflict(device_contacts::mac)
        .do_update()
        .set(device_contacts::last_seen_at.eq(excluded(device_contacts::last_seen_at)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores readings in one statement.
pub(super) async fn upsert_statuses(connection: &mut Connection, rows: Vec<StatusRow>) -> Result<(), Kind> {
    diesel::insert_into(device_status::table)
        .values(rows)
        .on_conflict(device_status::mac)
        .do_update()
        .set((
            device_status::status.eq(excluded(device_status::status)),
            device_status::changed_at.eq(excluded(device_status::changed_at)),
            device_status::rssi_dbm.eq(excluded(device_status::rssi_dbm)),
            device_status::booted_at.eq(excluded(device_status::booted_at)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes a change whose statement is kept; says how many rows it changed.
pub(super) async fn run<Q: QueryFragment<Backend> + Send, Place: Send + 'static>(
    connection: &mut Connection,
    statement: Kept<Q, Place>,
) -> Result<usize, Kind> {
    Ok(statement.execute(connection).await?)
}

/// Stores the units of a new job in one statement.
pub(super) async fn insert_units(connection: &mut Connection, rows: Vec<UnitRow>) -> Result<(), Kind> {
    diesel::insert_into(job_units::table).values(rows).execute(connection).await?;
    Ok(())
}

/// Stores settings as they are searched in one statement.
pub(super) async fn upsert_settings(connection: &mut Connection, rows: Vec<IndexedRow>) -> Result<(), Kind> {
    diesel::insert_into(device_settings::table)
        .values(rows)
        .on_conflict((device_settings::setting, device_settings::mac, device_settings::instance))
        .do_update()
        .set((
            device_settings::value.eq(excluded(device_settings::value)),
            device_settings::number.eq(excluded(device_settings::number)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A column with the capitals of ASCII made small, as both databases do it alike.
pub(super) fn lower(column: &str) -> String {
    format!("lower({column} COLLATE \"C\")")
}

/// The MAC of a device. The server knows how many rows it has to expect, and finds the way itself.
pub(super) const MAC_TO_COMPARE: &str = "devices.mac";
