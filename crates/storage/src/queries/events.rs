//! The event log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{EventRecord, NewEvent, Page, PageRequest};
use shelly_types::Mac;

use super::{Backend, Connection, dialect, replacements};
use crate::{
    columns::time,
    error::Kind,
    rows::{EventRow, NewEventRow},
    schema::events,
    store::Committed,
};

/// Appends events. The last thing that a transaction does, because it may have to wait for others that append.
pub(crate) async fn append(c: &mut Connection, new: &[NewEvent]) -> Result<Vec<EventRecord>, Kind> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    dialect::lock_events(c).await?;
    let mut appended = Vec::with_capacity(new.len());
    for event in new {
        let row = NewEventRow::new(event)?;
        let at = row.at.and_utc();
        let seq = diesel::insert_into(events::table).values(row).returning(events::seq).get_result(c).await?;
        let NewEvent { actor, mac, event, .. } = event.clone();
        appended.push(EventRecord { seq, at, actor, mac, event });
    }
    Ok(appended)
}

/// Appends events to a write whose value is `value`, if there was something to tell.
pub(crate) async fn append_if<T>(
    c: &mut Connection,
    happened: bool,
    new: &[NewEvent],
    value: T,
) -> Result<Committed<T>, Kind> {
    let events = if happened { append(c, new).await? } else { Vec::new() };
    Ok(Committed { value, events })
}

pub(crate) async fn since(c: &mut Connection, seq: i64, limit: u32) -> Result<Vec<EventRecord>, Kind> {
    let query = events::table.filter(events::seq.gt(seq)).order(events::seq).limit(i64::from(limit));
    let rows: Vec<EventRow> = query.load(c).await?;
    rows.into_iter().map(EventRow::record).collect()
}

pub(crate) async fn page(c: &mut Connection, mac: Option<Mac>, page: &PageRequest) -> Result<Page<EventRecord>, Kind> {
    let mut query = events::table.into_boxed::<Backend>();
    if let Some(mac) = mac {
        query = query.filter(events::mac.eq(mac.to_string()));
        // Up to the moment at which this one took its place, the history of another goes on in it.
        for (former, until) in replacements::predecessors(c, mac).await? {
            query = query.or_filter(events::mac.eq(former).and(events::at.le(until)));
        }
    }
    if let Some(cursor) = &page.cursor {
        query = query.filter(events::seq.lt(cursor.key::<i64>()?));
    }
    let limit = page.limit();
    let rows: Vec<EventRow> = query.order(events::seq.desc()).limit(i64::from(limit) + 1).load(c).await?;
    let records = rows.into_iter().map(EventRow::record).collect::<Result<_, _>>()?;
    Ok(Page::cut(records, limit, |event: &EventRecord| event.seq))
}

pub(crate) async fn of_kind(
    c: &mut Connection,
    mac: Mac,
    kind: &str,
    after: DateTime<Utc>,
) -> Result<Vec<EventRecord>, Kind> {
    let of_device = events::table.filter(events::mac.eq(mac.to_string())).filter(events::kind.eq(kind));
    let rows: Vec<EventRow> =
        of_device.filter(events::at.gt(time(after))).order(events::seq.desc()).limit(100).load(c).await?;
    rows.into_iter().map(EventRow::record).collect()
}

pub(crate) async fn newest_seq(c: &mut Connection) -> Result<i64, Kind> {
    let newest: Option<i64> = events::table.select(diesel::dsl::max(events::seq)).get_result(c).await?;
    Ok(newest.unwrap_or(0))
}
