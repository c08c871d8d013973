//! One device in the place of another.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use sync_engine::Transfer;
use uuid::Uuid;

/// Which device takes the place of one, and what is agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceRequest {
    /// The device that takes the place. It has to be adopted.
    pub successor: Mac,
    /// It may be taken away from whom it reports to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
    /// Things may be switched on for which a device has too little memory. Without it such a change is held back, and the plan
    /// says what is free and what is needed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spend_memory: bool,
    /// It is changed even if it is critical and that could restart it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_critical: bool,
    /// Somebody else than the author has to approve it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_person: bool,
    /// Seconds that it is waited for if it is away. Without it only one that sleeps is waited for, seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}

/// What a device takes over from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessionView {
    /// The other device.
    pub former: Mac,
    /// Its name.
    pub former_name: String,
    /// Its snapshot that is taken over.
    pub snapshot: Uuid,
    /// When that was read.
    pub taken_at: DateTime<Utc>,
    /// Its name, tags, groups, wishes and so on go as well, and it is retired; else only its configuration.
    pub replaces: bool,
    /// What becomes of every setting.
    pub transfer: Transfer,
    /// What becomes of all else.
    pub notes: Vec<SuccessionNoteView>,
}

/// What becomes of something that is no setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessionNoteView {
    /// What, in a word or two.
    pub what: String,
    /// What becomes of it.
    pub how: String,
}

/// A device that took the place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplacementView {
    /// The job that did it.
    pub job: Uuid,
    /// The device that was retired.
    pub former: Mac,
    /// The name that it had.
    pub former_name: String,
    /// Its order code.
    pub former_model: String,
    /// The device that took its place.
    pub successor: Mac,
    /// When.
    pub replaced_at: DateTime<Utc>,
    /// When that was undone.
    pub undone_at: Option<DateTime<Utc>>,
}
