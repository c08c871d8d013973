//! Reads the settings and the reading of a whole device.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shelly_types::wire::Wire;

use crate::components::{ComponentConfig, ComponentStatus};

/// Answer of `Shelly.GetConfig`: the settings of each component by its key.
///
/// Dynamic components (virtual, BTHome, BLU TRV, presence zones) are not in it; `Shelly.GetComponents` has them
/// (protocol 7).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeviceConfig {
    /// Settings by component key. Wall Displays put bare values among them (`awaiting_auth_code`).
    pub components: BTreeMap<String, ComponentConfig>,
}

/// Answer of `Shelly.GetStatus`: the reading of each component by its key.
///
/// Dynamic components are not in it, as in [`DeviceConfig`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeviceStatus {
    /// Readings by component key. Wall Displays put bare values among them (`awaiting_auth_code`).
    pub components: BTreeMap<String, ComponentStatus>,
}

/// Both documents are maps of components.
macro_rules! document {
    ($($document:ident of $component:ident);*) => {$(
        impl Wire for $document {
            fn from_json(value: Value) -> Result<Self, Value> {
                let Value::Object(members) = value else { return Err(value) };
                let read = |(key, value): (String, Value)| {
                    let component = $component::from_json(&key, value);
                    (key, component)
                };
                Ok(Self { components: members.into_iter().map(read).collect() })
            }

            fn to_json(&self) -> Value {
                let members: Map<String, Value> =
                    self.components.iter().map(|(key, component)| (key.clone(), component.to_json())).collect();
                Value::Object(members)
            }

            fn unknown(&self, at: &str, found: &mut dyn FnMut(&str, &Value)) {
                for (key, component) in &self.components {
                    let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                    component.unknown(&path, found);
                }
            }
        }
    )*};
}

document!(DeviceConfig of ComponentConfig; DeviceStatus of ComponentStatus);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bare_values_survive() {
        let sent = json!({"awaiting_auth_code": true, "cloud": {"connected": false}, "ble": {}});
        let status = DeviceStatus::from_json(sent.clone()).unwrap();
        assert_eq!(status.to_json(), sent);
        assert!(matches!(status.components["cloud"], ComponentStatus::Cloud(_)));
        let mut unknown = Vec::new();
        status.unknown("", &mut |path, _| unknown.push(path.to_owned()));
        assert_eq!(unknown, ["awaiting_auth_code"]);
    }

    #[test]
    fn what_is_no_object_is_given_back() {
        assert_eq!(DeviceConfig::from_json(json!([1])), Err(json!([1])));
    }
}
