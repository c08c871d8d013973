//! WiFi networks whose keys are known.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A WiFi network whose key is known. The key is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkView {
    /// Its name.
    pub ssid: String,
    /// It has no key.
    pub is_open: bool,
    /// When the key was stored.
    pub updated_at: DateTime<Utc>,
}

/// The key of a WiFi network.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNetworkRequest {
    /// Name of the network.
    pub ssid: String,
    /// Its key, 8 to 63 characters; absent for an open network. Not shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Which network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkName {
    /// Name of the network.
    pub ssid: String,
}

impl std::fmt::Debug for SetNetworkRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetNetworkRequest").field("ssid", &self.ssid).finish_non_exhaustive()
    }
}
