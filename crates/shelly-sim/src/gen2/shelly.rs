//! The `Shelly` service: identity, whole documents, components in pages, restarts, login.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    gen2::{Outcome, RpcError, config, config_text, dynamic, files, first, methods, status},
    json,
    ota::{self, Stage},
    quirk::Quirk,
    sim_device,
    state::{Login, State},
};

/// Components in one page when configuration or status come along.
const PAGE: usize = 5;
/// Components in one page of bare keys.
const PAGE_OF_KEYS: usize = 20;
const NULL: &str = "null";

/// The text of `GET /shelly` and `Shelly.GetDeviceInfo`.
pub(crate) fn info(device: &Device, state: &State) -> String {
    if let Some(played) = state.played.as_ref().filter(|played| played.untouched && state.login.is_none())
        && let Some(text) = played.endpoints.get("Shelly.GetDeviceInfo")
    {
        return text.to_string();
    }
    let (spec, root) = (&device.spec, json::parse(&state.config));
    let mut info = match state.played.as_ref().and_then(|played| played.endpoints.get("Shelly.GetDeviceInfo")) {
        Some(text) => json::parse(text).as_object().cloned().unwrap_or_default(),
        None => json::object([
            ("id", json!(&*device.id)),
            ("mac", json!(device.mac.to_string())),
            ("slot", json!(0)),
            ("model", json!(spec.model.code())),
            ("gen", json!(spec.generation.0)),
            ("fw_id", json!(state.firmware.id())),
            ("ver", json!(state.firmware.version())),
            ("app", json!(spec.app)),
        ]),
    };
    let protected = state.login.is_some();
    info.insert("name".into(), root["sys"]["device"]["name"].clone());
    info.insert("auth_en".into(), json!(protected));
    info.insert("auth_domain".into(), if protected { json!(&*device.id) } else { Value::Null });
    if !state.profile.is_empty() {
        info.insert("profile".into(), json!(&*state.profile));
    }
    if root["sys"]["device"]["discoverable"] == false {
        info.insert("discoverable".into(), json!(false));
    }
    if spec.quirks.matter {
        info.insert("matter".into(), json!(true));
    }
    let raised = root["sys"]["device"].get("enhanced_security").is_some() || state.setup.is_some();
    if (spec.since(2, 0, 0) || raised) && state.played.is_none() {
        let stage = state.setup.map_or("complete", |setup| setup.stage.word());
        info.insert("provision".into(), json!(stage));
        info.insert("enhanced_security".into(), root["sys"]["device"]["enhanced_security"].clone());
    }
    Value::Object(info).to_string()
}

/// Carries out a method of the service; none when there is no such method.
pub(crate) fn call(device: &Device, state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    Some(match method {
        "ping" | "resetwificonfig" => Ok(NULL.into()),
        "update" => update(device, state, params),
        "getdeviceinfo" => Ok(info(device, state)),
        "getconfig" => Ok(config_text(state)),
        "getstatus" => Ok(status::text(device, state)),
        "getcomponents" => components(device, state, params),
        "listmethods" => Ok(json!({"methods": methods::list(device, state)}).to_string()),
        "listprofiles" if device.spec.profiles.len() > 1 => Ok(profiles(device)),
        "setprofile" if device.spec.profiles.len() > 1 => set_profile(device, state, params),
        "setauth" => set_auth(device, state, params),
        "reboot" => reboot(device, state, params),
        "factoryreset" => {
            factory_reset(device, state);
            Ok(NULL.into())
        }
        "checkforupdate" => Ok(ota::listed(&ota::offers(device, state), true).to_string()),
        "detectlocation" => Ok(json!({"tz": "Europe/Berlin", "lat": 52.52, "lon": 13.4}).to_string()),
        "listtimezones" => {
            Ok(json!({"timezones": ["Europe/Berlin", "Europe/London"], "offset": 0, "total": 2}).to_string())
        }
        _ => return files::put(state, method, params),
    })
}

fn components(device: &Device, state: &mut State, params: &Value) -> Outcome {
    if let Some(page) = captured_page(state, params) {
        return Ok(page);
    }
    let words = |name: &str| -> Option<Vec<&str>> {
        params.get(name).and_then(Value::as_array).map(|items| items.iter().filter_map(Value::as_str).collect())
    };
    let only = params.get("dynamic_only").and_then(Value::as_bool).unwrap_or(false);
    // Asked for dynamic components only, the device sends all it knows of them.
    let include = words("include").unwrap_or(if only { vec!["status", "config", "attrs"] } else { Vec::new() });
    let offset = offset(params)?;
    let root = json::parse(&state.config);
    let run_time = dynamic::all(state);
    let mut keys: Vec<String> =
        if only { Vec::new() } else { root.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect() };
    keys.extend(run_time.keys().cloned());
    if let Some(wanted) = words("keys") {
        keys.retain(|key| wanted.contains(&key.as_str()));
    }
    let page = if include.is_empty() { PAGE_OF_KEYS } else { PAGE };
    let total = keys.len();
    let mut items = Vec::new();
    for key in keys.into_iter().skip(offset).take(page) {
        let mut item = json::object([("key", json!(key))]);
        if include.contains(&"status") {
            item.insert("status".into(), status::of_component(device, state, &key).unwrap_or_else(|| json!({})));
        }
        if include.contains(&"config") {
            let config = run_time.get(&key).map_or_else(|| root[&key].clone(), |one| one["config"].clone());
            item.insert("config".into(), config);
        }
        if let Some(attrs) = run_time.get(&key).map(|one| &one["attrs"]).filter(|_| include.contains(&"attrs")) {
            item.insert("attrs".into(), attrs.clone());
        }
        items.push(Value::Object(item));
    }
    let revision = state.revisions.config;
    Ok(json!({"components": items, "cfg_rev": revision, "offset": offset, "total": total}).to_string())
}

fn offset(params: &Value) -> Result<usize, RpcError> {
    match params.get("offset") {
        None | Some(Value::Null) => Ok(0),
        Some(value) => {
            value.as_u64().and_then(|offset| usize::try_from(offset).ok()).ok_or_else(|| RpcError::argument("offset"))
        }
    }
}

/// The captured answer, if it is the whole list and the whole list is asked for.
fn captured_page(state: &State, params: &Value) -> Option<String> {
    let played = state.played.as_ref().filter(|played| played.untouched)?;
    let text = played.endpoints.get("Shelly.GetComponents")?;
    let asks = |name: &str| params.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    if asks("keys") || asks("dynamic_only") || params.get("offset").is_some_and(|offset| *offset != 0) {
        return None;
    }
    let page = json::parse(text);
    let whole = page["components"].as_array().is_some_and(|items| page["total"] == items.len());
    whole.then(|| text.to_string())
}

fn profiles(device: &Device) -> String {
    let profiles: Map<String, Value> = device
        .spec
        .profiles
        .iter()
        .map(|profile| {
            let mut counts: Vec<(&str, u32)> = Vec::new();
            for kind in profile.components.iter().filter_map(|key| key.split(':').next()) {
                match counts.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((kind, 1)),
                }
            }
            let components: Vec<Value> =
                counts.iter().map(|(kind, count)| json!({"type": kind, "count": count})).collect();
            (profile.name.clone(), json!({"components": components}))
        })
        .collect();
    json!({"profiles": profiles}).to_string()
}

fn set_profile(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let name = params.get("name").ok_or_else(|| RpcError::missing("name"))?;
    let name = name.as_str().filter(|name| device.spec.has_profile(name)).ok_or_else(|| RpcError::argument("name"))?;
    let was = state.profile.to_string();
    if name != was {
        let mut root = json::parse(&state.config);
        let fresh = first::document(&device.spec, device.mac, &device.id, name);
        if let (Some(old), Value::Object(fresh)) = (root.as_object_mut(), fresh) {
            let gone = device.spec.profile(&was).map(|profile| profile.components.clone()).unwrap_or_default();
            for key in gone {
                old.remove(&key);
            }
            for (key, value) in fresh {
                old.entry(key).or_insert(value);
            }
        }
        json::set(&mut root, "sys.device.profile", name);
        state.profile = name.into();
        state.outputs = sim_device::outputs(&device.spec, name, &mut state.rng, state.clock.now());
        state.inputs = sim_device::inputs(&device.spec, name);
        state.revisions.config += 1;
        config::store(state, root);
        device.restart(state, device.timing.restart_delay);
    }
    Ok(json!({"profile_was": was}).to_string())
}

fn set_auth(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let text = |name: &str| params.get(name).and_then(Value::as_str).ok_or_else(|| RpcError::missing(name));
    if text("user")? != "admin" {
        return Err(RpcError::argument("user"));
    }
    if text("realm")? != &*device.id {
        return Err(RpcError::argument("realm"));
    }
    match params.get("ha1") {
        Some(Value::Null) => {
            state.login = None;
            state.password = None;
        }
        Some(Value::String(ha1)) if ha1.len() == 64 && ha1.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            let same = state.login.as_ref().is_some_and(|login| *login.secret == **ha1);
            if !same {
                state.password = None;
            }
            state.login = Some(Login { user: "admin".into(), secret: ha1.to_lowercase().into() });
        }
        Some(_) => return Err(RpcError::argument("ha1")),
        None => return Err(RpcError::missing("ha1")),
    }
    Ok(NULL.into())
}

/// Begins an update. A stage the firmware does not know is taken for the stable one.
fn update(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let begun = match (params.get("url"), params.get("stage")) {
        (Some(_), Some(_)) => return Err(RpcError::argument("url")),
        (Some(url), None) => ota::fetch(device, state, url.as_str().ok_or_else(|| RpcError::argument("url"))?),
        (None, stage) => {
            let beta = stage.and_then(Value::as_str) == Some("beta");
            ota::begin(device, state, if beta { Stage::Beta } else { Stage::Stable })
        }
    };
    if !begun {
        let text = if state.update.is_some() { "Already in progress!" } else { "No update info!" };
        return Err(RpcError::new(-114, format!("Resource unavailable: {text}")));
    }
    state.answer_lost = device.has(Quirk::UpdateIsSilent);
    Ok(NULL.into())
}

fn reboot(device: &Device, state: &mut State, params: &Value) -> Outcome {
    let delay = match params.get("delay_ms") {
        None | Some(Value::Null) => device.timing.restart_delay,
        Some(value) => {
            let millis = value.as_u64().filter(|millis| *millis >= 500);
            Duration::from_millis(millis.ok_or_else(|| RpcError::argument("delay_ms"))?)
        }
    };
    if !device.restart(state, delay) {
        return Err(RpcError::new(-109, "Reboot already scheduled!"));
    }
    let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    state.event("sys", "scheduled_restart", Map::from_iter([("time_ms".to_owned(), json!(millis))]));
    Ok(NULL.into())
}

fn factory_reset(device: &Device, state: &mut State) {
    state.login = None;
    state.password = None;
    state.secrets.clear();
    state.lists = None;
    if state.played.is_none() {
        let name = device.spec.profiles.first().map(|profile| profile.name.clone()).unwrap_or_default();
        let root = first::document(&device.spec, device.mac, &device.id, &name);
        state.outputs = sim_device::outputs(&device.spec, &name, &mut state.rng, state.clock.now());
        state.inputs = sim_device::inputs(&device.spec, &name);
        state.profile = name.into();
        state.dynamic = None;
        state.revisions.config += 1;
        config::store(state, root);
    }
    device.restart(state, device.timing.restart_delay);
}
