//! Wishes, what devices have, and the difference.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

/// Whom a layer of wishes applies to: `fleet`, `location:<name>`, `group:<name>`, `profile:<name>`,
/// `device:<mac>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum ScopeView {
    /// Every device.
    Fleet,
    /// Devices in a location, or in one within it.
    Location {
        /// Its name.
        name: String,
    },
    /// Members of a group.
    Group {
        /// Its name.
        name: String,
    },
    /// Devices under a profile. A change is a new version of it; the revision is the version.
    Profile {
        /// Its name.
        name: String,
    },
    /// One device.
    Device {
        /// Its MAC.
        mac: Mac,
    },
}

/// A layer of wishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LayerView {
    /// Whom it applies to.
    pub scope: ScopeView,
    /// The wishes. Secrets are `{"hidden": true}`.
    pub settings: BTreeMap<SettingSelector, SettingValue>,
    /// Revision for changes.
    pub revision: i64,
    /// Last change.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes to a layer: settings to set, settings to leave alone again.
#[derive(Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeLayerRequest {
    /// Whose layer.
    pub scope: Option<ScopeView>,
    /// Settings to set, as plain JSON. A secret is given in the clear here and never shown again.
    #[serde(default)]
    pub set: BTreeMap<String, serde_json::Value>,
    /// Settings to leave alone again.
    #[serde(default)]
    pub clear: Vec<String>,
    /// Refuse unless the layer has this revision.
    #[serde(default)]
    pub revision: Option<i64>,
}

impl std::fmt::Debug for ChangeLayerRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeLayerRequest")
            .field("scope", &self.scope)
            .field("set", &self.set.keys().collect::<Vec<_>>())
            .field("clear", &self.clear)
            .finish_non_exhaustive()
    }
}

impl Serialize for ChangeLayerRequest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut members = serializer.serialize_struct("ChangeLayerRequest", 4)?;
        members.serialize_field("scope", &self.scope)?;
        members.serialize_field("set", &self.set)?;
        members.serialize_field("clear", &self.clear)?;
        members.serialize_field("revision", &self.revision)?;
        members.end()
    }
}

/// One setting of a device: what it has, what it should have, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingView {
    /// Path.
    pub path: SettingPath,
    /// What it does.
    pub help: Option<String>,
    /// Unit of a number: `seconds`, `watts`, ...
    pub unit: Option<String>,
    /// What the device has; absent when it does not show it.
    pub observed: Option<SettingValue>,
    /// What it should have; absent when nobody asks.
    pub desired: Option<SettingValue>,
    /// Who says so: `fleet`, `location:<name>`, `group:<name>`, `profile:<name>`, `device`.
    pub origin: Option<String>,
    /// Who says otherwise and is overruled.
    pub overruled: Vec<OverruledView>,
    /// Desired and observed differ.
    pub drifted: bool,
    /// Why the wish does not apply to this device, if it does not.
    pub not_applicable: Option<String>,
    /// The value is a secret.
    pub sensitive: bool,
    /// Nobody can set it.
    pub read_only: bool,
    /// What a wrong value may cost: `none`, `load`, `integration`, `access`, `connectivity`.
    pub risk: String,
    /// Type, range or words, as in the settings catalogue.
    pub value_type: Option<serde_json::Value>,
}

/// A wish that lost against a stronger layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverruledView {
    /// Whose wish.
    pub origin: String,
    /// What it wished.
    pub value: SettingValue,
}

/// The configuration of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceConfigView {
    /// Device.
    pub mac: Mac,
    /// When it was read from the device; absent if never.
    pub observed_at: Option<DateTime<Utc>>,
    /// Its settings by path.
    pub settings: Vec<SettingView>,
    /// What the device showed that no setting covers, by dotted path. Kept, never lost.
    pub kept: BTreeMap<String, serde_json::Value>,
    /// Wishes of equal rank that disagree.
    pub conflicts: Vec<ConflictView>,
    /// Templates that cannot be rendered for this device: setting, layer and variable. Nothing is planned for it while
    /// there are any.
    #[serde(default)]
    pub unrendered: Vec<String>,
}

/// Wishes of equal rank that disagree; neither is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConflictView {
    /// Setting.
    pub path: SettingPath,
    /// Who wishes what.
    pub wishes: Vec<OverruledView>,
}

/// A stored configuration of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotView {
    /// Id.
    pub id: Uuid,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// What for: `adoption`, `pull`, `drift_check`, `before_plan`, `after_plan`.
    pub cause: String,
    /// Equal fingerprints mean equal settings.
    pub fingerprint: String,
    /// Changes against the snapshot before.
    pub changes: Vec<SnapshotChange>,
}

/// One setting that differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotChange {
    /// Setting.
    pub path: SettingPath,
    /// Value before; absent when the setting is new.
    pub before: Option<SettingValue>,
    /// Value after; absent when the setting is gone.
    pub after: Option<SettingValue>,
}

/// Which devices an operation is about: all given conditions must hold; none given means all devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionRequest {
    /// These devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// Members of this group (name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Devices that this query means, such as `gen:1 fw<1.14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}
