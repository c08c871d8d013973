//! Rows of what agents see on their own networks.

use chrono::NaiveDateTime;
use diesel::{Insertable, Queryable};
use fleet_model::AgentSightingRecord;

use crate::{
    columns::{Place, time},
    error::Kind,
    schema::agent_sightings,
};

/// A device as an agent sees it.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = agent_sightings, treat_none_as_default_value = false)]
pub(crate) struct AgentSightingRow {
    pub(crate) mac: String,
    pub(crate) agent_id: String,
    pub(crate) endpoint: String,
    pub(crate) source: String,
    pub(crate) first_seen_at: NaiveDateTime,
    pub(crate) last_seen_at: NaiveDateTime,
}

impl AgentSightingRow {
    pub(crate) fn new(seen: &AgentSightingRecord) -> Self {
        Self {
            mac: seen.mac.to_string(),
            agent_id: seen.agent_id.to_string(),
            endpoint: seen.endpoint.clone(),
            source: seen.source.as_str().to_owned(),
            first_seen_at: time(seen.first_seen_at),
            last_seen_at: time(seen.last_seen_at),
        }
    }

    pub(crate) fn record(self) -> Result<AgentSightingRecord, Kind> {
        let place = Place { table: "agent_sightings", id: &self.mac };
        Ok(AgentSightingRecord {
            mac: place.parse("mac", &self.mac)?,
            agent_id: place.parse("agent_id", &self.agent_id)?,
            source: place.parse("source", &self.source)?,
            first_seen_at: self.first_seen_at.and_utc(),
            last_seen_at: self.last_seen_at.and_utc(),
            endpoint: self.endpoint,
        })
    }
}
