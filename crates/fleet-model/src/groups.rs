//! A group of devices.

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
    /// Number of members. Counted when read, ignored when written.
    pub members: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Rises with every change of name or rank; 0 before it is stored.
    pub revision: i64,
}
