//! Rows of what people decide: groups, wishes, credentials, tokens.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::{CredentialRecord, GroupRecord, LayerGroup, LayerRecord, LayerScope, TokenRecord};

use crate::{
    columns::{Place, StoredSetting, corrupt, time},
    error::Kind,
    schema::{credentials, device_groups, layer_settings, layers, tokens},
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
        }
    }

    pub(crate) fn record(self, members: i64) -> Result<GroupRecord, Kind> {
        let place = Place { table: "device_groups", id: &self.id };
        Ok(GroupRecord {
            id: place.parse("id", &self.id)?,
            rank: place.number("rank", self.rank)?,
            members: place.number("members", members)?,
            name: self.name,
            created_at: self.created_at.and_utc(),
            revision: self.revision,
        })
    }
}

impl LayerRow {
    pub(crate) fn record(self, group: Option<LayerGroup>) -> Result<LayerRecord, Kind> {
        let place = Place { table: "layers", id: &self.id };
        let scope = match (&self.group_id, &self.mac) {
            (None, None) => LayerScope::Fleet,
            (Some(group), None) => LayerScope::Group(place.parse("group_id", group)?),
            (None, Some(mac)) => LayerScope::Device(place.parse("mac", mac)?),
            (Some(_), Some(_)) => return Err(corrupt("layers", "scope", &self.id, "both a group and a device")),
        };
        Ok(LayerRecord {
            id: place.parse("id", &self.id)?,
            scope,
            group,
            settings: std::collections::BTreeMap::new(),
            revision: self.revision,
            updated_at: self.updated_at.and_utc(),
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
