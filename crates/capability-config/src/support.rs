//! Tells which settings a device has, from its generation, model and firmware and from what it showed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Firmware, Generation, Model};

use crate::{Release, ResourceKind, SettingFacts, SettingPath, Settings, facts};

/// Which settings a device has.
///
/// What the device shows is always right. For the rest the facts are asked, and the components that the device has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Support {
    generation: Generation,
    model: Model,
    firmware: Firmware,
    components: BTreeSet<ComponentKey>,
}

/// Whether a device has a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "support", rename_all = "snake_case")]
pub enum Supported {
    /// It can be set.
    Yes,
    /// The device shows it, but it cannot be set.
    ReadOnly,
    /// Devices of this generation do not have it.
    NotOnThisGeneration,
    /// The device's firmware does not have it.
    NotOnThisFirmware {
        /// First release that has it; none when a later release took it away.
        since: Option<Release>,
    },
    /// The component is there and shows its settings, but not this one.
    NotOnThisModel,
    /// The device has no such component.
    NoSuchComponent,
}

impl Support {
    /// What is known of a device: who it is, and its components.
    pub fn new(
        generation: Generation,
        model: Model,
        firmware: Firmware,
        components: impl IntoIterator<Item = ComponentKey>,
    ) -> Self {
        Self { generation, model, firmware, components: components.into_iter().collect() }
    }

    /// The device's generation.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The device's model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The device's firmware.
    pub fn firmware(&self) -> &Firmware {
        &self.firmware
    }

    /// The device's components.
    pub fn components(&self) -> &BTreeSet<ComponentKey> {
        &self.components
    }

    /// Whether the device, which shows the settings `shown`, has this one and can set it.
    pub fn of(&self, path: &SettingPath, shown: &Settings) -> Supported {
        self.of_known(path, facts(path.component().kind(), path.field()), shown.contains_key(path), shown)
    }

    /// The same for who has looked up the facts of the setting and whether it is among `shown`.
    pub fn of_known(
        &self,
        path: &SettingPath,
        facts: Option<&SettingFacts>,
        is_shown: bool,
        shown: &Settings,
    ) -> Supported {
        if is_shown {
            let read_only = facts.is_some_and(|facts| facts.is_read_only_on(self.generation));
            return if read_only { Supported::ReadOnly } else { Supported::Yes };
        }
        match facts {
            None if self.components.contains(path.component()) => Supported::NotOnThisModel,
            None => Supported::NoSuchComponent,
            Some(facts) => self.not_shown(path, facts, shown),
        }
    }

    fn not_shown(&self, path: &SettingPath, facts: &SettingFacts, shown: &Settings) -> Supported {
        let of_generation = if self.generation.is_gen1() { facts.gen1 } else { facts.rpc };
        if !of_generation {
            return Supported::NotOnThisGeneration;
        }
        if !self.components.contains(path.component()) {
            return Supported::NoSuchComponent;
        }
        if let Some(outside) = self.outside_firmware(facts) {
            return outside;
        }
        if facts.is_read_only_on(self.generation) {
            return Supported::ReadOnly;
        }
        let silent = facts.write_only || facts.shown_when_set || ResourceKind::of(facts.kind).is_some();
        let mut from_component = shown.range(SettingPath::new(path.component().clone(), "")..);
        let component_shows = from_component.next().is_some_and(|(next, _)| next.component() == path.component());
        if !silent && component_shows { Supported::NotOnThisModel } else { Supported::Yes }
    }

    /// What to say of this firmware, when it is outside the span of firmware that has the setting.
    fn outside_firmware(&self, facts: &SettingFacts) -> Option<Supported> {
        if self.generation.is_gen1() {
            return None;
        }
        let (major, minor, patch) = self.firmware.release()?;
        let firmware = Release(major, minor, patch);
        if facts.removed_in.is_some_and(|removed| firmware >= removed) {
            return Some(Supported::NotOnThisFirmware { since: None });
        }
        let since = facts.since.filter(|since| firmware < *since)?;
        Some(Supported::NotOnThisFirmware { since: Some(since) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SettingValue;

    fn support(generation: Generation, firmware: &str, shown: &[&str]) -> (Support, Settings) {
        let shown: Settings = shown.iter().map(|path| (path.parse().unwrap(), SettingValue::Null)).collect();
        let mut components: BTreeSet<_> = shown.keys().map(|path| path.component().clone()).collect();
        components.insert(ComponentKey::single("wifi"));
        (Support::new(generation, Model::new("S3SW-001P16EU"), Firmware::new(firmware), components), shown)
    }

    fn of((support, shown): &(Support, Settings), path: &str) -> Supported {
        support.of(&path.parse().unwrap(), shown)
    }

    #[test]
    fn firmware_decides_about_what_is_not_shown() {
        let old = support(Generation::GEN2, "20230101-000000/0.12.1-g1234567", &["mqtt.enable", "ble.enable"]);
        let since = Some(Release(0, 14, 0));
        assert_eq!(of(&old, "mqtt.enable"), Supported::Yes);
        assert_eq!(of(&old, "mqtt.enable_control"), Supported::NotOnThisFirmware { since });
        let new = support(Generation::GEN3, "20260101-000000/2.0.0-g1234567", &["ble.rpc.enable"]);
        assert_eq!(of(&new, "ble.enable"), Supported::NotOnThisFirmware { since: None });
    }

    #[test]
    fn what_the_device_shows_is_right() {
        let odd = support(Generation::GEN2, "0.9.0", &["mqtt.enable_control", "coiot.enable", "wifi.sta.is_open"]);
        assert_eq!(of(&odd, "mqtt.enable_control"), Supported::Yes);
        assert_eq!(of(&odd, "coiot.enable"), Supported::Yes);
        assert_eq!(of(&odd, "wifi.sta.is_open"), Supported::ReadOnly);
    }

    #[test]
    fn the_rest_follows_from_generation_and_components() {
        let gen1 =
            support(Generation::GEN1, "20230913-112003/v1.14.0-gcb84623", &["switch:0.auto_off", "wifi.sta.ssid"]);
        assert_eq!(of(&gen1, "switch:0.in_locked"), Supported::NotOnThisGeneration);
        assert_eq!(of(&gen1, "switch:1.auto_off"), Supported::NoSuchComponent);
        assert_eq!(of(&gen1, "switch:0.power_limit"), Supported::NotOnThisModel);
        assert_eq!(of(&gen1, "wifi.sta.pass"), Supported::Yes, "never shown, but can be set");
        assert_eq!(of(&gen1, "wifi.ap.ssid"), Supported::ReadOnly, "Gen1 only shows it");
        assert_eq!(of(&gen1, "toaster.crispness"), Supported::NoSuchComponent);
        let gen3 = support(Generation::GEN3, "1.4.4", &["switch:0.auto_off"]);
        assert_eq!(of(&gen3, "coiot.enable"), Supported::NotOnThisGeneration);
    }
}
