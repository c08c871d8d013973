//! Proof that a secret which cannot be read back was written.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

/// A write-only setting that a device accepted, by the keyed digest of its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingProof {
    /// Device.
    pub mac: Mac,
    /// Setting.
    pub path: SettingPath,
    /// Keyed digest of the secret.
    pub digest: String,
    /// When the device accepted it.
    pub proven_at: DateTime<Utc>,
}
