//! A configuration that a device had: its history.

use std::collections::BTreeMap;

use capability_config::{ResourceKind, SettingPath, SettingValue, Settings, facts};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shelly_types::{ComponentKey, Mac};
use sync_engine::{Fingerprint, Observed};

use crate::{SnapshotId, word::words};

words! {
    /// Why a configuration was read.
    pub enum SnapshotCause ("snapshot cause") {
        /// The device was adopted.
        Adoption = "adoption",
        /// Someone asked.
        Pull = "pull",
        /// The drift check read it.
        DriftCheck = "drift_check",
        /// A plan was about to be carried out.
        BeforePlan = "before_plan",
        /// A plan was carried out.
        AfterPlan = "after_plan",
    }
}

/// A configuration that a device had. Kept only when it differs from the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SnapshotRecord {
    /// Id.
    pub id: SnapshotId,
    /// Device.
    pub mac: Mac,
    /// When it was read.
    pub taken_at: DateTime<Utc>,
    /// Why it was read.
    pub cause: SnapshotCause,
    /// Short name of the settings; two snapshots with the same one are the same configuration.
    pub fingerprint: Fingerprint,
    /// Every setting that is understood.
    pub settings: Settings,
    /// What is not understood, by dotted name, as the device showed it. May hold secrets: not for showing unmasked.
    pub kept: BTreeMap<String, Value>,
    /// Components of the device.
    pub components: Vec<ComponentKey>,
    /// The whole document as the device sent it. May hold secrets: not for showing.
    #[serde(skip)]
    pub raw: Value,
}

impl SnapshotRecord {
    /// The snapshot of what a device showed.
    pub fn of(
        id: SnapshotId,
        mac: Mac,
        taken_at: DateTime<Utc>,
        cause: SnapshotCause,
        observed: &Observed,
        raw: Value,
    ) -> Self {
        let mut settings = observed.settings.clone();
        for value in settings.values_mut().filter(|value| matches!(value, SettingValue::Secret(_))) {
            *value = SettingValue::Hidden;
        }
        Self {
            id,
            mac,
            taken_at,
            cause,
            fingerprint: observed.fingerprint(),
            settings,
            kept: observed.kept.clone(),
            components: observed.components.clone(),
            raw,
        }
    }

    /// The kinds of scripts, stored values and so on that it holds.
    pub fn resource_kinds(&self) -> impl Iterator<Item = ResourceKind> {
        self.components.iter().filter_map(|component| ResourceKind::of(component.kind()))
    }

    /// Takes over what `before` knows of scripts, stored values and so on that were not read this time.
    pub fn keep_unread(&mut self, before: &Self) {
        let mut kept: Vec<ComponentKey> = Vec::new();
        for component in ResourceKind::ALL.map(ResourceKind::component) {
            if self.components.contains(&component) {
                kept.push(component);
            } else if before.components.contains(&component) {
                let known = before.settings.range(SettingPath::new(component.clone(), "")..);
                let known = known.take_while(|(path, _)| *path.component() == component);
                self.settings.extend(known.map(|(path, value)| (path.clone(), value.clone())));
                kept.push(component);
            }
        }
        // Always in the same order, whichever were read.
        self.components.retain(|component| !kept.contains(component));
        self.components.extend(kept);
        let is_read_only =
            |path: &SettingPath| facts(path.component().kind(), path.field()).is_some_and(|facts| facts.read_only);
        self.fingerprint = Fingerprint::of(self.settings.iter().filter(|(path, _)| !is_read_only(path)));
    }
}
