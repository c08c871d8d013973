//! WiFi networks whose keys are known.

use capability_config::SecretText;
use chrono::{DateTime, Utc};

/// A WiFi network whose key is known, so that a device can be given it as its way back. The key is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRecord {
    /// Its name.
    pub ssid: String,
    /// It has no key.
    pub is_open: bool,
    /// When the key was stored.
    pub updated_at: DateTime<Utc>,
}

/// How one gets into a WiFi network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkKey {
    /// Without a key.
    Open,
    /// With this one.
    Key(SecretText),
}

impl From<Option<SecretText>> for NetworkKey {
    fn from(key: Option<SecretText>) -> Self {
        key.map_or(Self::Open, Self::Key)
    }
}
