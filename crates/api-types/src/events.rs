//! The event log and the live stream.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::devices::DeviceView;

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
    /// Messages were lost: read the lists again.
    Resync {
        /// Newest sequence number.
        seq: i64,
    },
}
