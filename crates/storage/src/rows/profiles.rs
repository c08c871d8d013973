//! Rows of profiles and their versions.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{ProfileRecord, ProfileVersion, VersionRecord};

use crate::{
    columns::{Place, encode_json, time},
    error::Kind,
    schema::{profile_versions, profiles},
};

/// A profile.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = profiles, treat_none_as_default_value = false)]
pub(crate) struct ProfileRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) rank: i64,
    pub(crate) models: String,
    pub(crate) query: Option<String>,
    pub(crate) version: i64,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) revision: i64,
}

/// A version of a profile.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = profile_versions, treat_none_as_default_value = false)]
pub(crate) struct VersionRow {
    pub(crate) profile_id: String,
    pub(crate) version: i64,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) put_back: Option<i64>,
}

impl ProfileRow {
    /// The row of a profile without any version.
    pub(crate) fn new(profile: &ProfileRecord, revision: i64) -> Result<Self, Kind> {
        Ok(Self {
            id: profile.id.to_string(),
            name: profile.name.clone(),
            rank: i64::from(profile.rank),
            models: encode_json(&profile.models)?,
            query: profile.query.clone(),
            version: 0,
            created_at: time(profile.created_at),
            revision,
        })
    }

    /// The record, with no devices counted.
    pub(crate) fn record(self) -> Result<ProfileRecord, Kind> {
        let place = Place { table: "profiles", id: &self.id };
        Ok(ProfileRecord {
            id: place.parse("id", &self.id)?,
            rank: place.number("rank", self.rank)?,
            models: place.json("models", &self.models)?,
            version: place.number("version", self.version)?,
            devices: 0,
            assigned: 0,
            name: self.name,
            query: self.query,
            created_at: self.created_at.and_utc(),
            revision: self.revision,
        })
    }
}

impl VersionRow {
    pub(crate) fn new(version: &VersionRecord) -> Self {
        Self {
            profile_id: version.id.profile.to_string(),
            version: i64::from(version.id.version),
            created_at: time(version.created_at),
            created_by: version.created_by.clone(),
            put_back: version.put_back.map(i64::from),
        }
    }

    pub(crate) fn record(self) -> Result<VersionRecord, Kind> {
        let place = Place { table: "profile_versions", id: &self.profile_id };
        Ok(VersionRecord {
            id: ProfileVersion {
                profile: place.parse("profile_id", &self.profile_id)?,
                version: place.number("version", self.version)?,
            },
            created_at: self.created_at.and_utc(),
            put_back: self.put_back.map(|version| place.number("put_back", version)).transpose()?,
            created_by: self.created_by,
        })
    }
}
