//! What is known of settings that are not as wished: since when, why, and what is let be until when.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{JobId, WaiverId, word::words};

words! {
    /// Why a setting is not as wished.
    pub enum DriftCause ("cause of drift") {
        /// The wish is newer than what the device has: it was not carried out yet.
        Wish = "wish",
        /// A plan of ours wrote it.
        Plan = "plan",
        /// It was changed on the device: in its own page, an app, a script.
        Device = "device",
        /// Another firmware came with it.
        Firmware = "firmware",
        /// The history does not say.
        Unknown = "unknown",
    }
}

/// A setting of a device that is not as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftItem {
    /// The device.
    pub mac: Mac,
    /// The setting.
    pub path: SettingPath,
    /// When it was found first.
    pub found_at: DateTime<Utc>,
    /// Why.
    pub cause: DriftCause,
    /// The job that a policy made for it last. Ignored when an item is added.
    pub repair: Option<JobId>,
}

/// A setting of a device that is let be until a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftWaiver {
    /// Id.
    pub id: WaiverId,
    /// The device.
    pub mac: Mac,
    /// The setting.
    pub path: SettingPath,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// Who decided it, in words.
    pub created_by: String,
}

impl From<DriftCause> for sync_engine::Cause {
    fn from(cause: DriftCause) -> Self {
        match cause {
            DriftCause::Wish => Self::Wish,
            DriftCause::Plan => Self::Plan,
            DriftCause::Device => Self::Device,
            DriftCause::Firmware => Self::Firmware,
            DriftCause::Unknown => Self::Unknown,
        }
    }
}

impl DriftWaiver {
    /// Whether it is in force at `now`.
    pub fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}
