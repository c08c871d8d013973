//! Groups of devices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupView {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// Rank: where two groups of a device disagree, the higher one wins; equal ranks are a conflict that is shown.
    pub rank: u32,
    /// Number of members.
    pub members: u64,
}

/// A new group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGroupRequest {
    /// Name, unique, 1 to 64 characters.
    pub name: String,
    /// Rank; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
}

/// Members to take in or let go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMembersRequest {
    /// Devices to take in.
    #[serde(default)]
    pub add: Vec<Mac>,
    /// Devices to let go.
    #[serde(default)]
    pub remove: Vec<Mac>,
}
