//! Rows of agents, codes, access points and rules of placement.

use chrono::NaiveDateTime;
use diesel::{AsChangeset, Insertable, Queryable};
use fleet_model::{
    AccessPointRecord, AgentCodeRecord, AgentRecord, AuthorityRecord, GroupRef, LocationRef, PlacementRecord,
    ProfileRef,
};
use shelly_types::Model;

use crate::{
    columns::{Place, encode_json, time},
    error::Kind,
    schema::{access_points, agent_authority, agent_codes, agents, placements},
};

/// The authority.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = agent_authority, treat_none_as_default_value = false)]
pub(crate) struct AuthorityRow {
    pub(crate) id: String,
    pub(crate) certificate: String,
    pub(crate) private_key: String,
    pub(crate) fingerprint: String,
    pub(crate) created_at: NaiveDateTime,
}

/// A code.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = agent_codes, treat_none_as_default_value = false)]
pub(crate) struct AgentCodeRow {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) hash: String,
    pub(crate) location_id: Option<String>,
    pub(crate) uses: i64,
    pub(crate) uses_left: i64,
    pub(crate) created_at: NaiveDateTime,
    pub(crate) created_by: String,
    pub(crate) expires_at: NaiveDateTime,
}

/// An agent.
#[derive(Debug, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = agents, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct AgentRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) location_id: Option<String>,
    pub(crate) enrolled_at: NaiveDateTime,
    pub(crate) enrolled_with: String,
    pub(crate) certificate_expires_at: NaiveDateTime,
    pub(crate) revoked_at: Option<NaiveDateTime>,
    pub(crate) last_seen_at: Option<NaiveDateTime>,
    pub(crate) connected_to: Option<String>,
    pub(crate) about: String,
    pub(crate) revision: i64,
}

/// An access point.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = access_points, treat_none_as_default_value = false)]
pub(crate) struct AccessPointRow {
    pub(crate) ssid: String,
    pub(crate) agent_id: String,
    pub(crate) interface: String,
    pub(crate) bssid: String,
    pub(crate) signal_dbm: i64,
    pub(crate) frequency_mhz: i64,
    pub(crate) security: String,
    pub(crate) first_seen_at: NaiveDateTime,
    pub(crate) last_seen_at: NaiveDateTime,
}

/// A rule of placement.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
pub(crate) struct PlacementRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) position: i64,
    pub(crate) models: String,
    pub(crate) ssid: Option<String>,
    pub(crate) subnet: Option<String>,
    pub(crate) location_id: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) profile_id: Option<String>,
    pub(crate) created_at: NaiveDateTime,
}

impl AuthorityRow {
    pub(crate) fn record(&self) -> AuthorityRecord {
        AuthorityRecord {
            certificate: self.certificate.clone(),
            fingerprint: self.fingerprint.clone(),
            created_at: self.created_at.and_utc(),
        }
    }
}

impl AgentCodeRow {
    pub(crate) fn new(code: &AgentCodeRecord, hash: &str) -> Self {
        Self {
            id: code.id.to_string(),
            label: code.label.clone(),
            hash: hash.to_owned(),
            location_id: code.location.as_ref().map(|location| location.id.to_string()),
            uses: code.uses.into(),
            uses_left: code.uses_left.into(),
            created_at: time(code.created_at),
            created_by: code.created_by.clone(),
            expires_at: time(code.expires_at),
        }
    }

    pub(crate) fn record(self, location: Option<String>) -> Result<AgentCodeRecord, Kind> {
        let place = Place { table: "agent_codes", id: &self.id };
        Ok(AgentCodeRecord {
            id: place.parse("id", &self.id)?,
            location: located(place, self.location_id.as_deref(), location)?,
            uses: place.number("uses", self.uses)?,
            uses_left: place.number("uses_left", self.uses_left)?,
            label: self.label,
            created_at: self.created_at.and_utc(),
            created_by: self.created_by,
            expires_at: self.expires_at.and_utc(),
        })
    }
}

impl AgentRow {
    pub(crate) fn new(agent: &AgentRecord, revision: i64) -> Result<Self, Kind> {
        Ok(Self {
            id: agent.id.to_string(),
            name: agent.name.clone(),
            location_id: agent.location.as_ref().map(|location| location.id.to_string()),
            enrolled_at: time(agent.enrolled_at),
            enrolled_with: agent.enrolled_with.clone(),
            certificate_expires_at: time(agent.certificate_expires_at),
            revoked_at: agent.revoked_at.map(time),
            last_seen_at: agent.last_seen_at.map(time),
            connected_to: agent.connected_to.clone(),
            about: encode_json(&agent.about)?,
            revision,
        })
    }

    pub(crate) fn record(self, location: Option<String>) -> Result<AgentRecord, Kind> {
        let place = Place { table: "agents", id: &self.id };
        Ok(AgentRecord {
            id: place.parse("id", &self.id)?,
            location: located(place, self.location_id.as_deref(), location)?,
            about: place.json("about", &self.about)?,
            name: self.name,
            enrolled_at: self.enrolled_at.and_utc(),
            enrolled_with: self.enrolled_with,
            certificate_expires_at: self.certificate_expires_at.and_utc(),
            revoked_at: self.revoked_at.map(|at| at.and_utc()),
            last_seen_at: self.last_seen_at.map(|at| at.and_utc()),
            connected_to: self.connected_to,
            revision: self.revision,
        })
    }
}

impl AccessPointRow {
    pub(crate) fn new(point: &AccessPointRecord) -> Self {
        Self {
            ssid: point.ssid.clone(),
            agent_id: point.agent_id.to_string(),
            interface: point.interface.clone(),
            bssid: point.bssid.clone(),
            signal_dbm: point.signal_dbm.into(),
            frequency_mhz: point.frequency_mhz.into(),
            security: point.security.as_str().to_owned(),
            first_seen_at: time(point.first_seen_at),
            last_seen_at: time(point.last_seen_at),
        }
    }

    pub(crate) fn record(self) -> Result<AccessPointRecord, Kind> {
        let place = Place { table: "access_points", id: &self.ssid };
        Ok(AccessPointRecord {
            agent_id: place.parse("agent_id", &self.agent_id)?,
            signal_dbm: place.number("signal_dbm", self.signal_dbm)?,
            frequency_mhz: place.number("frequency_mhz", self.frequency_mhz)?,
            security: place.parse("security", &self.security)?,
            interface: self.interface,
            bssid: self.bssid,
            first_seen_at: self.first_seen_at.and_utc(),
            last_seen_at: self.last_seen_at.and_utc(),
            ssid: self.ssid,
        })
    }
}

impl PlacementRow {
    pub(crate) fn new(rule: &PlacementRecord) -> Result<Self, Kind> {
        Ok(Self {
            id: rule.id.to_string(),
            name: rule.name.clone(),
            position: rule.position.into(),
            models: encode_json(&rule.models)?,
            ssid: rule.ssid.clone(),
            subnet: rule.subnet.map(|subnet| subnet.to_string()),
            location_id: rule.location.as_ref().map(|location| location.id.to_string()),
            group_id: rule.group.as_ref().map(|group| group.id.to_string()),
            profile_id: rule.profile.as_ref().map(|profile| profile.id.to_string()),
            created_at: time(rule.created_at),
        })
    }

    /// The rule, with the names of what it refers to.
    pub(crate) fn record(self, [location, group, profile]: [Option<String>; 3]) -> Result<PlacementRecord, Kind> {
        let place = Place { table: "placements", id: &self.id };
        let models: Vec<Model> = place.json("models", &self.models)?;
        let group = match (&self.group_id, group) {
            (Some(id), Some(name)) => Some(GroupRef { id: place.parse("group_id", id)?, name }),
            _ => None,
        };
        let profile = match (&self.profile_id, profile) {
            (Some(id), Some(name)) => Some(ProfileRef { id: place.parse("profile_id", id)?, name }),
            _ => None,
        };
        Ok(PlacementRecord {
            id: place.parse("id", &self.id)?,
            position: place.number("position", self.position)?,
            models,
            subnet: self.subnet.as_deref().map(|subnet| place.parse("subnet", subnet)).transpose()?,
            location: located(place, self.location_id.as_deref(), location)?,
            group,
            profile,
            ssid: self.ssid,
            created_at: self.created_at.and_utc(),
            name: self.name,
        })
    }
}

fn located(place: Place<'_>, id: Option<&str>, name: Option<String>) -> Result<Option<LocationRef>, Kind> {
    match (id, name) {
        (Some(id), Some(name)) => Ok(Some(LocationRef { id: place.parse("location_id", id)?, name })),
        _ => Ok(None),
    }
}
