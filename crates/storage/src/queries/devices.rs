//! Devices.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::count_star, prelude::*};
use diesel_async::RunQueryDsl;
use fleet_model::{
    DeviceRecord, DeviceState, FleetCounts, LocationRef, OfflineReason, Page, PageRequest, SightingState,
};
use fleet_query::Query;
use shelly_types::Mac;

use super::{Backend, Connection, among, dialect, membership, selection};
use crate::{
    columns::{Place, time},
    error::Kind,
    kept::kept,
    rows::{ContactRow, DeviceRow},
    schema::{device_contacts, device_tags, devices, locations, retired_devices, sightings},
    store::{DriftWrite, StateWrite},
};

/// Above this, whole tables are read instead of naming every row.
const NAMED_ROWS: usize = 500;

/// The devices that are ours: those that were not retired.
macro_rules! live {
    () => {
        devices::table.filter(devices::mac.ne_all(retired_devices::table.select(retired_devices::mac)))
    };
}

pub(crate) async fn insert(c: &mut Connection, device: &DeviceRecord) -> Result<DeviceRecord, Kind> {
    if !come_back(c, device).await? {
        diesel::insert_into(devices::table).values(DeviceRow::new(device, 1)).execute(c).await?;
    }
    set_contact(c, device).await?;
    set_tags(c, device).await?;
    existing(c, device.mac).await
}

/// Takes a retired device in again, as new, with what was kept of it. Whether there was one.
async fn come_back(c: &mut Connection, device: &DeviceRecord) -> Result<bool, Kind> {
    let row = DeviceRow::new(device, 1);
    let retired = retired_devices::table.filter(retired_devices::mac.eq(&row.mac));
    if diesel::delete(retired).execute(c).await? == 0 {
        return Ok(false);
    }
    let revision: i64 = diesel::update(devices::table.filter(devices::mac.eq(&row.mac)))
        .set((
            devices::adopted_at.eq(row.adopted_at),
            devices::state.eq(row.state),
            devices::state_reason.eq(row.state_reason),
            devices::offline_reason.eq(row.offline_reason),
        ))
        .returning(devices::revision)
        .get_result(c)
        .await?;
    update(c, &DeviceRecord { revision, ..device.clone() }).await?;
    Ok(true)
}

pub(crate) async fn upsert(c: &mut Connection, device: &DeviceRecord) -> Result<DeviceRecord, Kind> {
    if come_back(c, device).await? {
        return existing(c, device.mac).await;
    }
    let row = DeviceRow::new(device, 1);
    let inserted = diesel::insert_into(devices::table).values(row).on_conflict_do_nothing().execute(c).await?;
    if inserted == 0 {
        let known = existing(c, device.mac).await?;
        let DeviceRecord { model, generation, app, name, host_name, endpoint, firmware, profile, .. } = device.clone();
        let DeviceRecord { auth_required, sleeps, .. } = *device;
        let told = DeviceRecord {
            model,
            generation,
            app,
            name,
            host_name,
            endpoint,
            firmware,
            profile,
            auth_required,
            sleeps,
            ..known.clone()
        };
        if told != known {
            update(c, &told).await?;
        }
    }
    set_contact(c, device).await?;
    existing(c, device.mac).await
}

pub(crate) async fn update(c: &mut Connection, device: &DeviceRecord) -> Result<DeviceRecord, Kind> {
    let row = DeviceRow::new(device, device.revision + 1);
    let newest = devices::table.filter(devices::mac.eq(&row.mac)).filter(devices::revision.eq(device.revision));
    let changed = diesel::update(newest)
        .set((
            devices::model.eq(row.model),
            devices::generation.eq(row.generation),
            devices::app.eq(row.app),
            devices::name.eq(row.name),
            devices::label.eq(row.label),
            devices::host_name.eq(row.host_name),
            devices::endpoint.eq(row.endpoint),
            devices::firmware.eq(row.firmware),
            devices::profile.eq(row.profile),
            devices::auth_required.eq(row.auth_required),
            devices::sleeps.eq(row.sleeps),
            devices::poll_interval_s.eq(row.poll_interval_s),
            devices::credential_id.eq(row.credential_id),
            devices::revision.eq(row.revision),
            devices::sort_name.eq(row.sort_name),
            devices::search_text.eq(row.search_text),
            devices::powered_by_mac.eq(row.powered_by_mac),
            devices::powered_by_component.eq(row.powered_by_component),
            devices::firmware_key.eq(row.firmware_key),
            devices::critical.eq(row.critical),
            devices::location.eq(row.location),
        ))
        .execute(c)
        .await?;
    if changed > 0 {
        set_tags(c, device).await?;
    }
    let stored = existing(c, device.mac).await?;
    if changed == 0 { Err(Kind::Conflict) } else { Ok(stored) }
}

pub(crate) async fn delete(c: &mut Connection, mac: Mac) -> Result<(), Kind> {
    let deleted = diesel::delete(devices::table.filter(devices::mac.eq(mac.to_string()))).execute(c).await?;
    if deleted == 0 { Err(Kind::NotFound) } else { Ok(()) }
}

pub(crate) async fn get(c: &mut Connection, mac: Mac) -> Result<Option<DeviceRecord>, Kind> {
    Ok(of(c, &[mac]).await?.pop())
}

pub(crate) async fn of(c: &mut Connection, macs: &[Mac]) -> Result<Vec<DeviceRecord>, Kind> {
    let mut found = Vec::with_capacity(macs.len());
    for chunk in macs.chunks(NAMED_ROWS) {
        let texts: Vec<String> = chunk.iter().map(ToString::to_string).collect();
        let rows = live!().filter(among(devices::mac, &texts)).load(c).await?;
        found.extend(records(c, rows).await?);
    }
    found.sort_by_key(|device: &DeviceRecord| device.mac);
    Ok(found)
}

/// A device, also one that was retired.
pub(crate) async fn even_retired(c: &mut Connection, mac: Mac) -> Result<Option<DeviceRecord>, Kind> {
    let rows = devices::table.filter(devices::mac.eq(mac.to_string())).load(c).await?;
    Ok(records(c, rows).await?.pop())
}

pub(crate) async fn page(
    c: &mut Connection,
    query: &Query,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> Result<Page<DeviceRecord>, Kind> {
    let mut selected = selected(c, query, now).await?;
    if let Some(cursor) = &page.cursor {
        let (name, mac): (String, String) = cursor.key()?;
        let behind = devices::sort_name.gt(name.clone()).or(devices::mac.gt(mac));
        selected = selected.filter(devices::sort_name.ge(name)).filter(behind);
    }
    let limit = page.limit();
    let rows: Vec<DeviceRow> =
        selected.order((devices::sort_name, devices::mac)).limit(i64::from(limit) + 1).load(c).await?;
    let cut = Page::cut(rows, limit, |row: &DeviceRow| (row.sort_name.clone(), row.mac.clone()));
    Ok(Page { items: records(c, cut.items).await?, next: cut.next })
}

pub(crate) async fn matching(c: &mut Connection, query: &Query, now: DateTime<Utc>) -> Result<Vec<DeviceRecord>, Kind> {
    let rows: Vec<DeviceRow> = selected(c, query, now).await?.order(devices::mac).load(c).await?;
    records(c, rows).await
}

pub(crate) async fn at(c: &mut Connection, endpoints: &[String]) -> Result<Vec<DeviceRecord>, Kind> {
    let there = live!().filter(devices::endpoint.eq_any(endpoints.to_vec()));
    let rows: Vec<DeviceRow> = there.order(devices::mac).load(c).await?;
    records(c, rows).await
}

pub(crate) async fn macs_at(c: &mut Connection, endpoint: &str) -> Result<Vec<Mac>, Kind> {
    let macs: Vec<String> = live!().filter(devices::endpoint.eq(endpoint)).select(devices::mac).load(c).await?;
    macs.iter().map(|mac| Place { table: "devices", id: mac }.parse("mac", mac)).collect()
}

pub(crate) async fn sharing(c: &mut Connection) -> Result<Vec<(String, Mac)>, Kind> {
    let shared: Vec<String> =
        live!().group_by(devices::endpoint).having(count_star().gt(1_i64)).select(devices::endpoint).load(c).await?;
    let there = live!().filter(devices::endpoint.eq_any(shared));
    let rows: Vec<(String, String)> =
        there.select((devices::endpoint, devices::mac)).order((devices::endpoint, devices::mac)).load(c).await?;
    let named = |(endpoint, mac): (String, String)| {
        let mac = Place { table: "devices", id: &mac }.parse("mac", &mac)?;
        Ok((endpoint, mac))
    };
    rows.into_iter().map(named).collect()
}

pub(crate) async fn counts(c: &mut Connection) -> Result<FleetCounts, Kind> {
    let states: Vec<(String, i64)> =
        live!().group_by(devices::state).select((devices::state, count_star())).load(c).await?;
    let drifted: i64 = live!().filter(devices::drift_state.eq("drifted")).count().get_result(c).await?;
    let new = sightings::table.filter(sightings::state.eq(SightingState::New.as_str()));
    let inbox: i64 = new.count().get_result(c).await?;
    let mut counts =
        FleetCounts { drifted: drifted.unsigned_abs(), inbox: inbox.unsigned_abs(), ..FleetCounts::default() };
    for (word, number) in states {
        let number = number.unsigned_abs();
        counts.devices += number;
        *match (Place { table: "devices", id: "(any)" }).parse("state", &word)? {
            DeviceState::Online => &mut counts.online,
            DeviceState::Offline => &mut counts.offline,
            DeviceState::Asleep => &mut counts.asleep,
            DeviceState::Unauthorized => &mut counts.unauthorized,
            DeviceState::WrongDevice => &mut counts.wrong_device,
            DeviceState::LockedOut => &mut counts.locked_out,
        } += number;
    }
    Ok(counts)
}

pub(crate) async fn set_states(c: &mut Connection, states: &[StateWrite]) -> Result<(), Kind> {
    let mut states: Vec<&StateWrite> = states.iter().collect();
    states.sort_by_key(|write| write.mac);
    for StateWrite { mac, state, reason, offline } in states {
        let offline = offline.map(OfflineReason::as_str);
        let device = diesel::update(devices::table.filter(devices::mac.eq(mac.to_string())));
        let state =
            (devices::state.eq(state.as_str()), devices::state_reason.eq(reason), devices::offline_reason.eq(offline));
        dialect::run(c, kept!(device.set(state))).await?;
    }
    Ok(())
}

pub(crate) async fn set_drifts(c: &mut Connection, drifts: &[DriftWrite]) -> Result<(), Kind> {
    let mut drifts: Vec<&DriftWrite> = drifts.iter().collect();
    drifts.sort_by_key(|write| write.mac);
    for DriftWrite { mac, drift, checked_at } in drifts {
        let device = diesel::update(devices::table.filter(devices::mac.eq(mac.to_string())));
        let drift = (devices::drift_state.eq(drift.as_str()), devices::drift_count.eq(i64::from(drift.count())));
        match checked_at.map(time) {
            Some(at) => dialect::run(c, kept!(device.set((drift, devices::drift_checked_at.eq(at))))).await?,
            None => dialect::run(c, kept!(device.set(drift))).await?,
        };
    }
    Ok(())
}

async fn existing(c: &mut Connection, mac: Mac) -> Result<DeviceRecord, Kind> {
    get(c, mac).await?.ok_or(Kind::NotFound)
}

async fn set_contact(c: &mut Connection, device: &DeviceRecord) -> Result<(), Kind> {
    let Some(last_seen_at) = device.last_seen_at.map(time) else {
        return Ok(());
    };
    let contact = diesel::insert_into(device_contacts::table)
        .values(ContactRow { mac: device.mac.to_string(), last_seen_at })
        .on_conflict(device_contacts::mac)
        .do_update()
        .set(device_contacts::last_seen_at.eq(last_seen_at));
    dialect::run(c, kept!(contact)).await?;
    Ok(())
}

/// Makes the tags of a device those of its record.
async fn set_tags(c: &mut Connection, device: &DeviceRecord) -> Result<(), Kind> {
    let mac = device.mac.to_string();
    let others = device_tags::table.filter(device_tags::mac.eq(&mac)).filter(device_tags::tag.ne_all(&device.tags));
    diesel::delete(others).execute(c).await?;
    for tag in &device.tags {
        diesel::insert_into(device_tags::table)
            .values((device_tags::mac.eq(&mac), device_tags::tag.eq(tag)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    Ok(())
}

/// The rows that a query means.
async fn selected(
    c: &mut Connection,
    query: &Query,
    now: DateTime<Utc>,
) -> Result<devices::BoxedQuery<'static, Backend>, Kind> {
    let rows = live!().into_boxed::<Backend>();
    Ok(match selection::condition(c, query, now).await? {
        Some(condition) => rows.filter(condition),
        None => rows,
    })
}

/// The records of rows, with their last answers, groups and tags.
async fn records(c: &mut Connection, rows: Vec<DeviceRow>) -> Result<Vec<DeviceRecord>, Kind> {
    let mut contacts = device_contacts::table.into_boxed::<Backend>();
    let mut tags = device_tags::table.into_boxed::<Backend>();
    let macs: Vec<String> = rows.iter().map(|row| row.mac.clone()).collect();
    if rows.len() <= NAMED_ROWS {
        contacts = contacts.filter(among(device_contacts::mac, &macs));
        tags = tags.filter(among(device_tags::mac, &macs));
    }
    let contacts: Vec<(String, NaiveDateTime)> = contacts.load(c).await?;
    let mut contacts: HashMap<String, NaiveDateTime> = contacts.into_iter().collect();
    let mut groups = membership::groups_of(c, &macs).await?;
    let places = place_names(c, &rows).await?;
    let mut tags_of: HashMap<String, Vec<String>> = HashMap::new();
    for (mac, tag) in tags.load::<(String, String)>(c).await? {
        tags_of.entry(mac).or_default().push(tag);
    }
    let record = |row: DeviceRow| {
        let (contact, groups) = (contacts.remove(&row.mac), groups.remove(&row.mac).unwrap_or_default());
        let mut tags = tags_of.remove(&row.mac).unwrap_or_default();
        // Databases sort text by rules of their own.
        tags.sort_unstable();
        let place = row.location.as_ref().and_then(|id| places.get(id).cloned());
        row.record(contact, groups, place, tags)
    };
    rows.into_iter().map(record).collect()
}

/// The locations that these devices are in, by id.
async fn place_names(c: &mut Connection, rows: &[DeviceRow]) -> Result<HashMap<String, LocationRef>, Kind> {
    if rows.iter().all(|row| row.location.is_none()) {
        return Ok(HashMap::new());
    }
    let named: Vec<(String, String)> = locations::table.select((locations::id, locations::name)).load(c).await?;
    let place = |(id, name): (String, String)| {
        let parsed = Place { table: "locations", id: &id }.parse("id", &id)?;
        Ok((id, LocationRef { id: parsed, name }))
    };
    named.into_iter().map(place).collect()
}
