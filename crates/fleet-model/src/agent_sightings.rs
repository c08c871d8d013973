//! A device as an agent sees it on a network of its own.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{AgentId, SightingSource};

/// A device as an agent sees it on a network of its own: one for each device and agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentSightingRecord {
    /// Device.
    pub mac: Mac,
    /// Agent.
    pub agent_id: AgentId,
    /// Where, as the agent reaches it: `host:port`, with `https://` before it for TLS.
    pub endpoint: String,
    /// What the agent saw it by.
    pub source: SightingSource,
    /// First sighting by this agent.
    pub first_seen_at: DateTime<Utc>,
    /// Last one.
    pub last_seen_at: DateTime<Utc>,
}
