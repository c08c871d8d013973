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
    /// Devices that are members besides those taken in by hand.
    pub query: Option<String>,
    /// Number of members.
    pub members: u64,
    /// How many of them were taken in by hand.
    pub by_hand: u64,
}

/// A group and who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupDetail {
    /// The line of the list.
    #[serde(flatten)]
    pub group: GroupView,
    /// Its members, by name.
    pub devices: Vec<GroupMemberView>,
}

/// A member of a group, and why it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupMemberView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// It was taken in by hand.
    pub by_hand: bool,
    /// The query of the group means it.
    pub by_query: bool,
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
    /// Devices that are members besides those taken in by hand, such as `gen:1 tag:kitchen`. It may ask for what a device
    /// is, not for what changes by itself or by what is wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// Changes to a group. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGroupRequest {
    /// Another name, unique, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// Another query; empty text for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
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
