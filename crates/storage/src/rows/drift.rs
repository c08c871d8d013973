//! Rows of what is known of drift.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{DriftItem, DriftWaiver};

use crate::{
    columns::{Place, time},
    error::Kind,
    schema::{drift_items, drift_waivers},
};

/// A setting that is not as wished.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = drift_items, treat_none_as_default_value = false)]
pub(crate) struct DriftItemRow {
    pub(crate) mac: String,
    pub(crate) path: String,
    pub(crate) found_at: NaiveDateTime,
    pub(crate) cause: String,
    pub(crate) repair_job: Option<String>,
}

/// A setting that is let be.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = drift_waivers, treat_none_as_default_value = false)]
pub(crate) struct DriftWaiverRow {
    pub(crate) id: String,
    pub(crate) mac: String,
    pub(crate) path: String,
    pub(crate) until: NaiveDateTime,
    pub(crate) reason: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
}

impl DriftItemRow {
    pub(crate) fn new(item: &DriftItem) -> Self {
        Self {
            mac: item.mac.to_string(),
            path: item.path.to_string(),
            found_at: time(item.found_at),
            cause: item.cause.as_str().to_owned(),
            repair_job: None,
        }
    }

    pub(crate) fn record(self) -> Result<DriftItem, Kind> {
        let place = Place { table: "drift_items", id: &self.mac };
        Ok(DriftItem {
            mac: place.parse("mac", &self.mac)?,
            path: place.parse("path", &self.path)?,
            found_at: self.found_at.and_utc(),
            cause: place.parse("cause", &self.cause)?,
            repair: self.repair_job.as_deref().map(|job| place.parse("repair_job", job)).transpose()?,
        })
    }
}

impl DriftWaiverRow {
    pub(crate) fn new(waiver: &DriftWaiver) -> Self {
        Self {
            id: waiver.id.to_string(),
            mac: waiver.mac.to_string(),
            path: waiver.path.to_string(),
            until: time(waiver.until),
            reason: waiver.reason.clone(),
            created_at: time(waiver.created_at),
            created_by: waiver.created_by.clone(),
        }
    }

    pub(crate) fn record(self) -> Result<DriftWaiver, Kind> {
        let place = Place { table: "drift_waivers", id: &self.id };
        Ok(DriftWaiver {
            id: place.parse("id", &self.id)?,
            mac: place.parse("mac", &self.mac)?,
            path: place.parse("path", &self.path)?,
            until: self.until.and_utc(),
            reason: self.reason,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
        })
    }
}
