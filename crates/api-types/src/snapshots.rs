//! Configurations that devices had: compared, and put back.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Mac};
use uuid::Uuid;

use crate::config::SnapshotChange;

/// Which two snapshots to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotDiffQuery {
    /// The one.
    pub left: Uuid,
    /// The other.
    pub right: Uuid,
}

/// Two configurations, of one device or of two, and what differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotDiffView {
    /// The one.
    pub left: SnapshotOf,
    /// The other.
    pub right: SnapshotOf,
    /// Settings that differ: before is what the left one has.
    pub changes: Vec<SnapshotChange>,
    /// What was read for one of them only, such as `scripts`, and is not compared.
    pub not_compared: Vec<ComponentKey>,
}

/// A snapshot and its device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotOf {
    /// Id.
    pub id: Uuid,
    /// Its device.
    pub mac: Mac,
    /// The name of the device.
    pub device: String,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
}

/// How a device gets back to a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreRequest {
    /// Another device gets it, as far as it can have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onto: Option<Mac>,
    /// The device may be taken away from whom it reports to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
    /// Things may be switched on for which a device has too little memory. Without it such a change is held back, and the plan
    /// says what is free and what is needed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spend_memory: bool,
    /// A critical device is changed even if that could restart it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_critical: bool,
    /// Somebody else than the author has to approve it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_person: bool,
}
