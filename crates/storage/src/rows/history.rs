//! Rows of what was found and what happened: snapshots, sightings, scans, events.

use chrono::NaiveDateTime;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use fleet_model::{EventRecord, NewEvent, ScanRecord, SightingRecord, SnapshotRecord};
use sync_engine::Fingerprint;

use crate::{
    columns::{Place, StoredSnapshot, count, encode_json, time},
    error::Kind,
    schema::{events, scans, sightings, snapshots},
};

/// A configuration that a device had, but for the document as the device sent it.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = snapshots, treat_none_as_default_value = false)]
pub(crate) struct SnapshotRow {
    pub(crate) id: String,
    pub(crate) mac: String,
    pub(crate) taken_at: NaiveDateTime,
    pub(crate) cause: String,
    pub(crate) fingerprint: String,
    pub(crate) components: String,
    pub(crate) settings: String,
    pub(crate) kept: String,
}

/// A found device.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = sightings, treat_none_as_default_value = false)]
pub(crate) struct SightingRow {
    pub(crate) mac: String,
    pub(crate) identity: String,
    pub(crate) endpoint: String,
    pub(crate) source: String,
    pub(crate) first_seen_at: NaiveDateTime,
    pub(crate) last_seen_at: NaiveDateTime,
    pub(crate) state: String,
    pub(crate) note: Option<String>,
    pub(crate) sources: String,
}

/// A scan.
#[derive(Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = scans, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ScanRow {
    pub(crate) id: String,
    pub(crate) targets: String,
    pub(crate) state: String,
    pub(crate) total: i64,
    pub(crate) probed: i64,
    pub(crate) found: i64,
    pub(crate) adopted: i64,
    pub(crate) started_at: NaiveDateTime,
    pub(crate) finished_at: Option<NaiveDateTime>,
    pub(crate) error: Option<String>,
}

/// An event.
#[derive(Debug, Queryable)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at: NaiveDateTime,
    pub(crate) actor: String,
    pub(crate) mac: Option<String>,
    pub(crate) _kind: String,
    pub(crate) event: String,
}

/// An event to append.
#[derive(Debug, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct NewEventRow {
    pub(crate) at: NaiveDateTime,
    pub(crate) actor: String,
    pub(crate) mac: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) event: String,
}

impl SnapshotRow {
    pub(crate) fn new(stored: &StoredSnapshot) -> Result<Self, Kind> {
        let StoredSnapshot { snapshot, kept, .. } = stored;
        Ok(Self {
            id: snapshot.id.to_string(),
            mac: snapshot.mac.to_string(),
            taken_at: time(snapshot.taken_at),
            cause: snapshot.cause.as_str().to_owned(),
            fingerprint: snapshot.fingerprint.as_str().to_owned(),
            components: encode_json(&snapshot.components)?,
            settings: encode_json(&snapshot.settings)?,
            kept: kept.clone(),
        })
    }

    /// The configuration with its document, which is empty where it was not read.
    pub(crate) fn stored(self, raw: String) -> Result<StoredSnapshot, Kind> {
        let place = Place { table: "snapshots", id: &self.id };
        let fingerprint = serde_json::Value::String(self.fingerprint).to_string();
        let snapshot = SnapshotRecord {
            id: place.parse("id", &self.id)?,
            mac: place.parse("mac", &self.mac)?,
            taken_at: self.taken_at.and_utc(),
            cause: place.parse("cause", &self.cause)?,
            fingerprint: place.json::<Fingerprint>("fingerprint", &fingerprint)?,
            settings: place.json("settings", &self.settings)?,
            components: place.json("components", &self.components)?,
            kept: std::collections::BTreeMap::new(),
            raw: serde_json::Value::Null,
        };
        Ok(StoredSnapshot { snapshot, kept: self.kept, raw })
    }
}

impl SightingRow {
    pub(crate) fn new(sighting: &SightingRecord) -> Result<Self, Kind> {
        Ok(Self {
            mac: sighting.identity.mac.to_string(),
            identity: encode_json(&sighting.identity)?,
            endpoint: sighting.endpoint.clone(),
            source: sighting.source.as_str().to_owned(),
            first_seen_at: time(sighting.first_seen_at),
            last_seen_at: time(sighting.last_seen_at),
            state: sighting.state.as_str().to_owned(),
            note: sighting.note.clone(),
            sources: encode_json(&sighting.sources)?,
        })
    }

    pub(crate) fn record(self) -> Result<SightingRecord, Kind> {
        let place = Place { table: "sightings", id: &self.mac };
        Ok(SightingRecord {
            identity: place.json("identity", &self.identity)?,
            source: place.parse("source", &self.source)?,
            sources: place.json("sources", &self.sources)?,
            state: place.parse("state", &self.state)?,
            endpoint: self.endpoint,
            first_seen_at: self.first_seen_at.and_utc(),
            last_seen_at: self.last_seen_at.and_utc(),
            note: self.note,
        })
    }
}

impl ScanRow {
    pub(crate) fn new(scan: &ScanRecord) -> Result<Self, Kind> {
        Ok(Self {
            id: scan.id.to_string(),
            targets: encode_json(&scan.targets)?,
            state: scan.state.as_str().to_owned(),
            total: count(scan.total),
            probed: count(scan.probed),
            found: count(scan.found),
            adopted: count(scan.adopted),
            started_at: time(scan.started_at),
            finished_at: scan.finished_at.map(time),
            error: scan.error.clone(),
        })
    }

    pub(crate) fn record(self) -> Result<ScanRecord, Kind> {
        let place = Place { table: "scans", id: &self.id };
        Ok(ScanRecord {
            id: place.parse("id", &self.id)?,
            targets: place.json("targets", &self.targets)?,
            state: place.parse("state", &self.state)?,
            total: place.number("total", self.total)?,
            probed: place.number("probed", self.probed)?,
            found: place.number("found", self.found)?,
            adopted: place.number("adopted", self.adopted)?,
            started_at: self.started_at.and_utc(),
            finished_at: self.finished_at.map(|at| at.and_utc()),
            error: self.error,
        })
    }
}

impl NewEventRow {
    pub(crate) fn new(event: &NewEvent) -> Result<Self, Kind> {
        Ok(Self {
            at: time(event.at),
            actor: event.actor.clone(),
            mac: event.mac.map(|mac| mac.to_string()),
            kind: event.event.kind(),
            event: encode_json(&event.event)?,
        })
    }
}

impl EventRow {
    pub(crate) fn record(self) -> Result<EventRecord, Kind> {
        let id = self.seq.to_string();
        let place = Place { table: "events", id: &id };
        Ok(EventRecord {
            seq: self.seq,
            at: self.at.and_utc(),
            mac: self.mac.as_deref().map(|mac| place.parse("mac", mac)).transpose()?,
            event: place.json("event", &self.event)?,
            actor: self.actor,
        })
    }
}
