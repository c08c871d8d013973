//! Holds what a device showed, and what it hides.

use std::collections::BTreeMap;

use capability_config::{SettingPath, SettingValue, Settings, Support};
use serde_json::Value;
use shelly_types::ComponentKey;

use crate::{Fingerprint, Memory, catalogue};

/// What a device showed when its whole configuration was read.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Every component, also the ones without instances such as `wifi` and `sys`.
    pub components: Vec<ComponentKey>,
    /// The settings that were shown.
    pub settings: Settings,
    /// What was shown and is no setting of ours, by dotted path. Nothing is decided from it.
    pub kept: BTreeMap<String, Value>,
    /// Which settings the model and firmware have.
    pub support: Support,
    /// The device says that something written before takes effect only after a restart.
    pub restart_required: bool,
    /// Digests of the secrets that the device is known to have accepted last, by setting. A device does not show
    /// them; the caller adds them from its records.
    pub proven_secrets: BTreeMap<SettingPath, String>,
    /// What the device told last of its memory; none when that was not asked or is not known. The caller adds it from its
    /// records.
    pub memory: Option<Box<Memory>>,
}

impl Observed {
    /// What was shown, with nothing kept, no restart pending and no secret known.
    pub fn new(components: Vec<ComponentKey>, settings: Settings, support: Support) -> Self {
        let (kept, proven_secrets) = (BTreeMap::new(), BTreeMap::new());
        Self { components, settings, kept, support, restart_required: false, proven_secrets, memory: None }
    }

    /// The same with digests of the secrets that the device is known to have accepted.
    #[must_use]
    pub fn with_proven_secrets(mut self, proven: BTreeMap<SettingPath, String>) -> Self {
        self.proven_secrets = proven;
        self
    }

    /// The same with what the device told last of its memory.
    #[must_use]
    pub fn with_memory(mut self, memory: Option<Memory>) -> Self {
        self.memory = memory.map(Box::new);
        self
    }

    /// The shown value of a setting.
    pub fn get(&self, path: &SettingPath) -> Option<&SettingValue> {
        self.settings.get(path)
    }

    /// Fingerprint of all shown settings that somebody can set. What a device only reports does not count.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.settings.iter().filter(|(path, _)| !catalogue::is_read_only(path)))
    }
}
