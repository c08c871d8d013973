//! Drift: since when and why settings differ from the wish, and the ways out.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

use crate::config::{ConflictView, ScopeView, SettingView};

/// Why a setting is not as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftCause {
    /// The wish is newer than what the device has: it was not carried out yet.
    Wish,
    /// A plan of ours wrote it.
    Plan,
    /// It was changed on the device: in its own page, an app, a script.
    Device,
    /// Another firmware came with it.
    Firmware,
    /// The history does not say.
    Unknown,
}

/// What differs on one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// When it was checked.
    pub checked_at: Option<DateTime<Utc>>,
    /// What differs.
    pub differences: Vec<DifferenceView>,
    /// What differs and is let be.
    #[serde(default)]
    pub waived: Vec<DifferenceView>,
    /// What differs, and a policy of repair ignores or tolerates.
    #[serde(default)]
    pub ignored: Vec<DifferenceView>,
    /// Wishes of equal rank that disagree; nothing is done about them.
    #[serde(default)]
    pub conflicts: Vec<ConflictView>,
    /// Why it could not be checked, if so.
    pub error: Option<String>,
}

/// A setting that is not as wished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DifferenceView {
    /// The setting: what the device has, what is wished, and by whom.
    #[serde(flatten)]
    pub setting: SettingView,
    /// How bad it is: `info`, `warning`, `critical`.
    pub severity: String,
    /// Why it differs, as far as the history tells.
    pub cause: DriftCause,
    /// When it was found first.
    pub since: Option<DateTime<Utc>>,
    /// Until when it is let be.
    pub waived_until: Option<DateTime<Utc>>,
}

/// What a device has becomes the wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptDriftRequest {
    /// Of which device.
    pub device: Mac,
    /// Which settings; all that differ when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<SettingPath>,
    /// Whose wish it becomes; that of the device when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<ScopeView>,
}

/// Settings of a device are let be until a date: they count as no drift, and no plan writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiveDriftRequest {
    /// On which device.
    pub device: Mac,
    /// Which settings; all that differ when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<SettingPath>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A setting of a device that is let be until a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftWaiverView {
    /// Id.
    pub id: Uuid,
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
    /// It has not ended.
    pub in_force: bool,
}
