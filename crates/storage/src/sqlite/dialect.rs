//! What only SQLite says in this way.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Connection;
use crate::{error::Kind, schema::plan_units};

/// Makes this transaction the only one that appends events. Here there is only one writer anyway.
#[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server for it")]
pub(super) async fn lock_events(_: &mut Connection) -> Result<(), Kind> {
    Ok(())
}

/// Units of a plan that wait, or whose lease has ended. Here there is only one writer, so nobody else takes them.
pub(super) async fn claimable(
    connection: &mut Connection,
    plan: &str,
    now: NaiveDateTime,
    limit: i64,
) -> Result<Vec<String>, Kind> {
    let waits = plan_units::state.eq("pending");
    let ended = plan_units::state.eq("running").and(plan_units::lease_until.le(now));
    let query = plan_units::table
        .filter(plan_units::plan_id.eq(plan))
        .filter(waits.or(ended))
        .order(plan_units::position)
        .limit(limit)
        .select(plan_units::mac);
    Ok(query.load(connection).await?)
}
