//! One device in the place of another: what is shown before, and what is kept of it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{Mac, Model};
use sync_engine::{Fate, Transfer, TransferField, WhyDropped};

use crate::{JobId, SnapshotId};

/// What a unit takes over from another device, as it is shown before. Holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Succession {
    /// The other device.
    pub former: Mac,
    /// Its name.
    pub former_name: String,
    /// Its configuration that is taken over.
    pub snapshot: SnapshotId,
    /// When that was read.
    pub taken_at: DateTime<Utc>,
    /// Its records go as well, and it is retired; else only its configuration.
    pub replaces: bool,
    /// What becomes of every setting.
    pub transfer: Transfer,
    /// What becomes of all else.
    pub notes: Vec<SuccessionNote>,
}

/// What becomes of something that is no setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessionNote {
    /// What: `name`, `tags`, `groups`, `location`, `wishes`, `address`, `login`, `history`, ...
    pub what: String,
    /// What becomes of it, in words.
    pub how: String,
}

impl Succession {
    /// Why the static address of the former device was left out, if it was.
    pub fn address_left(&self) -> Option<String> {
        let left = |field: &TransferField| match &field.fate {
            Fate::Dropped { why: WhyDropped::Address { reason } } => Some(reason.clone()),
            Fate::Kept | Fate::Converted { .. } | Fate::Overruled { .. } | Fate::Dropped { .. } => None,
        };
        self.transfer.fields.iter().find_map(left)
    }
}

impl SuccessionNote {
    /// A note.
    pub fn new(what: &str, how: impl Into<String>) -> Self {
        Self { what: what.to_owned(), how: how.into() }
    }
}

/// A device that took the place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplacementRecord {
    /// The job that did it.
    pub job: JobId,
    /// The device that was retired.
    pub former: Mac,
    /// The name that it had.
    pub former_name: String,
    /// Its order code.
    pub former_model: Model,
    /// The device that took its place.
    pub successor: Mac,
    /// When.
    pub replaced_at: DateTime<Utc>,
    /// When that was undone.
    pub undone_at: Option<DateTime<Utc>>,
}
