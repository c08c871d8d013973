//! The facts of a device as an expression sees them.

use std::collections::HashMap;

use capability_config::{SettingPath, SettingValue};
use cel::Value;
use serde_json::json;

use super::Reads;
use crate::DeviceFacts;

/// Name of the settings by dotted path.
pub(super) const SETTINGS: &str = "settings";

/// Every name that an expression may use.
pub(super) const NAMES: &[&str] = &["device", SETTINGS, "status"];

/// The names with their values. Only what is read is there, and no secret.
pub(super) fn of(device: &DeviceFacts, reads: &Reads) -> [(&'static str, Value); 3] {
    [("device", identity(device)), (SETTINGS, settings(device, reads)), ("status", status(device))]
}

fn identity(device: &DeviceFacts) -> Value {
    let (major, minor, patch) = device.firmware.release().unwrap_or_default();
    let release = device.firmware.release().map(|_| [major, minor, patch]);
    value(&json!({
        "mac": device.mac.to_string(),
        "name": device.name,
        "model": device.model.code(),
        "product": device.model.product_name().unwrap_or_default(),
        "generation": device.generation.0,
        "firmware": device.firmware.version(),
        "release": release.map(Vec::from).unwrap_or_default(),
        "app": device.app.as_deref().unwrap_or_default(),
        "host_name": device.host_name.as_deref().unwrap_or_default(),
        "address": device.endpoint,
        "profile": device.profile.as_deref().unwrap_or_default(),
        "protected": device.auth_required,
        "password_known": device.is_password_known,
        "sleeps": device.sleeps,
        "groups": device.groups,
        "components": device.components.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

fn settings(device: &DeviceFacts, reads: &Reads) -> Value {
    let entry = |path: &SettingPath, setting: &SettingValue| {
        let shown = !matches!(setting, SettingValue::Secret(_) | SettingValue::Hidden);
        shown.then(|| (path.to_string(), value(&setting.to_json())))
    };
    let entries: HashMap<String, Value> = match reads {
        Reads::Everything => device.settings.iter().filter_map(|(path, setting)| entry(path, setting)).collect(),
        Reads::Paths(paths) => {
            let found = |text: &String| {
                let path: SettingPath = text.parse().ok()?;
                entry(&path, device.settings.get(&path)?)
            };
            paths.iter().filter_map(found).collect()
        }
    };
    Value::Map(entries.into())
}

fn status(device: &DeviceFacts) -> Value {
    let readings = device.readings().filter_map(|(component, reading)| {
        let mut reading = serde_json::to_value(reading).ok()?;
        Some((component.to_string(), value(&reading["reading"].take())))
    });
    Value::Map(readings.collect::<HashMap<String, Value>>().into())
}

/// Whole numbers are `int`, so that they can be compared with what people write.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(is) => Value::Bool(*is),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        serde_json::Value::Object(members) => {
            let members: HashMap<String, Value> =
                members.iter().map(|(key, member)| (key.clone(), value(member))).collect();
            Value::Map(members.into())
        }
    }
}
