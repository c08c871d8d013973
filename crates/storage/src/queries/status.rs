//! The newest reading of each device.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::{NewEvent, StatusRecord};
use shelly_types::Mac;

use super::{Connection, among, dialect, events};
use crate::{
    columns::time,
    error::Kind,
    kept::kept,
    rows::{ContactRow, StatusRow},
    schema::{device_contacts, device_status, devices},
    store::{Committed, StatusWrite},
};

/// Rows in one statement: below what either database binds at once.
const ROWS: usize = 500;

pub(crate) async fn set_many(
    c: &mut Connection,
    statuses: &[StatusWrite],
    new_events: &[NewEvent],
) -> Result<Committed<()>, Kind> {
    // By MAC, so that two batches never wait for each other's rows; the last one of a device counts.
    let by_mac: BTreeMap<Mac, &StatusWrite> = statuses.iter().map(|write| (write.mac, write)).collect();
    let writes: Vec<&StatusWrite> = by_mac.into_values().collect();
    for chunk in writes.chunks(ROWS) {
        set_contacts(c, chunk).await?;
        set_readings(c, chunk).await?;
        for required in [true, false] {
            set_restart_required(c, chunk, required).await?;
        }
    }
    events::append_if(c, true, new_events, ()).await
}

pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<Vec<StatusRecord>, Kind> {
    let mut found = Vec::with_capacity(macs.len());
    for chunk in macs.chunks(ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let rows: Vec<(StatusRow, Option<NaiveDateTime>)> = device_status::table
            .left_join(device_contacts::table.on(device_contacts::mac.eq(device_status::mac)))
            .filter(among(device_status::mac, &texts))
            .select((device_status::all_columns, device_contacts::last_seen_at.nullable()))
            .load(c)
            .await?;
        for (row, read_at) in rows {
            found.push(row.record(read_at)?);
        }
    }
    found.sort_by_key(|status: &StatusRecord| status.mac);
    Ok(found)
}

async fn set_contacts(c: &mut Connection, writes: &[&StatusWrite]) -> Result<(), Kind> {
    let seen = writes.iter().filter(|write| write.seen);
    let rows = seen.map(|write| ContactRow { mac: write.mac.to_string(), last_seen_at: time(write.read_at) });
    let rows = dialect::update_contacts(c, rows.collect()).await?;
    let rows = of_devices(c, rows, |row| &row.mac).await?;
    if rows.is_empty() { Ok(()) } else { dialect::upsert_contacts(c, rows).await }
}

async fn set_readings(c: &mut Connection, writes: &[&StatusWrite]) -> Result<(), Kind> {
    let rows = writes.iter().filter(|write| write.changed).map(|write| StatusRow::new(write));
    let rows = dialect::update_statuses(c, rows.collect::<Result<_, Kind>>()?).await?;
    let rows = of_devices(c, rows, |row| &row.mac).await?;
    if rows.is_empty() { Ok(()) } else { dialect::upsert_statuses(c, rows).await }
}

/// Those of the rows whose device is ours.
async fn of_devices<Row>(
    c: &mut Connection,
    mut rows: Vec<Row>,
    mac: impl Fn(&Row) -> &String,
) -> Result<Vec<Row>, Kind> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let macs: Vec<String> = rows.iter().map(|row| mac(row).clone()).collect();
    let there: Vec<String> = devices::table.filter(among(devices::mac, &macs)).select(devices::mac).load(c).await?;
    let there: HashSet<String> = there.into_iter().collect();
    rows.retain(|row| there.contains(mac(row)));
    Ok(rows)
}

async fn set_restart_required(c: &mut Connection, writes: &[&StatusWrite], required: bool) -> Result<(), Kind> {
    let told = writes.iter().filter(|write| write.restart_required == Some(required));
    let macs: Vec<String> = told.map(|write| write.mac.to_string()).collect();
    if macs.is_empty() {
        return Ok(());
    }
    let differing = devices::table.filter(among(devices::mac, &macs)).filter(devices::restart_required.ne(required));
    dialect::run(c, kept!(diesel::update(differing).set(devices::restart_required.eq(required)))).await?;
    Ok(())
}
