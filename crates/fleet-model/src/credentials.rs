//! Credentials that are tried on protected devices, in order.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CredentialId;

/// Credentials that are tried on protected devices. The password is sealed and asked for apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialRecord {
    /// Id.
    pub id: CredentialId,
    /// Name for people, unique.
    pub label: String,
    /// User name.
    pub user: String,
    /// Place in the order in which they are tried, from 0.
    pub position: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
