//! Knows which settings say nothing while another one is off.

use capability_config::{SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A setting that has a meaning only while another setting has a certain value.
///
/// Gen1 devices do not show it otherwise: relays have one number, `auto_off`, where 0 means off and anything else is
/// the delay; the address is shown empty while DHCP gives one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Governor {
    /// The setting that decides.
    pub(crate) path: SettingPath,
    /// The value it must have.
    pub(crate) needs: SettingValue,
}

/// Field, the deciding field of the same component, and the value it needs.
const RULES: &[(&str, &str, Needs)] = &[
    ("auto_on_delay", "auto_on", Needs::True),
    ("auto_off_delay", "auto_off", Needs::True),
    ("obstruction_detection.direction", "obstruction_detection.enable", Needs::True),
    ("safety_switch.direction", "safety_switch.enable", Needs::True),
    ("sta.ip", "sta.ipv4mode", Needs::Static),
    ("sta.netmask", "sta.ipv4mode", Needs::Static),
    ("sta.gw", "sta.ipv4mode", Needs::Static),
    ("sta.nameserver", "sta.ipv4mode", Needs::Static),
    ("sta1.ip", "sta1.ipv4mode", Needs::Static),
    ("sta1.netmask", "sta1.ipv4mode", Needs::Static),
    ("sta1.gw", "sta1.ipv4mode", Needs::Static),
    ("sta1.nameserver", "sta1.ipv4mode", Needs::Static),
    ("ip", "ipv4mode", Needs::Static),
    ("netmask", "ipv4mode", Needs::Static),
    ("gw", "ipv4mode", Needs::Static),
    ("nameserver", "ipv4mode", Needs::Static),
];

#[derive(Clone, Copy)]
enum Needs {
    True,
    Static,
}

/// The setting that decides whether `path` means anything.
pub(crate) fn governor_of(path: &SettingPath) -> Option<Governor> {
    let (_, field, needs) = RULES.iter().find(|(field, ..)| *field == path.field())?;
    let needs = match needs {
        Needs::True => SettingValue::Bool(true),
        Needs::Static => SettingValue::from("static"),
    };
    Some(Governor { path: SettingPath::new(path.component().clone(), *field), needs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deciding_setting_is_in_the_same_component() {
        let governor = governor_of(&"switch:2.auto_off_delay".parse().unwrap()).unwrap();
        assert_eq!(governor.path.to_string(), "switch:2.auto_off");
        assert_eq!(governor.needs, SettingValue::Bool(true));
        assert_eq!(governor_of(&"switch:2.name".parse().unwrap()), None);
    }
}
