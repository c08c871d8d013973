//! Looks up the facts of a setting, and judges settings without facts by their component.

use capability_config::{Restart, Risk, SettingFacts, SettingPath, SettingValue, facts};

/// The facts of a setting; none when it is not in the catalogue.
pub(crate) fn facts_of(path: &SettingPath) -> Option<&'static SettingFacts> {
    facts(path.component().kind(), path.field())
}

/// What a wrong value may cost. A setting without facts is judged by its component.
pub fn risk_of(path: &SettingPath) -> Risk {
    facts_of(path).map_or_else(|| risk_of_kind(path.component().kind()), |facts| facts.risk)
}

fn risk_of_kind(kind: &str) -> Risk {
    match kind {
        "wifi" | "eth" => Risk::Connectivity,
        "auth" => Risk::Access,
        "mqtt" | "cloud" | "ws" | "ble" | "coiot" => Risk::Integration,
        _ => Risk::None,
    }
}

/// Whether a change needs a restart. A setting without facts leaves it to the device's answer.
pub(crate) fn restart_of(path: &SettingPath) -> Restart {
    facts_of(path).map_or(Restart::AsToldByDevice, |facts| facts.restart)
}

/// Whether the value must not be shown.
pub(crate) fn is_sensitive(path: &SettingPath) -> bool {
    facts_of(path).is_some_and(|facts| facts.sensitive)
}

/// Whether the device never shows the value.
pub(crate) fn is_write_only(path: &SettingPath) -> bool {
    facts_of(path).is_some_and(|facts| facts.write_only)
}

/// Whether nobody can set it.
pub(crate) fn is_read_only(path: &SettingPath) -> bool {
    facts_of(path).is_some_and(|facts| facts.read_only)
}

/// Whether a setting that is not shown may all the same have this value.
pub(crate) fn absent_means(facts: Option<&SettingFacts>, value: &SettingValue) -> bool {
    let shown_when_set = facts.is_some_and(|facts| facts.shown_when_set);
    match value {
        SettingValue::Null => true,
        SettingValue::Bool(value) => shown_when_set && !value,
        SettingValue::Text(text) => shown_when_set && text.is_empty(),
        SettingValue::List(items) => shown_when_set && items.is_empty(),
        SettingValue::Number(_) | SettingValue::Secret(_) | SettingValue::Hidden => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_without_facts_is_judged_by_its_component() {
        let risk = |text: &str| risk_of(&text.parse().unwrap());
        assert_eq!(risk("wifi.never_heard_of"), Risk::Connectivity);
        assert_eq!(risk("mqtt.never_heard_of"), Risk::Integration);
        assert_eq!(risk("switch:0.never_heard_of"), Risk::None);
    }
}
