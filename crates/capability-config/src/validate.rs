//! Rules across settings: what is in range alone may still make no sense together.

mod rules;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Generation};

use crate::{SettingPath, SettingValue, Settings};

/// Something wrong with a set of wishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The setting that should change.
    pub path: SettingPath,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It has no effect, or may not be meant.
    Warning,
    /// The device would refuse it, or be lost.
    Error,
}

/// Checks settings against each other. Each is expected to have passed [`crate::check()`] already.
pub fn validate(settings: &Settings) -> Vec<Problem> {
    let mut view = View { settings, problems: Vec::new() };
    for rule in rules::ALL {
        rule(&mut view);
    }
    view.problems
}

/// As [`validate()`], with what is only true on devices of this generation.
pub fn validate_for(settings: &Settings, generation: Generation) -> Vec<Problem> {
    let mut view = View { settings, problems: validate(settings) };
    if generation.is_gen1() {
        rules::gen1(&mut view);
    }
    view.problems
}

/// The settings under examination, and what was found.
pub(crate) struct View<'a> {
    settings: &'a Settings,
    problems: Vec<Problem>,
}

impl View<'_> {
    fn get(&self, component: &ComponentKey, field: &str) -> Option<&SettingValue> {
        self.settings.get(&SettingPath::new(component.clone(), field))
    }

    fn bool(&self, component: &ComponentKey, field: &str) -> Option<bool> {
        self.get(component, field)?.as_bool()
    }

    fn number(&self, component: &ComponentKey, field: &str) -> Option<f64> {
        self.get(component, field)?.as_number()
    }

    fn text(&self, component: &ComponentKey, field: &str) -> Option<&str> {
        self.get(component, field)?.as_text()
    }

    /// Explicitly nothing: null or empty text.
    fn is_blank(&self, component: &ComponentKey, field: &str) -> bool {
        match self.get(component, field) {
            Some(SettingValue::Null) => true,
            Some(SettingValue::Text(text)) => text.is_empty(),
            _ => false,
        }
    }

    fn components(&self) -> Vec<ComponentKey> {
        let mut components: Vec<_> = self.settings.keys().map(|path| path.component().clone()).collect();
        components.dedup();
        components
    }

    fn report(&mut self, component: &ComponentKey, field: &str, severity: Severity, message: impl Into<String>) {
        let path = SettingPath::new(component.clone(), field);
        self.problems.push(Problem { path, severity, message: message.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(settings: &[(&str, SettingValue)]) -> Vec<String> {
        let settings: Settings = settings.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
        validate(&settings).into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    #[test]
    fn a_static_address_needs_its_parts() {
        let found = problems(&[("wifi.sta.ipv4mode", "static".into()), ("wifi.sta.ip", "10.0.0.7".into())]);
        assert_eq!(found, ["wifi.sta.netmask: a static address needs a netmask"]);
        assert!(problems(&[("wifi.sta.ip", "10.0.0.300".into())])[0].contains("not an IPv4 address"));
    }

    #[test]
    fn timers_need_their_switch() {
        let found = problems(&[("switch:0.auto_off_delay", 60.0.into())]);
        assert_eq!(found, ["switch:0.auto_off_delay: has no effect unless `auto_off` is true"]);
        let both = [("switch:0.auto_off_delay", 60.0.into()), ("switch:0.auto_off", true.into())];
        assert_eq!(problems(&both), Vec::<String>::new());
    }

    #[test]
    fn connections_need_a_server() {
        assert_eq!(problems(&[("mqtt.enable", true.into())]), ["mqtt.server: is needed when `enable` is true"]);
        assert_eq!(problems(&[("mqtt.enable", false.into())]), Vec::<String>::new());
    }

    #[test]
    fn a_device_must_stay_reachable() {
        let found = problems(&[("wifi.sta.enable", false.into()), ("wifi.ap.enable", false.into())]);
        assert!(found[0].contains("would leave every network"), "{found:?}");
    }

    #[test]
    fn gen1_cannot_have_cloud_and_mqtt() {
        let settings: Settings = [("mqtt.enable", true), ("cloud.enable", true)]
            .map(|(path, value)| (path.parse().unwrap(), value.into()))
            .into_iter()
            .chain([("mqtt.server".parse().unwrap(), "10.0.0.2:1883".into())])
            .collect();
        assert!(validate(&settings).is_empty());
        assert_eq!(validate_for(&settings, Generation::GEN1).len(), 1);
        assert!(validate_for(&settings, Generation::GEN3).is_empty());
    }

    #[test]
    fn words_nobody_knows_are_mentioned() {
        let found = problems(&[("switch:0.initial_state", "of".into())]);
        assert!(found[0].contains("is not a word known here"), "{found:?}");
    }
}
