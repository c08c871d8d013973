//! Carries out methods of single kinds: breakers, alarms, buttons, the valve behind a gateway, add-ons.

use serde_json::{Map, Value, json};

use crate::{
    gen2::{Outcome, RpcError, dynamic, kinds},
    json,
    state::State,
};

const NULL: &str = "null";

/// Kinds whose `Set` puts parameters of these names into the status.
const SETTERS: &[(&str, &[&str])] = &[
    ("cb", &["output"]),
    ("fan", &["on", "speed", "mode"]),
    ("pilotwire", &["mode"]),
    ("ledstrip", &["on", "brightness", "rgb", "effect", "palette", "speed", "intensity"]),
    ("camera", &["recording"]),
];

/// Names of the methods here, for `ListMethods`.
pub(crate) const METHODS: &[(&str, &str, &[&str])] = &[
    ("blugw", "BluGw", &[]),
    ("blumcb", "BluMCB", &[]),
    ("blutrv", "BluTrv", &["Call", "GetRemoteConfig", "GetRemoteStatus", "GetRemoteDeviceInfo", "CheckForUpdates"]),
    ("bm", "BM", &[]),
    ("bthomecontrol", "BTHomeControl", &[]),
    ("button", "Button", &["Trigger"]),
    ("camera", "Camera", &["Set"]),
    ("camerazone", "CameraZone", &[]),
    ("cb", "CB", &["Set"]),
    ("cury", "Cury", &["Set", "SetMode"]),
    ("dali", "DALI", &[]),
    ("enum", "Enum", &["Set"]),
    ("fan", "Fan", &["Set"]),
    ("ffs", "FFS", &[]),
    ("flood", "Flood", &[]),
    ("group", "Group", &["Set"]),
    ("illuminance", "Illuminance", &[]),
    ("ir", "IR", &[]),
    ("ircode", "IRCode", &["Emit"]),
    ("irdevice", "IRDevice", &[]),
    ("ledstrip", "LedStrip", &["Set"]),
    ("lnm", "LNM", &[]),
    ("lora", "LoRa", &["SendBytes"]),
    ("mbrtuclient", "MbRtuClient", &[]),
    ("media", "Media", &[]),
    ("object", "Object", &["Set"]),
    ("occupancy", "Occupancy", &[]),
    ("pill", "Pill", &[]),
    ("pilotwire", "PilotWire", &["Set"]),
    ("plugpm_ui", "PLUGPM_UI", &[]),
    ("pluguk_ui", "PLUGUK_UI", &[]),
    ("presence", "Presence", &[]),
    ("presencezone", "PresenceZone", &[]),
    ("rgbcct", "RGBCCT", &["Set", "Toggle"]),
    ("serial", "Serial", &[]),
    ("service", "Service", &[]),
    ("shelr", "SheLr", &["Send"]),
    ("smoke", "Smoke", &["Mute"]),
    ("storage", "Storage", &["List"]),
    ("text", "Text", &["Set"]),
    ("thermostat", "Thermostat", &[]),
    ("voltmeter", "Voltmeter", &[]),
    ("wd_ui", "WD_UI", &[]),
    ("zigbee", "Zigbee", &["StartNetworkSteering"]),
];

/// Carries out a method of the component `key`; none when the kind has no such method.
pub(crate) fn call(state: &mut State, kind: &str, method: &str, key: &str, params: &Value) -> Option<Outcome> {
    if let (Some((_, fields)), "set") = (SETTERS.iter().find(|(known, _)| *known == kind), method) {
        set(state, key, fields, params);
        return Some(Ok(NULL.into()));
    }
    Some(match (kind, method) {
        ("smoke", "mute") => {
            state.readings.insert(format!("{key}.mute"), json!(true));
            Ok(NULL.into())
        }
        ("button", "trigger") => push(state, key, params),
        ("cury", "set") => slot(state, key, params),
        ("cury", "setmode") => {
            state.readings.insert(format!("{key}.mode"), params.get("mode").cloned().unwrap_or_default());
            Ok(NULL.into())
        }
        ("blutrv", "checkforupdates") => Ok(json!({"fw_id": null}).to_string()),
        ("blutrv", "getremoteconfig") => Ok(json!({"v": 1, "config": {"trv:0": trv(true)}}).to_string()),
        ("blutrv", "getremotestatus") => {
            Ok(json!({"v": 1, "status": {"trv:0": remote_status(state, key)}}).to_string())
        }
        ("blutrv", "getremotedeviceinfo") => {
            Ok(json!({"v": 1, "device_info": {"fw_ver": "v1.2.10", "model": "SBTR-001AEU"}}).to_string())
        }
        ("blutrv", "call") => remote_call(state, key, params),
        ("lora", "sendbytes") | ("shelr", "send") | ("ircode", "emit") | ("zigbee", "startnetworksteering") => {
            Ok(NULL.into())
        }
        ("storage", "list") => Ok(json!({"items": [], "total": 0}).to_string()),
        _ => return None,
    })
}

/// `BluTrv.CheckForUpdates` and others that name no component.
pub(crate) fn whole(kind: &str, method: &str) -> Option<Outcome> {
    ((kind, method) == ("blutrv", "checkforupdates")).then(|| Ok(json!({"fw_id": null}).to_string()))
}

fn set(state: &mut State, key: &str, fields: &[&str], params: &Value) {
    for name in fields {
        if let Some(value) = params.get(*name) {
            state.readings.insert(format!("{key}.{name}"), value.clone());
        }
    }
    state.readings.insert(format!("{key}.source"), json!(state.source));
}

fn push(state: &mut State, key: &str, params: &Value) -> Outcome {
    let event = params.get("event").and_then(Value::as_str).ok_or_else(|| RpcError::missing("event"))?.to_owned();
    let id = params.get("id").cloned().unwrap_or_default();
    if let Some(number) = id.as_u64().and_then(|id| u32::try_from(id).ok()) {
        state.happens(format!("button.{event}"), number);
    }
    state.event(key, &event, Map::from_iter([("id".to_owned(), id)]));
    Ok(NULL.into())
}

fn slot(state: &mut State, key: &str, params: &Value) -> Outcome {
    let slot = params.get("slot").and_then(Value::as_str).filter(|slot| ["left", "right"].contains(slot));
    let slot = slot.ok_or_else(|| RpcError::argument("slot"))?;
    for name in ["on", "intensity"] {
        if let Some(value) = params.get(name) {
            state.readings.insert(format!("{key}.slots.{slot}.{name}"), value.clone());
        }
    }
    Ok(NULL.into())
}

fn trv(config: bool) -> Value {
    let part = if config { kinds::config("trv", Some(0)) } else { kinds::status("trv", Some(0)) };
    part.unwrap_or_default()
}

fn remote_status(state: &State, key: &str) -> Value {
    let mut remote = trv(false);
    let known = dynamic::status(state, key).unwrap_or_default();
    for name in ["pos", "target_C", "current_C"] {
        if let Some(value) = known.get(name) {
            json::set(&mut remote, name, value.clone());
        }
    }
    remote
}

/// A call to the valve behind the gateway.
fn remote_call(state: &mut State, key: &str, params: &Value) -> Outcome {
    let method = params.get("method").and_then(Value::as_str).ok_or_else(|| RpcError::missing("method"))?;
    let given = |name: &str| params["params"].get(name).cloned();
    let change = match method.to_ascii_lowercase().as_str() {
        "trv.settarget" => Some(("target_C", given("target_C"))),
        "trv.setposition" => Some(("pos", given("pos"))),
        "trv.setexternaltemperature" => Some(("current_C", given("t_C"))),
        "trv.setboost" | "trv.clearboost" | "trv.calibrate" | "trv.setoverride" | "trv.clearoverride" => None,
        "trv.getstatus" => return Ok(remote_status(state, key).to_string()),
        "trv.getconfig" => return Ok(trv(true).to_string()),
        _ => return Err(RpcError::no_handler(method)),
    };
    if let Some((name, value)) = change {
        let value = value.filter(Value::is_number).ok_or_else(|| RpcError::missing(name))?;
        dynamic::set_status(state, key, name, value);
    }
    Ok(NULL.into())
}

/// `SensorAddon.GetPeripherals` and the other methods about add-ons; none when the device has no add-on.
pub(crate) fn add_on(state: &State, space: &str, method: &str) -> Option<Outcome> {
    let root = json::parse(&state.config);
    let kind = json::text(&root, "sys.device.addon_type")?;
    match (space, method) {
        ("addon", "getinfo") => Some(Ok(json!({"type": kind, "version": "1.0.3"}).to_string())),
        ("addon", "checkforupdate") => Some(Ok("{}".into())),
        ("sensoraddon", "getperipherals") if kind == "sensor" => {
            let mut found = Map::new();
            for key in root.as_object().into_iter().flat_map(|members| members.keys()) {
                let Some((of, id)) = key.split_once(':') else { continue };
                if id.parse::<u32>().is_ok_and(|id| id >= 100) {
                    let sort = match of {
                        "temperature" | "humidity" => "dht22",
                        "voltmeter" => "voltmeter",
                        _ => "digital_in",
                    };
                    found.entry(sort).or_insert_with(|| json!({}))[key] = json!({});
                }
            }
            Some(Ok(Value::Object(found).to_string()))
        }
        ("sensoraddon", "onewirescan") if kind == "sensor" => Some(Ok(json!({"devices": []}).to_string())),
        _ => None,
    }
}
