//! Writes down what is done before it is done, so that whoever starts next can clean up.

mod file;
mod position;

use std::{net::IpAddr, path::PathBuf};

use capability_config::{SettingPath, SettingValue};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use wifi_control::{Remembered, Ssid};

pub use self::{
    file::{FileJournal, Tasks},
    position::Position,
};
use crate::{DevicePlace, Expected, FailureKind, Found, Known, Outcome, Step, TaskId, Way};

/// Something that happened to a task. It holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The task.
    pub task: TaskId,
    /// Rises each time the manager gives the task out; 0 for our own.
    pub fence: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The task was taken on.
    Accepted {
        /// The device's access point.
        ssid: Ssid,
        /// It has a key, so that it cannot be joined again without the task.
        #[serde(default)]
        has_key: bool,
        /// How the device is reached.
        #[serde(default)]
        by: Way,
        /// The device.
        expected: Option<Expected>,
    },
    /// The network of the host is written down; from now on the radio may be anywhere.
    Remembered {
        /// What it was.
        wifi: Remembered,
    },
    /// The device said who it is.
    Identified {
        /// Who.
        device: Known,
    },
    /// From now on the device may have other firmware.
    Updating {
        /// The build that it shows.
        from: String,
        /// The version that it gets.
        to: String,
    },
    /// The device has fetched its firmware, and will restart.
    Fetched,
    /// The device is back and shows the version that it got.
    Updated {
        /// Who it is now.
        device: Known,
    },
    /// From now on the device may be changed.
    Writing {
        /// What it showed before.
        before: Before,
    },
    /// The network was written, as far as the device answered.
    Written {
        /// The address that it got, as far as it told.
        address: Option<IpAddr>,
    },
    /// The network of the host is back.
    HostBack,
    /// The device answers in the network.
    Found {
        /// Where.
        found: Found,
    },
    /// Something failed; from now on it is taken back.
    Undoing {
        /// Why.
        kind: FailureKind,
        /// Why, for people.
        text: String,
        /// What was being done.
        step: Step,
    },
    /// The device is where it was, or cannot be reached.
    Undone {
        /// Where.
        place: DevicePlace,
    },
    /// It is over.
    Ended {
        /// How.
        #[serde(rename = "how")]
        outcome: Box<Outcome>,
    },
    /// Whoever gave the task knows how it ended.
    Told,
}

/// What a device showed before it was changed, as far as it is put back. Nothing of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// The settings.
    pub settings: Vec<(SettingPath, SettingValue)>,
}

/// Why something could not be written down.
#[derive(Debug, thiserror::Error)]
#[error("{attempt} the journal {}", path.display())]
pub struct JournalError {
    /// What was attempted.
    pub attempt: &'static str,
    /// Where.
    pub path: PathBuf,
    /// Cause.
    #[source]
    pub source: std::io::Error,
}

/// Where it is written down.
pub trait Journal: Send {
    /// Writes an entry and returns when it would survive a loss of power.
    fn append(&mut self, entry: &Entry) -> impl Future<Output = Result<(), JournalError>> + Send;
}
