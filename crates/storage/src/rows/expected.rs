//! Rows of expected devices.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{ExpectedRecord, GroupRef, LocationRef, ProfileRef};

use crate::{
    columns::{Place, encode_json, time},
    error::Kind,
    schema::expected_devices,
};

/// A device that is expected.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = expected_devices, treat_none_as_default_value = false)]
pub(crate) struct ExpectedRow {
    pub(crate) mac: String,
    pub(crate) name: Option<String>,
    pub(crate) names_device: bool,
    pub(crate) address: Option<String>,
    pub(crate) tags: String,
    pub(crate) location_id: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) profile_id: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
}

impl ExpectedRow {
    pub(crate) fn new(expected: &ExpectedRecord) -> Result<Self, Kind> {
        Ok(Self {
            mac: expected.mac.to_string(),
            name: expected.name.clone(),
            names_device: expected.names_device,
            address: expected.address.clone(),
            tags: encode_json(&expected.tags)?,
            location_id: expected.location.as_ref().map(|location| location.id.to_string()),
            group_id: expected.group.as_ref().map(|group| group.id.to_string()),
            profile_id: expected.profile.as_ref().map(|profile| profile.id.to_string()),
            created_at: time(expected.created_at),
            created_by: expected.created_by.clone(),
        })
    }

    /// The record, with the names of its location, group and profile.
    pub(crate) fn record(self, [location, group, profile]: [Option<String>; 3]) -> Result<ExpectedRecord, Kind> {
        let place = Place { table: "expected_devices", id: &self.mac };
        let location = self.location_id.as_ref().zip(location);
        let location = location
            .map(|(id, name)| Ok::<_, Kind>(LocationRef { id: place.parse("location_id", id)?, name }))
            .transpose()?;
        let group = self.group_id.as_ref().zip(group);
        let group =
            group.map(|(id, name)| Ok::<_, Kind>(GroupRef { id: place.parse("group_id", id)?, name })).transpose()?;
        let profile = self.profile_id.as_ref().zip(profile);
        let profile = profile
            .map(|(id, name)| Ok::<_, Kind>(ProfileRef { id: place.parse("profile_id", id)?, name }))
            .transpose()?;
        Ok(ExpectedRecord {
            mac: place.parse("mac", &self.mac)?,
            tags: place.json("tags", &self.tags)?,
            name: self.name,
            names_device: self.names_device,
            address: self.address,
            location,
            group,
            profile,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
        })
    }
}
