//! Rows of devices and their readings.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{DeviceRecord, DriftState, GroupRef, LocationRef, PowerSource, StatusRecord};
use fleet_query::IndexedSetting;
use shelly_types::{Firmware, Generation, Mac, Model};

use crate::{
    columns::{Place, corrupt, encode_json, time},
    error::Kind,
    schema::{device_contacts, device_settings, device_status, devices},
    store::StatusWrite,
};

/// A device.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
pub(crate) struct DeviceRow {
    pub(crate) mac: String,
    pub(crate) model: String,
    pub(crate) generation: i64,
    pub(crate) app: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) host_name: Option<String>,
    pub(crate) endpoint: String,
    pub(crate) firmware: String,
    pub(crate) profile: Option<String>,
    pub(crate) auth_required: bool,
    pub(crate) sleeps: bool,
    pub(crate) state: String,
    pub(crate) state_reason: Option<String>,
    pub(crate) poll_interval_s: Option<i64>,
    pub(crate) first_seen_at: NaiveDateTime,
    pub(crate) adopted_at: NaiveDateTime,
    pub(crate) credential_id: Option<String>,
    pub(crate) restart_required: bool,
    pub(crate) drift_state: String,
    pub(crate) drift_count: i64,
    pub(crate) drift_checked_at: Option<NaiveDateTime>,
    pub(crate) revision: i64,
    pub(crate) sort_name: String,
    pub(crate) search_text: String,
    pub(crate) offline_reason: Option<String>,
    pub(crate) powered_by_mac: Option<String>,
    pub(crate) powered_by_component: Option<String>,
    pub(crate) firmware_key: Option<i64>,
    pub(crate) index_version: i64,
    pub(crate) critical: bool,
    pub(crate) location: Option<String>,
}

/// The last answer of a device.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = device_contacts, treat_none_as_default_value = false)]
pub(crate) struct ContactRow {
    pub(crate) mac: String,
    pub(crate) last_seen_at: NaiveDateTime,
}

/// The newest reading of a device.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = device_status, treat_none_as_default_value = false)]
pub(crate) struct StatusRow {
    pub(crate) mac: String,
    pub(crate) status: String,
    pub(crate) changed_at: NaiveDateTime,
    pub(crate) rssi_dbm: Option<i64>,
    pub(crate) booted_at: Option<NaiveDateTime>,
}

/// A setting of a device as it is searched.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = device_settings, treat_none_as_default_value = false)]
pub(crate) struct IndexedRow {
    pub(crate) setting: String,
    pub(crate) mac: String,
    pub(crate) instance: i64,
    pub(crate) value: Option<String>,
    pub(crate) number: Option<f64>,
}

/// By which rules what is derived for queries was made. Raised when they change: then it is made anew at the next start.
pub(crate) const INDEX_VERSION: i64 = 1;

/// Instance of a setting whose component is single.
pub(crate) const NO_INSTANCE: i64 = -1;

impl DeviceRow {
    pub(crate) fn new(device: &DeviceRecord, revision: i64) -> Self {
        Self {
            mac: device.mac.to_string(),
            model: device.model.code().to_owned(),
            generation: i64::from(device.generation.0),
            app: device.app.clone(),
            name: device.name.clone(),
            label: device.label.clone(),
            host_name: device.host_name.clone(),
            endpoint: device.endpoint.clone(),
            firmware: device.firmware.id().to_owned(),
            profile: device.profile.clone(),
            auth_required: device.auth_required,
            sleeps: device.sleeps,
            state: device.state.as_str().to_owned(),
            state_reason: device.state_reason.clone(),
            poll_interval_s: device.poll_interval_s.map(i64::from),
            first_seen_at: time(device.first_seen_at),
            adopted_at: time(device.adopted_at),
            credential_id: device.credential_id.map(|id| id.to_string()),
            restart_required: device.restart_required,
            drift_state: device.drift.as_str().to_owned(),
            drift_count: i64::from(device.drift.count()),
            drift_checked_at: device.drift_checked_at.map(time),
            revision,
            sort_name: device.display_name().to_lowercase(),
            search_text: search_text(device),
            offline_reason: device.offline_reason.map(|reason| reason.as_str().to_owned()),
            powered_by_mac: device.powered_by.as_ref().map(|source| source.mac.to_string()),
            powered_by_component: device.powered_by.as_ref().map(|source| source.component.to_string()),
            firmware_key: fleet_query::firmware_key(&device.firmware),
            index_version: INDEX_VERSION,
            critical: device.critical,
            location: device.location.as_ref().map(|location| location.id.to_string()),
        }
    }

    pub(crate) fn record(
        self,
        last_seen_at: Option<NaiveDateTime>,
        groups: Vec<GroupRef>,
        location: Option<LocationRef>,
        tags: Vec<String>,
    ) -> Result<DeviceRecord, Kind> {
        let place = Place { table: "devices", id: &self.mac };
        Ok(DeviceRecord {
            mac: place.parse("mac", &self.mac)?,
            generation: Generation(place.number("generation", self.generation)?),
            state: place.parse("state", &self.state)?,
            poll_interval_s: self.poll_interval_s.map(|number| place.number("poll_interval_s", number)).transpose()?,
            credential_id: self.credential_id.as_deref().map(|id| place.parse("credential_id", id)).transpose()?,
            drift: drift(place, &self.drift_state, self.drift_count)?,
            offline_reason: self
                .offline_reason
                .as_deref()
                .map(|word| place.parse("offline_reason", word))
                .transpose()?,
            powered_by: power_source(place, self.powered_by_mac.as_deref(), self.powered_by_component.as_deref())?,
            model: Model::new(self.model),
            app: self.app,
            name: self.name,
            label: self.label,
            host_name: self.host_name,
            endpoint: self.endpoint,
            firmware: Firmware::new(self.firmware),
            profile: self.profile,
            auth_required: self.auth_required,
            sleeps: self.sleeps,
            critical: self.critical,
            state_reason: self.state_reason,
            first_seen_at: self.first_seen_at.and_utc(),
            last_seen_at: last_seen_at.map(|at| at.and_utc()),
            adopted_at: self.adopted_at.and_utc(),
            groups,
            location,
            tags,
            restart_required: self.restart_required,
            drift_checked_at: self.drift_checked_at.map(|at| at.and_utc()),
            revision: self.revision,
        })
    }
}

impl IndexedRow {
    pub(crate) fn new(mac: &str, setting: IndexedSetting) -> Self {
        let IndexedSetting { setting, instance, text, number } = setting;
        Self { setting, mac: mac.to_owned(), instance: instance.map_or(NO_INSTANCE, i64::from), value: text, number }
    }
}

impl StatusRow {
    /// The row of a reading, with what queries ask of it.
    pub(crate) fn new(write: &StatusWrite) -> Result<Self, Kind> {
        Ok(Self {
            mac: write.mac.to_string(),
            status: encode_json(&*write.status)?,
            changed_at: time(write.read_at),
            rssi_dbm: fleet_query::rssi_dbm(&write.status),
            booted_at: write.booted_at.map(time),
        })
    }

    /// The record. `read_at` is the last answer that was noted; a changed reading is one as well.
    pub(crate) fn record(self, read_at: Option<NaiveDateTime>) -> Result<StatusRecord, Kind> {
        let place = Place { table: "device_status", id: &self.mac };
        Ok(StatusRecord {
            mac: place.parse::<Mac>("mac", &self.mac)?,
            status: place.json("status", &self.status)?,
            read_at: read_at.map_or(self.changed_at, |seen| seen.max(self.changed_at)).and_utc(),
            changed_at: self.changed_at.and_utc(),
        })
    }
}

fn drift(place: Place<'_>, word: &str, count: i64) -> Result<DriftState, Kind> {
    Ok(match word {
        "unmanaged" => DriftState::Unmanaged,
        "unknown" => DriftState::Unknown,
        "in_sync" => DriftState::InSync,
        "drifted" => DriftState::Drifted { count: place.number("drift_count", count)? },
        _ => return Err(corrupt(place.table, "drift_state", place.id, format!("`{word}` is no state of drift"))),
    })
}

/// What feeds a device. When the feeding device was let go, only its component is left, which says nothing.
fn power_source(place: Place<'_>, mac: Option<&str>, component: Option<&str>) -> Result<Option<PowerSource>, Kind> {
    let (Some(mac), Some(component)) = (mac, component) else { return Ok(None) };
    let (mac, component) = (place.parse("powered_by_mac", mac)?, place.parse("powered_by_component", component)?);
    Ok(Some(PowerSource { mac, component }))
}

/// All that a search looks at.
fn search_text(device: &DeviceRecord) -> String {
    let mac = device.mac.to_string();
    let optional = [&device.label, &device.name, &device.host_name, &device.app];
    let lines = optional.into_iter().flatten().map(String::as_str);
    fleet_query::search_text(lines.chain([mac.as_str(), device.model.code(), &device.endpoint, device.firmware.id()]))
}
