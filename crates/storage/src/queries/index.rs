//! What queries look for in configurations: derived from the newest one of each device, in the same transaction.

use std::collections::{BTreeSet, HashMap};

use capability_config::Settings;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use fleet_model::SettingChange;
use shelly_types::{ComponentKey, DeviceStatus, Firmware, Mac};

use super::{Connection, dialect};
use crate::{
    columns::Place,
    error::Kind,
    rows::{INDEX_VERSION, IndexedRow, StatusRow},
    schema::{device_components, device_settings, device_status, devices, snapshots},
    store::StatusWrite,
};

/// Rows in one statement: below what either database binds at once.
const ROWS: usize = 500;

/// Devices that are brought up to date in one transaction.
const DEVICES: i64 = 100;

/// Sets what is searched of a device's configuration. Only what differs is written.
pub(crate) async fn set(
    c: &mut Connection,
    mac: Mac,
    settings: &Settings,
    components: &[ComponentKey],
) -> Result<(), Kind> {
    let mac = mac.to_string();
    set_settings(c, &mac, settings).await?;
    set_components(c, &mac, components).await
}

/// The same for a configuration that differs in its settings from the one before, which is the one that is searched.
pub(crate) async fn change(c: &mut Connection, mac: Mac, changes: &[SettingChange]) -> Result<(), Kind> {
    let mac = mac.to_string();
    let changed = changes.iter().filter_map(|(path, _, value)| fleet_query::indexed(path, value.as_ref()?));
    let changed: Vec<IndexedRow> = changed.map(|setting| IndexedRow::new(&mac, setting)).collect();
    let kept: BTreeSet<(&str, i64)> = changed.iter().map(|row| (row.setting.as_str(), row.instance)).collect();
    let gone = changes.iter().filter_map(|(path, value, _)| fleet_query::indexed(path, value.as_ref()?));
    for row in gone.map(|setting| IndexedRow::new(&mac, setting)) {
        if !kept.contains(&(row.setting.as_str(), row.instance)) {
            diesel::delete(device_settings::table.find((row.setting, mac.as_str(), row.instance))).execute(c).await?;
        }
    }
    write_settings(c, changed).await
}

async fn set_settings(c: &mut Connection, mac: &str, settings: &Settings) -> Result<(), Kind> {
    let stored: Vec<IndexedRow> = device_settings::table.filter(device_settings::mac.eq(mac)).load(c).await?;
    let mut stored: HashMap<(String, i64), IndexedRow> =
        stored.into_iter().map(|row| ((row.setting.clone(), row.instance), row)).collect();
    let mut changed = Vec::new();
    for setting in settings.iter().filter_map(|(path, value)| fleet_query::indexed(path, value)) {
        let row = IndexedRow::new(mac, setting);
        if stored.remove(&(row.setting.clone(), row.instance)).as_ref() != Some(&row) {
            changed.push(row);
        }
    }
    for ((setting, instance), _) in stored {
        diesel::delete(device_settings::table.find((setting, mac, instance))).execute(c).await?;
    }
    write_settings(c, changed).await
}

async fn write_settings(c: &mut Connection, mut changed: Vec<IndexedRow>) -> Result<(), Kind> {
    while !changed.is_empty() {
        let rest = changed.split_off(changed.len().min(ROWS));
        dialect::upsert_settings(c, std::mem::replace(&mut changed, rest)).await?;
    }
    Ok(())
}

async fn set_components(c: &mut Connection, mac: &str, components: &[ComponentKey]) -> Result<(), Kind> {
    let stored = device_components::table.filter(device_components::mac.eq(mac));
    let stored: Vec<String> = stored.select(device_components::component).load(c).await?;
    let stored: BTreeSet<String> = stored.into_iter().collect();
    let wanted = fleet_query::component_words(components);
    for gone in stored.difference(&wanted) {
        diesel::delete(device_components::table.find((gone, mac))).execute(c).await?;
    }
    for new in wanted.difference(&stored) {
        diesel::insert_into(device_components::table)
            .values((device_components::component.eq(new), device_components::mac.eq(mac)))
            .on_conflict_do_nothing()
            .execute(c)
            .await?;
    }
    Ok(())
}

/// Brings some devices up to date that an older program has stored; says how many.
pub(crate) async fn renew_some(c: &mut Connection) -> Result<usize, Kind> {
    let old = devices::table.filter(devices::index_version.lt(INDEX_VERSION)).order(devices::mac).limit(DEVICES);
    let old: Vec<(String, String)> = old.select((devices::mac, devices::firmware)).load(c).await?;
    for (mac, firmware) in &old {
        renew(c, mac, firmware).await?;
    }
    Ok(old.len())
}

async fn renew(c: &mut Connection, mac: &str, firmware: &str) -> Result<(), Kind> {
    let place = Place { table: "snapshots", id: mac };
    let newest: Option<(String, String)> = snapshots::table
        .filter(snapshots::mac.eq(mac))
        .order((snapshots::taken_at.desc(), snapshots::id.desc()))
        .select((snapshots::settings, snapshots::components))
        .first(c)
        .await
        .optional()?;
    if let Some((settings, components)) = newest {
        let settings: Settings = place.json("settings", &settings)?;
        let components: Vec<ComponentKey> = place.json("components", &components)?;
        set(c, place.parse("mac", mac)?, &settings, &components).await?;
    }
    let reading: Option<(String, NaiveDateTime)> = device_status::table
        .find(mac)
        .select((device_status::status, device_status::changed_at))
        .first(c)
        .await
        .optional()?;
    if let Some((status, changed_at)) = reading {
        let place = Place { table: "device_status", id: mac };
        let status: DeviceStatus = place.json("status", &status)?;
        let row = StatusRow::new(&StatusWrite::new(place.parse("mac", mac)?, status, changed_at.and_utc()))?;
        diesel::update(device_status::table.find(mac))
            .set((device_status::rssi_dbm.eq(row.rssi_dbm), device_status::booted_at.eq(row.booted_at)))
            .execute(c)
            .await?;
    }
    let key = fleet_query::firmware_key(&Firmware::new(firmware));
    diesel::update(devices::table.find(mac))
        .set((devices::firmware_key.eq(key), devices::index_version.eq(INDEX_VERSION)))
        .execute(c)
        .await?;
    Ok(())
}
