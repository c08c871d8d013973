//! Keeps components made at run time, which only `Shelly.GetComponents` shows.

use serde_json::{Map, Value, json};

use crate::{catalogue::ModelSpec, gen2::kinds, json, state::State};

/// Kinds which are made at run time.
pub(crate) fn is_dynamic(kind: &str) -> bool {
    matches!(
        kind,
        "boolean"
            | "number"
            | "text"
            | "enum"
            | "button"
            | "group"
            | "object"
            | "bthomedevice"
            | "bthomesensor"
            | "blutrv"
            | "blumcb"
            | "bthomecontrol"
            | "presencezone"
            | "service"
            | "shelr"
            | "lnm"
            | "irdevice"
            | "ircode"
    )
}

/// The run-time components a model starts with.
pub(crate) fn first(spec: &ModelSpec) -> Option<Box<str>> {
    let members: Map<String, Value> = spec.dynamic.iter().filter_map(|key| Some((key.clone(), one(key)?))).collect();
    (!members.is_empty()).then(|| Value::Object(members).to_string().into())
}

/// The run-time components in a captured answer of `Shelly.GetComponents`.
pub(crate) fn captured(text: &str) -> Option<Box<str>> {
    let page = json::parse(text);
    let components = page.get("components")?.as_array()?;
    let members: Map<String, Value> = components
        .iter()
        .filter_map(|component| {
            let key = component["key"].as_str()?;
            let kind = key.split(':').next()?;
            let part = |name: &str| component.get(name).cloned().unwrap_or_else(|| json!({}));
            let parts = json!({"config": part("config"), "status": part("status"), "attrs": part("attrs")});
            is_dynamic(kind).then(|| (key.to_owned(), parts))
        })
        .collect();
    (!members.is_empty()).then(|| Value::Object(members).to_string().into())
}

fn one(key: &str) -> Option<Value> {
    let (kind, id) = key.split_once(':')?;
    let id: u32 = id.parse().ok()?;
    let attrs = json!({"owner": "", "role": ""});
    Some(match kind {
        "boolean" => json!({
            "config": {
                "id": id, "name": "Holiday", "persisted": true, "default_value": false, "access": "crw",
                "meta": {"ui": {"view": "toggle", "icon": null, "titles": ["Off", "On"]}}
            },
            "status": {"value": false, "source": "init", "last_update_ts": 0}, "attrs": attrs
        }),
        "number" => json!({
            "config": {
                "id": id, "name": "Wanted temperature", "persisted": true, "default_value": 20.0, "min": 5.0,
                "max": 30.0, "access": "crw",
                "meta": {"ui": {"view": "slider", "unit": "°C", "step": 0.5, "icon": null}}
            },
            "status": {"value": 20.0, "source": "init", "last_update_ts": 0}, "attrs": attrs
        }),
        "bthomedevice" => json!({
            "config": {"id": id, "addr": "7c:c6:b6:01:02:03", "name": "Door", "key": null, "meta": {"ui": {"icon": null}}},
            "status": {
                "id": id, "rssi": -71, "battery": 96, "packet_id": 41, "last_updated_ts": 0, "paired": true,
                "rpc": true, "rsv": 14
            },
            "attrs": {"flags": 1, "model_id": 2}
        }),
        "bthomesensor" => json!({
            "config": {
                "id": id, "addr": "7c:c6:b6:01:02:03", "name": "Door opened", "obj_id": 45, "idx": 0,
                "meta": {"ui": {"icon": null}}
            },
            "status": {"id": id, "value": false, "last_updated_ts": 0}, "attrs": {}
        }),
        _ => {
            let (config, status) = (kinds::config(kind, Some(id))?, kinds::status(kind, Some(id))?);
            let attrs = match kind {
                "blutrv" => json!({"flags": 1, "model_id": 8}),
                "blumcb" => json!({"flags": 1, "model_id": 16}),
                _ => attrs,
            };
            json!({"config": config, "status": status, "attrs": attrs})
        }
    })
}

fn read(state: &State) -> Value {
    state.dynamic.as_deref().map_or_else(|| json!({}), json::parse)
}

/// All of them: key, configuration, status and attributes.
pub(crate) fn all(state: &State) -> Map<String, Value> {
    match read(state) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The configuration of one.
pub(crate) fn config(state: &State, key: &str) -> Option<Value> {
    read(state).get(key).map(|component| component["config"].clone())
}

/// The status of one.
pub(crate) fn status(state: &State, key: &str) -> Option<Value> {
    read(state).get(key).map(|component| component["status"].clone())
}

/// Replaces the configuration of one.
pub(crate) fn set_config(state: &mut State, key: &str, config: Value) {
    put(state, key, "config", config);
}

/// Adds one.
pub(crate) fn add(state: &mut State, key: &str, component: Value) {
    let mut members = all(state);
    members.insert(key.to_owned(), component);
    state.dynamic = Some(Value::Object(members).to_string().into());
}

/// Takes one away; false when it does not exist.
pub(crate) fn remove(state: &mut State, key: &str) -> bool {
    let mut members = all(state);
    let existed = members.remove(key).is_some();
    state.dynamic = (!members.is_empty()).then(|| Value::Object(members).to_string().into());
    existed
}

/// Replaces the status of one.
pub(crate) fn set_whole_status(state: &mut State, key: &str, status: Value) {
    put(state, key, "status", status);
}

/// Replaces the value in the status of one; false when it does not exist.
pub(crate) fn set_value(state: &mut State, key: &str, value: Value, unix: u64) -> bool {
    let Some(mut status) = status(state, key) else { return false };
    json::set(&mut status, "value", value);
    json::set(&mut status, "source", "rpc");
    json::set(&mut status, "last_update_ts", unix);
    put(state, key, "status", status);
    true
}

/// Replaces one member in the status of one.
pub(crate) fn set_status(state: &mut State, key: &str, name: &str, value: Value) {
    if let Some(mut status) = status(state, key) {
        let value = json::like(&status[name], value);
        json::set(&mut status, name, value);
        put(state, key, "status", status);
    }
}

fn put(state: &mut State, key: &str, part: &str, value: Value) {
    let mut root = read(state);
    if let Some(component) = root.get_mut(key) {
        component[part] = value;
        state.dynamic = Some(root.to_string().into());
    }
}
