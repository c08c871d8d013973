//! Devices as the cases write them.

use std::{collections::BTreeMap, sync::Arc};

use capability_config::{SettingValue, Settings};
use good_order::DeviceFacts;
use serde::Deserialize;
use serde_json::Value;
use shelly_types::{ComponentKey, DeviceStatus, Firmware, Generation, Mac, Model};

/// A device; what is not written is as on a device in good order, or not known.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Device {
    generation: u8,
    name: String,
    is_named: bool,
    firmware: String,
    app: Option<String>,
    auth_required: bool,
    is_password_known: bool,
    sleeps: bool,
    components: Vec<ComponentKey>,
    settings: BTreeMap<String, Value>,
    status: BTreeMap<String, Value>,
}

impl Default for Device {
    fn default() -> Self {
        Self {
            generation: 3,
            name: "Lamp".to_owned(),
            is_named: true,
            firmware: "20260101-000000/1.7.5-gabcdef0".to_owned(),
            app: None,
            auth_required: true,
            is_password_known: true,
            sleeps: false,
            components: Vec::new(),
            settings: BTreeMap::new(),
            status: BTreeMap::new(),
        }
    }
}

impl Device {
    /// The facts of the device, which is the `number`-th one. `{"none": true}` stands for null, which TOML does not have.
    pub(crate) fn facts(self, number: u8) -> DeviceFacts {
        let setting = |value: Value| {
            if value.is_object() { SettingValue::Null } else { SettingValue::from_json(&value).unwrap() }
        };
        let settings: Settings =
            self.settings.into_iter().map(|(path, value)| (path.parse().unwrap(), setting(value))).collect();
        let status: DeviceStatus = serde_json::from_value(serde_json::json!({ "components": self.status })).unwrap();
        let mut components = self.components;
        components.extend(settings.keys().map(|path| path.component().clone()));
        components.extend(status.components.keys().cloned());
        components.sort_unstable();
        components.dedup();
        DeviceFacts {
            mac: Mac::new([0xA8, 0x03, 0x2A, 0, 0, number]),
            name: self.name,
            is_named: self.is_named,
            model: Model::new(if self.generation == 1 { "SHSW-25" } else { "S3SW-001P16EU" }),
            generation: Generation(self.generation),
            firmware: Firmware::new(self.firmware),
            app: self.app,
            host_name: None,
            endpoint: "10.0.0.7:80".to_owned(),
            profile: None,
            auth_required: self.auth_required,
            is_password_known: self.is_password_known,
            sleeps: self.sleeps,
            groups: vec!["stairs".to_owned()],
            components: components.into(),
            settings: Arc::new(settings),
            status: (!status.components.is_empty()).then_some(status),
        }
    }
}
