//! The event log and the live stream.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::devices::{DeviceView, OutputView};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventView {
    /// Sequence number, rising.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Which device, if one.
    pub mac: Option<Mac>,
    /// What, as a stable word: `device_adopted`, `drift_found`, ...
    pub kind: String,
    /// What, in a sentence.
    pub message: String,
    /// The details.
    pub data: serde_json::Value,
}

/// Which events are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventQuery {
    /// Only events after this sequence number, oldest first; without it the newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Only events of this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// Events on the page, 1 to 500; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A message of the live stream (`/api/v1/stream`, WebSocket).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamMessage {
    /// First message: everything up to this event is in the lists already.
    Hello {
        /// Newest sequence number.
        seq: i64,
    },
    /// Something happened.
    Event {
        /// It.
        event: EventView,
    },
    /// A device looks different now.
    Device {
        /// Its new line.
        device: Box<DeviceView>,
    },
    /// Newest readings of some devices; nothing else about them changed.
    Readings {
        /// They, one of each device.
        readings: Vec<ReadingView>,
    },
    /// Messages were lost: read the lists again.
    Resync {
        /// Newest sequence number.
        seq: i64,
    },
}

/// The parts of a device's line that come from its newest reading. They take the place of those before; what is absent here
/// is absent there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadingView {
    /// Device.
    pub mac: Mac,
    /// When it was read.
    pub last_seen_at: DateTime<Utc>,
    /// Stable firmware on offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<String>,
    /// Beta firmware on offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_beta: Option<String>,
    /// Strength of the WiFi signal, in dBm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rssi_dbm: Option<i64>,
    /// Power of all meters together, in watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
    /// Outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputView>,
}
