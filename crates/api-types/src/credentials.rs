//! Credential sets that are tried on protected devices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A credential set. The password is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CredentialView {
    /// Id.
    pub id: Uuid,
    /// Label for people.
    pub label: String,
    /// User; Gen2+ devices only know `admin`.
    pub user: String,
    /// Place in the order in which sets are tried, from 0.
    pub position: u32,
}

/// A new credential set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCredentialRequest {
    /// Label for people.
    pub label: String,
    /// User; `admin` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password. Not shown again.
    pub password: String,
}

impl std::fmt::Debug for CreateCredentialRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateCredentialRequest")
            .field("label", &self.label)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
