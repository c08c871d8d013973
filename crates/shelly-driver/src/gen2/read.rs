//! Turns the configuration of Gen2 and later into settings.
//!
//! Our paths are this family's own words, so a leaf with facts is a setting as it is; every other leaf is kept.

use std::collections::BTreeMap;

use capability_config::{SecretText, SettingFacts, SettingPath, SettingValue, Settings, Support, document_text, facts};
use serde_json::{Map, Value, json};
use shelly_gen2_rpc::digest;
use shelly_types::{
    ComponentKey, Identity,
    wire::{AsSent, Wire},
};
use sync_engine::Observed;

/// Every setting, component and what is kept.
pub(crate) fn observe(identity: &Identity, config: &AsSent) -> Observed {
    let mut seen = Seen::default();
    let mut field = String::new();
    for (key, component) in config.members() {
        match (key.parse::<ComponentKey>(), component) {
            (Ok(component_key), Value::Object(members)) => {
                for (name, member) in members {
                    // The number repeats the key.
                    if name != "id" {
                        field.clear();
                        field.push_str(name);
                        seen.leaf(&component_key, &mut field, member);
                    }
                }
                secrets(&component_key, members, &mut seen.settings);
                seen.components.push(component_key);
            }
            _ => {
                seen.kept.insert(key.clone(), component.clone());
            }
        }
    }
    login(identity, &mut seen);
    let Seen { components, settings, kept } = seen;
    let support = Support::new(
        identity.generation,
        identity.model.clone(),
        identity.firmware.clone(),
        components.iter().cloned(),
    );
    let mut observed = Observed::new(components, settings, support);
    observed.kept = kept;
    observed
}

/// The whole configuration as the device sent it, without what must not be seen: old firmware shows some passwords.
pub(crate) fn masked(config: &AsSent) -> Value {
    let mut document = config.to_json();
    if let Value::Object(components) = &mut document {
        for (key, component) in components {
            let kind = key.split_once(':').map_or(key.as_str(), |(kind, _)| kind).to_owned();
            if let Value::Object(members) = component {
                mask(&kind, "", members);
            }
        }
    }
    document
}

fn mask(kind: &str, at: &str, members: &mut Map<String, Value>) {
    for (name, member) in members {
        let field = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        match member {
            Value::Object(members) => mask(kind, &field, members),
            Value::String(text) if !text.is_empty() && is_secret(kind, &field, name) => {
                *member = json!({ "hidden": true });
            }
            _ => {}
        }
    }
}

/// By the facts, and by name where there are none.
fn is_secret(kind: &str, field: &str, name: &str) -> bool {
    facts(kind, field).map_or(matches!(name, "pass" | "password"), |facts| facts.sensitive)
}

/// What was found so far.
#[derive(Default)]
struct Seen {
    components: Vec<ComponentKey>,
    settings: Settings,
    kept: BTreeMap<String, Value>,
}

impl Seen {
    /// Takes the leaves at `field` of a component. `field` comes back as it was.
    fn leaf(&mut self, component: &ComponentKey, field: &mut String, value: &Value) {
        let facts = facts(component.kind(), field);
        if let Value::Object(members) = value
            && !members.is_empty()
            && !facts.is_some_and(|facts| facts.is_document)
        {
            let end = field.len();
            for (name, member) in members {
                field.push('.');
                field.push_str(name);
                self.leaf(component, field, member);
                field.truncate(end);
            }
            return;
        }
        if let Some((facts, setting)) = facts.and_then(|facts| Some((facts, setting(facts, component, value)?))) {
            self.settings.insert(facts.path(component.clone()), setting);
        } else {
            let secret = is_secret(component.kind(), field, field.rsplit('.').next().unwrap_or(field));
            let value = if secret && value.is_string() { json!({ "hidden": true }) } else { value.clone() };
            self.kept.insert(format!("{component}.{field}"), value);
        }
    }
}

/// The value of a setting; none when the device shows something of another type.
fn setting(facts: &SettingFacts, component: &ComponentKey, value: &Value) -> Option<SettingValue> {
    if facts.has_instances != component.id().is_some() {
        return None;
    }
    if facts.is_document && !value.is_null() {
        return document_text(value).map(SettingValue::from);
    }
    let setting = match SettingValue::from_json(value)? {
        // A hidden key reads as null whether it is set or not (bthomedevice, blutrv).
        SettingValue::Null if facts.write_only => SettingValue::Hidden,
        SettingValue::Text(text) if facts.sensitive => SettingValue::Secret(SecretText::new(text)),
        setting => setting,
    };
    facts.has_type(&setting).then_some(setting)
}

/// Secrets are never shown; other fields tell whether there is one.
fn secrets(key: &ComponentKey, members: &Map<String, Value>, settings: &mut Settings) {
    let mut insert = |field: &str, value: SettingValue| {
        settings.entry(SettingPath::new(key.clone(), field)).or_insert(value);
    };
    match key.kind() {
        "wifi" => {
            for (network, field) in [("ap", "ap.pass"), ("sta", "sta.pass"), ("sta1", "sta1.pass")] {
                if let Some(is_open) = members.get(network).and_then(|network| network.get("is_open")?.as_bool()) {
                    insert(field, if is_open { SettingValue::Null } else { SettingValue::Hidden });
                }
            }
        }
        "mqtt" if members.get("user").is_some_and(Value::is_string) => insert("pass", SettingValue::Hidden),
        _ => {}
    }
}

/// The login is in no configuration; `/shelly` tells whether there is one.
fn login(identity: &Identity, seen: &mut Seen) {
    let key = ComponentKey::single("auth");
    let password = if identity.auth_required { SettingValue::Hidden } else { SettingValue::Null };
    for (field, value) in [
        ("enable", SettingValue::Bool(identity.auth_required)),
        ("user", SettingValue::from(digest::USER)),
        ("password", password),
    ] {
        seen.settings.insert(SettingPath::new(key.clone(), field), value);
    }
    seen.components.push(key);
}

#[cfg(test)]
mod tests {
    use shelly_types::{Firmware, Generation, Mac, Model};

    use super::*;

    fn identity() -> Identity {
        Identity {
            mac: Mac::new([1, 2, 3, 4, 5, 6]),
            generation: Generation::GEN3,
            model: Model::new("S3SW-001P16EU"),
            firmware: Firmware::new("20250520-083748/1.6.2-gc8a76e2"),
            host_name: None,
            app: None,
            name: None,
            profile: None,
            auth_required: true,
        }
    }

    fn read(config: Value) -> Observed {
        observe(&identity(), &AsSent::from_json(config).unwrap())
    }

    fn get(observed: &Observed, path: &str) -> Option<SettingValue> {
        observed.get(&path.parse().unwrap()).cloned()
    }

    #[test]
    fn leaves_become_settings() {
        let observed = read(json!({
            "switch:0": {"id": 0, "name": null, "auto_off_delay": 60.0, "initial_state": "off", "glow": 1},
            "awaiting_auth_code": true,
            "spoon:0": {"id": 0, "bent": true},
        }));
        assert_eq!(get(&observed, "switch:0.name"), Some(SettingValue::Null));
        assert_eq!(get(&observed, "switch:0.auto_off_delay"), Some(SettingValue::Number(60.0)));
        assert_eq!(get(&observed, "switch:0.initial_state"), Some(SettingValue::from("off")));
        let kept: Vec<&str> = observed.kept.keys().map(String::as_str).collect();
        assert_eq!(kept, ["awaiting_auth_code", "spoon:0.bent", "switch:0.glow"]);
        let components: Vec<String> = observed.components.iter().map(ToString::to_string).collect();
        assert_eq!(components, ["spoon:0", "switch:0", "auth"]);
    }

    #[test]
    fn a_value_of_another_type_is_kept() {
        let observed = read(json!({"switch:0": {"id": 0, "auto_off": "yes"}}));
        assert_eq!(get(&observed, "switch:0.auto_off"), None);
        assert_eq!(observed.kept["switch:0.auto_off"], json!("yes"));
    }

    #[test]
    fn secrets_are_hidden_where_there_are_some() {
        let observed = read(json!({
            "wifi": {"sta": {"ssid": "a", "is_open": false}, "sta1": {"ssid": null, "is_open": true}},
            "mqtt": {"enable": true, "user": "me"},
            "bthomedevice:200": {"id": 200, "key": null},
        }));
        assert_eq!(get(&observed, "wifi.sta.pass"), Some(SettingValue::Hidden));
        assert_eq!(get(&observed, "wifi.sta1.pass"), Some(SettingValue::Null));
        assert_eq!(get(&observed, "wifi.ap.pass"), None);
        assert_eq!(get(&observed, "mqtt.pass"), Some(SettingValue::Hidden));
        assert_eq!(get(&observed, "bthomedevice:200.key"), Some(SettingValue::Hidden));
        assert_eq!(get(&observed, "auth.password"), Some(SettingValue::Hidden));
        assert_eq!(get(&observed, "auth.enable"), Some(SettingValue::Bool(true)));
    }

    #[test]
    fn the_document_shows_no_password() {
        let config = json!({"mqtt": {"user": "me", "pass": "hush"}, "spoon": {"wall": {"pass": "hush", "size": 3}}});
        let read = AsSent::from_json(config).unwrap();
        let hidden = json!({"hidden": true});
        let expected = json!({"mqtt": {"user": "me", "pass": hidden}, "spoon": {"wall": {"pass": hidden, "size": 3}}});
        assert_eq!(masked(&read), expected);
        let observed = observe(&identity(), &read);
        assert_eq!(observed.kept["spoon.wall.pass"], hidden);
        assert!(!format!("{observed:?}").contains("hush"));
    }
}
