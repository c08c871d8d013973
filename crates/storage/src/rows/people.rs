//! Rows of what people decide: groups, wishes, credentials, tokens.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{Insertable, Queryable};
use fleet_model::{
    CredentialRecord, GroupRecord, LayerOwner, LayerRecord, LayerScope, LocationRecord, ProfileVersion, TokenRecord,
};

use crate::{
    columns::{Place, StoredSetting, corrupt, time},
    error::Kind,
    schema::{credentials, device_groups, layer_settings, layers, locations, tokens},
};

/// A group.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = device_groups, treat_none_as_default_value = false)]
pub(crate) struct GroupRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) rank: i64,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) revision: i64,
    pub(crate) query: Option<String>,
}

/// A location.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = locations, treat_none_as_default_value = false)]
pub(crate) struct LocationRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) revision: i64,
}

/// A layer of wishes.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = layers, treat_none_as_default_value = false)]
pub(crate) struct LayerRow {
    pub(crate) id: String,
    pub(crate) scope: String,
    pub(crate) group_id: Option<String>,
    pub(crate) mac: Option<String>,
    pub(crate) revision: i64,
    pub(crate) updated_at: NaiveDateTime,
    pub(crate) location_id: Option<String>,
    pub(crate) profile_id: Option<String>,
    pub(crate) profile_version: Option<i64>,
}

/// A wish.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = layer_settings, treat_none_as_default_value = false)]
pub(crate) struct SettingRow {
    pub(crate) layer_id: String,
    pub(crate) selector: String,
    pub(crate) value: String,
    pub(crate) sealed: bool,
}

/// Credentials.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
pub(crate) struct CredentialRow {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) user_name: String,
    pub(crate) password: String,
    pub(crate) position: i64,
    pub(crate) created_at: NaiveDateTime,
}

/// A token.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub(crate) struct TokenRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) hash: String,
    pub(crate) permission: String,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) last_used_at: Option<NaiveDateTime>,
    pub(crate) expires_at: Option<NaiveDateTime>,
}

impl GroupRow {
    pub(crate) fn new(group: &GroupRecord, revision: i64) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.clone(),
            rank: i64::from(group.rank),
            created_at: time(group.created_at),
            revision,
            query: group.query.clone(),
        }
    }

    pub(crate) fn record(self, members: u64, by_hand: u64) -> Result<GroupRecord, Kind> {
        let place = Place { table: "device_groups", id: &self.id };
        Ok(GroupRecord {
            id: place.parse("id", &self.id)?,
            rank: place.number("rank", self.rank)?,
            members,
            by_hand,
            query: self.query,
            name: self.name,
            created_at: self.created_at.and_utc(),
            revision: self.revision,
        })
    }
}

impl LayerRow {
    pub(crate) fn new(id: String, scope: LayerScope, now: DateTime<Utc>) -> Self {
        let mut row = Self {
            id,
            scope: scope.to_string(),
            group_id: None,
            mac: None,
            revision: 1,
            updated_at: time(now),
            location_id: None,
            profile_id: None,
            profile_version: None,
        };
        match scope {
            LayerScope::Fleet => {}
            LayerScope::Location(id) => row.location_id = Some(id.to_string()),
            LayerScope::Group(id) => row.group_id = Some(id.to_string()),
            LayerScope::Profile(ProfileVersion { profile, version }) => {
                (row.profile_id, row.profile_version) = (Some(profile.to_string()), Some(i64::from(version)));
            }
            LayerScope::Device(mac) => row.mac = Some(mac.to_string()),
        }
        row
    }

    pub(crate) fn record(self, owner: Option<LayerOwner>) -> Result<LayerRecord, Kind> {
        let place = Place { table: "layers", id: &self.id };
        let scope = match (&self.location_id, &self.group_id, &self.profile_id, &self.mac) {
            (None, None, None, None) => LayerScope::Fleet,
            (Some(location), None, None, None) => LayerScope::Location(place.parse("location_id", location)?),
            (None, Some(group), None, None) => LayerScope::Group(place.parse("group_id", group)?),
            (None, None, Some(profile), None) => LayerScope::Profile(ProfileVersion {
                profile: place.parse("profile_id", profile)?,
                version: place.number("profile_version", self.profile_version.unwrap_or_default())?,
            }),
            (None, None, None, Some(mac)) => LayerScope::Device(place.parse("mac", mac)?),
            _ => return Err(corrupt("layers", "scope", &self.id, "for more than one")),
        };
        Ok(LayerRecord {
            id: place.parse("id", &self.id)?,
            scope,
            owner,
            settings: std::collections::BTreeMap::new(),
            revision: self.revision,
            updated_at: self.updated_at.and_utc(),
        })
    }
}

impl LocationRow {
    pub(crate) fn new(location: &LocationRecord, revision: i64) -> Self {
        Self {
            id: location.id.to_string(),
            name: location.name.clone(),
            parent: location.parent.map(|parent| parent.to_string()),
            time_zone: location.time_zone.as_ref().map(ToString::to_string),
            created_at: time(location.created_at),
            revision,
        }
    }

    pub(crate) fn record(self, devices: i64) -> Result<LocationRecord, Kind> {
        let place = Place { table: "locations", id: &self.id };
        Ok(LocationRecord {
            id: place.parse("id", &self.id)?,
            parent: self.parent.as_deref().map(|parent| place.parse("parent", parent)).transpose()?,
            time_zone: self.time_zone.as_deref().map(|zone| place.parse("time_zone", zone)).transpose()?,
            devices: place.number("devices", devices)?,
            name: self.name,
            created_at: self.created_at.and_utc(),
            revision: self.revision,
        })
    }
}

impl SettingRow {
    pub(crate) fn setting(self) -> Result<StoredSetting, Kind> {
        let place = Place { table: "layer_settings", id: &self.layer_id };
        let selector = place.parse("selector", &self.selector)?;
        Ok(StoredSetting { selector, value: self.value, sealed: self.sealed })
    }
}

impl CredentialRow {
    /// The record and the sealed password.
    pub(crate) fn record(self) -> Result<(CredentialRecord, String), Kind> {
        let place = Place { table: "credentials", id: &self.id };
        let record = CredentialRecord {
            id: place.parse("id", &self.id)?,
            position: place.number("position", self.position)?,
            label: self.label,
            user: self.user_name,
            created_at: self.created_at.and_utc(),
        };
        Ok((record, self.password))
    }
}

impl TokenRow {
    pub(crate) fn record(self) -> Result<TokenRecord, Kind> {
        let place = Place { table: "tokens", id: &self.id };
        Ok(TokenRecord {
            id: place.parse("id", &self.id)?,
            permission: place.parse("permission", &self.permission)?,
            name: self.name,
            created_at: self.created_at.and_utc(),
            last_used_at: self.last_used_at.map(|at| at.and_utc()),
            expires_at: self.expires_at.map(|at| at.and_utc()),
        })
    }
}
