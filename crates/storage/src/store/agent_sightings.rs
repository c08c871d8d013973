//! What agents see on their own networks.

use chrono::{DateTime, Utc};
use fleet_model::{AgentId, AgentSightingRecord};
use shelly_types::Mac;

use super::{Result, Store, read, write};

impl Store {
    /// Stores which devices an agent sees, and where. When it saw one first stays.
    pub async fn agent_sightings_see(&self, seen: Vec<AgentSightingRecord>) -> Result<()> {
        write!(self, "store what an agent sees", agent_sightings::see(&seen))
    }

    /// Which agents see these devices, device by device; who saw it last comes first.
    pub async fn agent_sightings_of(&self, macs: Vec<Mac>) -> Result<Vec<AgentSightingRecord>> {
        read!(self, "read which agents see devices", agent_sightings::of(&macs))
    }

    /// Which devices an agent sees, by hardware address.
    pub async fn agent_sightings_by(&self, agent: AgentId) -> Result<Vec<AgentSightingRecord>> {
        read!(self, "read what an agent sees", agent_sightings::by(agent))
    }

    /// Forgets what was not seen since; says how much.
    pub async fn agent_sightings_forget(&self, before: DateTime<Utc>) -> Result<usize> {
        write!(self, "forget what agents saw", agent_sightings::forget(before))
    }
}
