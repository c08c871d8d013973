//! A group of devices: those taken in by hand, and those that its query means.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::GroupId;

/// A group of devices. Its members are asked for apart, because there may be thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRecord {
    /// Id.
    pub id: GroupId,
    /// Name, unique.
    pub name: String,
    /// Where two groups of a device disagree, the higher rank wins.
    pub rank: u32,
    /// Devices that this query means are members, besides those taken in by hand. A steady one.
    pub query: Option<String>,
    /// Number of members. Counted when read, ignored when written.
    pub members: u64,
    /// How many of them were taken in by hand. Counted when read, ignored when written.
    pub by_hand: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change of name, rank or query; 0 before it is stored.
    pub revision: i64,
}
