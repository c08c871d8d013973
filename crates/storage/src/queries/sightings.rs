//! Found devices.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{AddressIs, NewEvent, Page, PageRequest, SightingRecord, SightingSource, SightingState};
use shelly_types::Mac;

use super::{Backend, Connection, among, dialect, events};
use crate::{
    columns::{encode_json, time},
    error::Kind,
    kept::kept,
    rows::SightingRow,
    schema::sightings,
    store::Committed,
};

/// Sightings named in one statement: below what either database binds at once.
const NAMED_ROWS: usize = 500;

pub(crate) async fn upsert(
    c: &mut Connection,
    sighting: &SightingRecord,
    address: AddressIs,
    new_events: &[NewEvent],
) -> Result<Committed<bool>, Kind> {
    let row = SightingRow::new(sighting)?;
    let (mac, identity, mut endpoint) = (row.mac.clone(), row.identity.clone(), row.endpoint.clone());
    let inserted = diesel::insert_into(sightings::table).values(row).on_conflict_do_nothing().execute(c).await?;
    if inserted == 0 {
        let known = if address == AddressIs::Told { get(c, sighting.identity.mac).await? } else { None };
        let is_worth_more = |source: &SightingSource| source.address() == AddressIs::Proven;
        if let Some(known) = known.filter(|known| known.sources.keys().any(is_worth_more)) {
            endpoint = known.endpoint;
        }
        let seen = (sightings::identity.eq(identity), sightings::endpoint.eq(endpoint));
        dialect::run(c, kept!(diesel::update(sightings::table.filter(sightings::mac.eq(mac))).set(seen))).await?;
        see(c, sighting.identity.mac, sighting.last_seen_at, &sighting.sources).await?;
    }
    events::append_if(c, inserted == 1, new_events, inserted == 1).await
}

/// Notes who saw a known device; false when it is not known.
pub(crate) async fn see(
    c: &mut Connection,
    mac: Mac,
    at: DateTime<Utc>,
    by: &BTreeMap<SightingSource, DateTime<Utc>>,
) -> Result<bool, Kind> {
    let Some(mut known) = get(c, mac).await? else { return Ok(false) };
    for (source, at) in by {
        let last = known.sources.entry(*source).or_insert(*at);
        *last = (*last).max(*at);
    }
    let newest = known.sources.iter().max_by_key(|(_, at)| **at);
    let source = newest.map_or(known.source, |(source, _)| *source);
    let seen = diesel::update(sightings::table.filter(sightings::mac.eq(mac.to_string()))).set((
        sightings::source.eq(source.as_str()),
        sightings::sources.eq(encode_json(&known.sources)?),
        sightings::last_seen_at.eq(time(known.last_seen_at.max(at))),
    ));
    dialect::run(c, kept!(seen)).await?;
    Ok(true)
}

pub(crate) async fn set_state(
    c: &mut Connection,
    mac: Mac,
    state: SightingState,
    note: Option<&str>,
) -> Result<(), Kind> {
    let changed = diesel::update(sightings::table.filter(sightings::mac.eq(mac.to_string())))
        .set((sightings::state.eq(state.as_str()), sightings::note.eq(note)))
        .execute(c)
        .await?;
    if changed == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn delete(c: &mut Connection, mac: Mac) -> Result<(), Kind> {
    diesel::delete(sightings::table.filter(sightings::mac.eq(mac.to_string()))).execute(c).await?;
    Ok(())
}

pub(crate) async fn get(c: &mut Connection, mac: Mac) -> Result<Option<SightingRecord>, Kind> {
    let row: Option<SightingRow> =
        sightings::table.filter(sightings::mac.eq(mac.to_string())).first(c).await.optional()?;
    row.map(SightingRow::record).transpose()
}

pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<Vec<SightingRecord>, Kind> {
    let mut found = Vec::with_capacity(macs.len());
    for chunk in macs.chunks(NAMED_ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let rows: Vec<SightingRow> = sightings::table.filter(among(sightings::mac, &texts)).load(c).await?;
        for row in rows {
            found.push(row.record()?);
        }
    }
    Ok(found)
}

pub(crate) async fn page(
    c: &mut Connection,
    state: Option<SightingState>,
    page: &PageRequest,
) -> Result<Page<SightingRecord>, Kind> {
    let mut query = sightings::table.into_boxed::<Backend>();
    if let Some(state) = state {
        query = query.filter(sightings::state.eq(state.as_str()));
    }
    if let Some(cursor) = &page.cursor {
        let (first_seen_at, mac): (NaiveDateTime, String) = cursor.key()?;
        let behind = sightings::first_seen_at.lt(first_seen_at).or(sightings::mac.lt(mac));
        query = query.filter(sightings::first_seen_at.le(first_seen_at)).filter(behind);
    }
    let limit = page.limit();
    let order = (sightings::first_seen_at.desc(), sightings::mac.desc());
    let rows: Vec<SightingRow> = query.order(order).limit(i64::from(limit) + 1).load(c).await?;
    let Page { items, next } = Page::cut(rows, limit, |row: &SightingRow| (row.first_seen_at, row.mac.clone()));
    Ok(Page { items: items.into_iter().map(SightingRow::record).collect::<Result<_, _>>()?, next })
}
