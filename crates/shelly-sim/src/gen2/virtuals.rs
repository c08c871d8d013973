//! Adds and deletes virtual components: `Virtual.Add`, `Virtual.Delete`.

use serde_json::{Map, Value, json};

use crate::{
    catalogue::ModelSpec,
    device::Device,
    gen2::{Outcome, RpcError, config, dynamic},
    json,
    state::State,
};

/// Most virtual components of a device.
const MOST: usize = 10;

/// Numbers of components that are made at run time.
const IDS: std::ops::RangeInclusive<u32> = 200..=299;

/// Kinds that can be added.
const KINDS: [&str; 6] = ["boolean", "number", "text", "enum", "button", "group"];

/// Whether a device has virtual components: Gen3 and later, and the Pro models of Gen2.
fn is_able(spec: &ModelSpec) -> bool {
    !spec.generation.is_gen1() && (spec.generation.0 > 2 || spec.app.starts_with("Pro"))
}

/// Names of the methods, for `ListMethods`.
pub(crate) fn names(spec: &ModelSpec) -> &'static [&'static str] {
    if is_able(spec) { &["Virtual.Add", "Virtual.Delete"] } else { &[] }
}

/// Carries out a method; none when there is no such method.
pub(crate) fn call(device: &Device, state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    if !is_able(&device.spec) {
        return None;
    }
    match method {
        "add" => Some(add(device, state, params)),
        "delete" => Some(delete(state, params)),
        _ => None,
    }
}

fn add(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let kind = params.get("type").ok_or_else(|| RpcError::missing("type"))?;
    let kind = kind.as_str().filter(|kind| KINDS.contains(kind)).ok_or_else(|| RpcError::argument("type"))?;
    let known = dynamic::all(state);
    let is_virtual = |key: &&String| key.split_once(':').is_some_and(|(kind, _)| KINDS.contains(&kind));
    if known.keys().filter(is_virtual).count() >= MOST {
        return Err(RpcError::new(-108, format!("Too many virtual components, at most {MOST}")));
    }
    let is_free = |id: &u32| !known.contains_key(&format!("{kind}:{id}"));
    let id = match params.get("id").filter(|id| !id.is_null()) {
        Some(id) => id.as_u64().and_then(|id| u32::try_from(id).ok()).filter(|id| IDS.contains(id) && is_free(id)),
        None => IDS.clone().find(is_free),
    };
    let id = id.ok_or_else(|| RpcError::argument("id"))?;
    let key = format!("{kind}:{id}");
    let revision = state.revisions.config;
    dynamic::add(state, &key, json!({"config": first(kind, id), "status": {}, "attrs": {"owner": "", "role": ""}}));
    if params.get("config").is_some_and(|config| !config.is_null())
        && let Err(error) = config::write(device, state, &key, params)
    {
        dynamic::remove(state, &key);
        return Err(error);
    }
    // That it was configured while it was made is no news of its own.
    if state.revisions.config != revision {
        state.events.pop_back();
        state.revisions.config = revision;
    }
    let config = dynamic::config(state, &key).unwrap_or_default();
    dynamic::set_whole_status(state, &key, status(kind, id, &config));
    told(state, "component_added", &key);
    Ok(json!({"id": id}).to_string())
}

fn delete(state: &mut State, params: &Value) -> Outcome {
    let key = params.get("key").ok_or_else(|| RpcError::missing("key"))?;
    let key = key.as_str().ok_or_else(|| RpcError::argument("key"))?;
    let is_virtual = key.split_once(':').is_some_and(|(kind, _)| KINDS.contains(&kind));
    if !is_virtual || !dynamic::remove(state, key) {
        return Err(RpcError::new(-105, format!("Argument 'key', value '{key}' not found!")));
    }
    told(state, "component_removed", key);
    Ok("null".into())
}

/// Counts the change, and lets whoever listens know.
fn told(state: &mut State, event: &str, key: &str) {
    state.revisions.config += 1;
    let revision = json!(state.revisions.config);
    let more = json::object([("target", json!(key)), ("restart_required", json!(false)), ("cfg_rev", revision)]);
    state.event("sys", event, more);
}

/// What a new component is set to.
fn first(kind: &str, id: u32) -> Value {
    let ui = |view: Option<&str>, more: &[(&str, Value)]| {
        let mut ui = json::object([("icon", Value::Null)]);
        if let Some(view) = view {
            ui.insert("view".into(), json!(view));
        }
        ui.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        json!({ "ui": ui })
    };
    let (meta, more) = match kind {
        "boolean" => (ui(Some("toggle"), &[("titles", json!(["Off", "On"]))]), json!({"default_value": false})),
        "number" => (
            ui(Some("field"), &[("unit", json!("")), ("step", json!(1))]),
            json!({"default_value": 0.0, "min": 0.0, "max": 100.0}),
        ),
        "text" => (ui(Some("field"), &[]), json!({"default_value": "", "max_len": 255})),
        "enum" => (ui(Some("dropdown"), &[("titles", json!({}))]), json!({"default_value": null, "options": []})),
        "button" => (ui(Some("button"), &[]), json!({})),
        _ => (ui(None, &[]), json!({})),
    };
    let mut config = json::object([("id", json!(id)), ("name", Value::Null), ("meta", meta)]);
    if kind != "group" {
        config.insert("access".into(), json!("crw"));
    }
    if let Value::Object(more) = more {
        if !more.is_empty() {
            config.insert("persisted".into(), json!(false));
        }
        config.extend(more);
    }
    Value::Object(config)
}

/// What a new component says: its default value, a group without members, a button nothing.
fn status(kind: &str, id: u32, config: &Value) -> Value {
    let value = match kind {
        "button" => return Value::Object(Map::from_iter([("id".to_owned(), json!(id))])),
        "group" => json!([]),
        _ => config["default_value"].clone(),
    };
    json!({"value": value, "source": "init", "last_update_ts": 0})
}
