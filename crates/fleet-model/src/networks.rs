//! WiFi networks whose keys are known.

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
