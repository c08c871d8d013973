//! Work that one manager of several does: who is at it, and what came of it last.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{Swept, UpkeepRecord};

use super::Connection;
use crate::{
    columns::{encode_json, time},
    error::Kind,
    rows::UpkeepRow,
    schema::upkeep,
    store::UpkeepClaim,
};

pub(crate) async fn get(c: &mut Connection, name: &str) -> Result<Option<UpkeepRecord>, Kind> {
    let row: Option<UpkeepRow> = upkeep::table.find(name).first(c).await.optional()?;
    row.map(UpkeepRow::record).transpose()
}

/// Takes the work, if nobody is at it and it did not begin since a moment; says whether it did.
pub(crate) async fn claim(c: &mut Connection, claim: &UpkeepClaim) -> Result<bool, Kind> {
    let UpkeepClaim { name, owner, now, lease_until, unless_since } = claim;
    let row = UpkeepRow {
        name: (*name).to_owned(),
        owner: Some(owner.clone()),
        lease_until: Some(time(*lease_until)),
        began_at: time(*now),
        ended_at: None,
        removed: encode_json(&Swept::default())?,
    };
    let is_first = diesel::insert_into(upkeep::table).values(&row).on_conflict_do_nothing().execute(c).await?;
    if is_first > 0 {
        return Ok(true);
    }
    let is_free = upkeep::lease_until.is_null().or(upkeep::lease_until.le(time(*now)));
    // Who has died at it left it undone.
    let is_due = upkeep::began_at.le(time(*unless_since)).or(upkeep::ended_at.is_null());
    let free = upkeep::table.filter(upkeep::name.eq(name)).filter(is_free).filter(is_due);
    Ok(diesel::update(free).set(row).execute(c).await? > 0)
}

/// Shows a sign of life, and notes what was done so far. `Conflict` when another one has it now.
pub(crate) async fn progress(
    c: &mut Connection,
    name: &str,
    owner: &str,
    lease_until: DateTime<Utc>,
    removed: &Swept,
) -> Result<(), Kind> {
    let ours = upkeep::table.filter(upkeep::name.eq(name)).filter(upkeep::owner.eq(owner));
    let removed = encode_json(removed)?;
    let changed = diesel::update(ours)
        .set((upkeep::lease_until.eq(time(lease_until)), upkeep::removed.eq(removed)))
        .execute(c)
        .await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(()) }
}

/// Lets the work go. `at` is when it ended; none when some is left.
pub(crate) async fn finish(
    c: &mut Connection,
    name: &str,
    owner: &str,
    at: Option<DateTime<Utc>>,
    removed: &Swept,
) -> Result<(), Kind> {
    let ours = upkeep::table.filter(upkeep::name.eq(name)).filter(upkeep::owner.eq(owner));
    let removed = encode_json(removed)?;
    let done = UpkeepDone { owner: None, lease_until: None, ended_at: at.map(time), removed };
    let changed = diesel::update(ours).set(done).execute(c).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(()) }
}

#[derive(AsChangeset)]
#[diesel(table_name = upkeep, treat_none_as_null = true)]
struct UpkeepDone {
    owner: Option<String>,
    lease_until: Option<chrono::NaiveDateTime>,
    ended_at: Option<chrono::NaiveDateTime>,
    removed: String,
}
