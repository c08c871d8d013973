//! What is known of a device, and the words in which rules ask for it.

use std::sync::Arc;

use capability_config::{SettingPath, SettingValue, Settings};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, Firmware, Generation, Mac, Model};

/// What is known of a device. What is not known is absent, and rules about it are silent.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceFacts {
    /// Hardware address.
    pub mac: Mac,
    /// Name to show.
    pub name: String,
    /// Whether a person gave it that name, to us or to the device.
    pub is_named: bool,
    /// Order code.
    pub model: Model,
    /// Generation.
    pub generation: Generation,
    /// Firmware that runs.
    pub firmware: Firmware,
    /// Name of the firmware's application (Gen2 and later).
    pub app: Option<String>,
    /// Host name, which is also the vendor's device id.
    pub host_name: Option<String>,
    /// Where it answers, `host:port`.
    pub endpoint: String,
    /// Profile or mode, where it has several.
    pub profile: Option<String>,
    /// It asks for a password.
    pub auth_required: bool,
    /// We know one that opens it.
    pub is_password_known: bool,
    /// It sleeps between wakes.
    pub sleeps: bool,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// Components of its newest configuration; none when it was never read.
    pub components: Arc<[ComponentKey]>,
    /// Its newest configuration; empty when it was never read. May hold no more than [`is_read`] says.
    pub settings: Arc<Settings>,
    /// Its newest reading.
    pub status: Option<DeviceStatus>,
}

/// Settings that the built-in rules read: kind of component and field.
const READ: &[(&str, &str)] = &[
    ("auth", "enable"),
    ("ble", "rpc.enable"),
    ("cloud", "enable"),
    ("coiot", "enable"),
    ("coiot", "execute_enable"),
    ("coiot", "peer"),
    ("eth", "enable"),
    ("eth", "ip"),
    ("eth", "ipv4mode"),
    ("input", "factory_reset"),
    ("matter", "enable"),
    ("modbus", "enable"),
    ("mqtt", "client_id"),
    ("mqtt", "enable"),
    ("mqtt", "server"),
    ("mqtt", "ssl_ca"),
    ("mqtt", "topic_prefix"),
    ("mqtt", "user"),
    ("script", "enable"),
    ("script", "name"),
    ("sys", "debug.file_log.enable"),
    ("sys", "debug.mqtt.enable"),
    ("sys", "debug.udp.addr"),
    ("sys", "debug.udp.enable"),
    ("sys", "debug.websocket.enable"),
    ("sys", "device.allow_cross_origin"),
    ("sys", "device.eco_mode"),
    ("sys", "device.pon_wifi_reset"),
    ("sys", "device.tls_check_cert_validity_time"),
    ("sys", "location.tz"),
    ("sys", "rpc_udp.listen_port"),
    ("sys", "sntp.server"),
    ("wifi", "ap.enable"),
    ("wifi", "ap.is_open"),
    ("wifi", "ap.range_extender.enable"),
    ("wifi", "roam.enable"),
    ("wifi", "roam.interval"),
    ("wifi", "sta.enable"),
    ("wifi", "sta.ip"),
    ("wifi", "sta.ipv4mode"),
    ("wifi", "sta.is_open"),
    ("wifi", "sta.nameserver"),
    ("wifi", "sta.ssid"),
    ("wifi", "sta1.enable"),
    ("wifi", "sta1.is_open"),
    ("wifi", "sta1.ssid"),
    ("ws", "enable"),
    ("ws", "server"),
    ("ws", "ssl_ca"),
];

/// Fields that rules read of every kind of component that has them.
const READ_EVERYWHERE: &[&str] = &["schedule.enable", "schedule.rules"];

/// Whether a built-in rule reads this setting. Others need not be kept for the rules.
pub fn is_read(path: &SettingPath) -> bool {
    let key = (path.component().kind(), path.field());
    READ.binary_search(&key).is_ok() || READ_EVERYWHERE.contains(&path.field())
}

/// The path of a setting of a component without instances: `wifi`, `sta.ssid`.
pub(crate) fn path(kind: &'static str, field: &'static str) -> SettingPath {
    SettingPath::new(ComponentKey::single(kind), field)
}

impl DeviceFacts {
    /// The value of a setting that the device is known to have.
    pub(crate) fn setting(&self, kind: &'static str, field: &'static str) -> Option<&SettingValue> {
        let path = path(kind, field);
        debug_assert!(is_read(&path), "{path} is missing in the list of what rules read");
        self.settings.get(&path)
    }

    /// Whether a setting is known and on.
    pub(crate) fn is_on(&self, kind: &'static str, field: &'static str) -> bool {
        self.setting(kind, field).and_then(SettingValue::as_bool) == Some(true)
    }

    /// Whether a setting is known and off.
    pub(crate) fn is_off(&self, kind: &'static str, field: &'static str) -> bool {
        self.setting(kind, field).and_then(SettingValue::as_bool) == Some(false)
    }

    /// Text of a setting that is known and not empty.
    pub(crate) fn text(&self, kind: &'static str, field: &'static str) -> Option<&str> {
        self.setting(kind, field)?.as_text().filter(|text| !text.is_empty())
    }

    /// Number of a setting.
    pub(crate) fn number(&self, kind: &'static str, field: &'static str) -> Option<f64> {
        self.setting(kind, field)?.as_number()
    }

    /// Whether a setting is known to be nothing: null or empty text.
    pub(crate) fn is_nothing(&self, kind: &'static str, field: &'static str) -> bool {
        match self.setting(kind, field) {
            Some(SettingValue::Null) => true,
            Some(SettingValue::Text(text)) => text.is_empty(),
            _ => false,
        }
    }

    /// The settings of this field in every component that has it.
    pub(crate) fn every(&self, field: &'static str) -> impl Iterator<Item = (&SettingPath, &SettingValue)> {
        self.settings.iter().filter(move |(path, _)| path.field() == field)
    }

    /// The readings of its components.
    pub(crate) fn readings(&self) -> impl Iterator<Item = (&ComponentKey, &ComponentStatus)> {
        self.status.iter().flat_map(|status| &status.components)
    }

    /// What a reading tells, when the device has such a component.
    pub(crate) fn reading<T>(&self, pick: impl Fn(&ComponentStatus) -> Option<T>) -> Option<T> {
        self.readings().find_map(|(_, reading)| pick(reading))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_sorted_and_exists() {
        assert!(READ.is_sorted());
        for (kind, field) in READ {
            assert!(capability_config::facts(kind, field).is_some(), "{kind}.{field}");
        }
        assert!(is_read(&"switch:0.schedule.rules".parse().unwrap()));
        assert!(!is_read(&"switch:0.name".parse().unwrap()));
    }
}
