//! Turns changes of settings into calls of Gen2 and later: one `SetConfig` for a component, partial and nested.

use capability_config::{SettingPath, SettingValue, Settings, facts};
use serde_json::{Map, Value, json};
use shelly_gen2_rpc::{components::namespace, digest};
use shelly_types::{ComponentKey, Credentials, Identity};

use crate::{
    Error,
    family::{Login, Write},
};

/// The calls that bring `changes` of `component` about.
pub(crate) fn writes(
    identity: &Identity,
    component: &ComponentKey,
    changes: &Settings,
    shown: &Settings,
) -> Result<Vec<Write>, Error> {
    if let Some((path, _)) = changes.iter().find(|(path, value)| path.component() != component || is_hidden(value)) {
        return Err(unsupported(identity, format!("set {path} to a value that is hidden or of another component")));
    }
    if component.kind() == "auth" {
        return login(identity, changes, shown);
    }
    let mut config = Value::Object(Map::new());
    let mut profile = None;
    for (path, value) in changes {
        match (component.kind(), path.field(), value) {
            ("sys", "device.profile", SettingValue::Text(name)) => profile = Some(name),
            (_, field, value) => {
                let leaf = leaf(path, value, shown)
                    .ok_or_else(|| unsupported(identity, format!("set {path} to what is no JSON")))?;
                insert(&mut config, field, leaf);
            }
        }
    }
    let mut writes = Vec::new();
    if config != json!({}) {
        let method = format!("{}.SetConfig", namespace(component.kind()));
        let params = match component.id() {
            Some(id) => json!({ "id": id, "config": config }),
            None => json!({ "config": config }),
        };
        writes.push(Write::rpc(method, params));
    }
    // Another profile restarts the device, so it comes last.
    writes.extend(profile.map(|name| Write::rpc("Shelly.SetProfile", json!({ "name": name }))));
    Ok(writes)
}

/// The login is one call: with a hash it is on, without it is off.
fn login(identity: &Identity, changes: &Settings, shown: &Settings) -> Result<Vec<Write>, Error> {
    let key = ComponentKey::single("auth");
    let find = |settings: &Settings, field: &str| settings.get(&SettingPath::new(key.clone(), field)).cloned();
    if let Some(user) = find(changes, "user")
        && user.as_text() != Some(digest::USER)
    {
        return Err(unsupported(identity, format!("set auth.user to {user}: the user is always `{}`", digest::USER)));
    }
    let password = find(changes, "password");
    let enable = find(changes, "enable").and_then(|value| value.as_bool());
    let known = |field| find(shown, field).and_then(|value| value.as_bool()).unwrap_or(false);
    let realm =
        || identity.host_name.clone().ok_or_else(|| unsupported(identity, "set auth: its id is not known".to_owned()));
    match (enable, password) {
        (None | Some(true), Some(SettingValue::Secret(password))) => {
            let realm = realm()?;
            let ha1 = digest::ha1(digest::USER, &realm, password.expose());
            let login = Login::With(Credentials::new(digest::USER, password.expose()));
            Ok(vec![set_auth(&realm, Some(&ha1)).then(login)])
        }
        (Some(false), _) | (None, Some(SettingValue::Null)) => Ok(vec![set_auth(&realm()?, None).then(Login::Open)]),
        (Some(true), None) if !known("enable") => {
            Err(unsupported(identity, "set auth.enable without auth.password".to_owned()))
        }
        (Some(true) | None, None) => Ok(Vec::new()),
        (Some(true), Some(SettingValue::Null)) => {
            Err(unsupported(identity, "set auth.enable together with an empty auth.password".to_owned()))
        }
        (None | Some(true), Some(_)) => {
            Err(unsupported(identity, "set auth.password to something else than a secret".to_owned()))
        }
    }
}

fn set_auth(realm: &str, ha1: Option<&str>) -> Write {
    Write::rpc("Shelly.SetAuth", json!({ "user": digest::USER, "realm": realm, "ha1": ha1 }))
}

/// The value at `path` as the device takes it; none for a document that is none.
fn leaf(path: &SettingPath, value: &SettingValue, shown: &Settings) -> Option<Value> {
    match value {
        SettingValue::Text(text)
            if facts(path.component().kind(), path.field()).is_some_and(|facts| facts.is_document) =>
        {
            let mut document = serde_json::from_str(text).ok()?;
            let before = shown.get(path).and_then(SettingValue::as_text);
            if let Some(before) = before.and_then(|text| serde_json::from_str(text).ok()) {
                clear_missing(&mut document, &before);
            }
            Some(document)
        }
        value => Some(value.expose_json()),
    }
}

/// Says of each member that is no longer wished that it is null: a device lays what it is told over what it has.
pub(crate) fn clear_missing(document: &mut Value, before: &Value) {
    if let (Value::Object(members), Value::Object(before)) = (document, before) {
        for (name, before) in before {
            clear_missing(members.entry(name.clone()).or_insert(Value::Null), before);
        }
    }
}

/// Puts `leaf` at the dotted `field`.
fn insert(config: &mut Value, field: &str, leaf: Value) {
    let mut at = config;
    for word in field.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[word];
    }
    *at = leaf;
}

fn is_hidden(value: &SettingValue) -> bool {
    *value == SettingValue::Hidden
}

fn unsupported(identity: &Identity, what: String) -> Error {
    Error::Unsupported { device: identity.mac, what }
}

#[cfg(test)]
mod tests {
    use capability_config::SecretText;
    use shelly_types::{Firmware, Generation, Mac, Model};

    use super::*;
    use crate::family::Request;

    fn identity() -> Identity {
        Identity {
            mac: Mac::new([1, 2, 3, 4, 5, 6]),
            generation: Generation::GEN3,
            model: Model::new("S3SW-001P16EU"),
            firmware: Firmware::new("1.6.2"),
            host_name: Some("shelly1minig3-543204547478".to_owned()),
            app: None,
            name: None,
            profile: None,
            auth_required: false,
        }
    }

    fn changes(changes: &[(&str, SettingValue)]) -> Settings {
        changes.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect()
    }

    fn calls(
        component: &str,
        wanted: &[(&str, SettingValue)],
        shown: &Settings,
    ) -> Result<Vec<(String, Value)>, String> {
        let writes = writes(&identity(), &component.parse().unwrap(), &changes(wanted), shown);
        let call = |write: Write| match write.request {
            Request::Rpc { method, params } => (method, params),
            Request::Gen1 { path, .. } => panic!("{path}"),
        };
        writes.map(|writes| writes.into_iter().map(call).collect()).map_err(|error| error.to_string())
    }

    fn secret(text: &str) -> SettingValue {
        SettingValue::Secret(SecretText::new(text))
    }

    #[test]
    fn one_component_is_one_call() {
        let wanted = [
            ("wifi.sta.ssid", SettingValue::from("home")),
            ("wifi.sta.pass", secret("hush")),
            ("wifi.ap.enable", false.into()),
            ("wifi.sta.ip", SettingValue::Null),
        ];
        let config = json!({"ap": {"enable": false}, "sta": {"ssid": "home", "pass": "hush", "ip": null}});
        let expected = ("WiFi.SetConfig".to_owned(), json!({ "config": config }));
        assert_eq!(calls("wifi", &wanted, &Settings::new()), Ok(vec![expected]));
    }

    #[test]
    fn an_instance_is_named_by_its_number() {
        let wanted = [("switch:1.auto_off_delay", SettingValue::Number(90.0))];
        let expected = ("Switch.SetConfig".to_owned(), json!({"id": 1, "config": {"auto_off_delay": 90}}));
        assert_eq!(calls("switch:1", &wanted, &Settings::new()), Ok(vec![expected]));
    }

    #[test]
    fn the_profile_comes_last() {
        let wanted = [("sys.device.profile", SettingValue::from("cover")), ("sys.device.name", "hall".into())];
        let calls = calls("sys", &wanted, &Settings::new()).unwrap();
        let methods: Vec<&str> = calls.iter().map(|(method, _)| method.as_str()).collect();
        assert_eq!(methods, ["Sys.SetConfig", "Shelly.SetProfile"]);
        assert_eq!(calls[1].1, json!({"name": "cover"}));
    }

    #[test]
    fn the_login_is_set_by_its_hash() {
        let shown = changes(&[("auth.enable", false.into())]);
        let ha1 = "a7266451916a922912b6ed71d594610f932ac1cc721348c3f234be6136b89ead";
        let realm = "shelly1minig3-543204547478";
        let call = |ha1: Value| ("Shelly.SetAuth".to_owned(), json!({"user": "admin", "realm": realm, "ha1": ha1}));
        assert_eq!(calls("auth", &[("auth.password", secret("tango"))], &shown), Ok(vec![call(json!(ha1))]));
        assert_eq!(calls("auth", &[("auth.enable", false.into())], &shown), Ok(vec![call(Value::Null)]));
        assert_eq!(calls("auth", &[("auth.user", "admin".into())], &shown), Ok(Vec::new()));
    }

    #[test]
    fn what_cannot_be_expressed_is_refused() {
        let open = changes(&[("auth.enable", false.into())]);
        assert!(calls("auth", &[("auth.enable", true.into())], &open).is_err());
        assert!(calls("auth", &[("auth.user", "me".into())], &open).is_err());
        assert!(calls("wifi", &[("wifi.sta.pass", SettingValue::Hidden)], &open).is_err());
        assert!(calls("wifi", &[("mqtt.enable", true.into())], &open).is_err());
    }

    #[test]
    fn a_document_is_told_with_what_it_has_no_more() {
        let component = "number:200".parse().unwrap();
        let shown = changes(&[("number:200.meta", r#"{"ui":{"icon":"a","view":"slider"},"x":[1]}"#.into())]);
        let wish = changes(&[("number:200.meta", r#"{"cloud":["log"],"ui":{"view":"field"}}"#.into())]);
        let writes = writes(&identity(), &component, &wish, &shown).unwrap();
        let meta = json!({"cloud": ["log"], "ui": {"icon": null, "view": "field"}, "x": null});
        let expected = Write::rpc("Number.SetConfig", json!({"id": 200, "config": {"meta": meta}}));
        assert!(writes == [expected]);
        let no_json = changes(&[("number:200.meta", "{".into())]);
        assert!(super::writes(&identity(), &component, &no_json, &shown).is_err());
    }
}
