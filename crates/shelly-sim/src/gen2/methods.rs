//! Finds the method a caller means.

use serde_json::{Value, json};

use crate::{
    device::Device,
    gen2::{Outcome, RpcError, backup, config, control, dynamic, extra, lists, shelly, status, virtuals},
    json,
    state::State,
};

const READS: [&str; 3] = ["GetConfig", "SetConfig", "GetStatus"];

/// Namespace as the firmware spells it, and methods beyond the three every component has.
const NAMESPACES: &[(&str, &str, &[&str])] = &[
    ("ble", "BLE", &[]),
    ("bthome", "BTHome", &[]),
    ("bthomedevice", "BTHomeDevice", &[]),
    ("bthomesensor", "BTHomeSensor", &[]),
    ("boolean", "Boolean", &["Set"]),
    ("number", "Number", &["Set"]),
    ("cct", "CCT", &["Set", "Toggle"]),
    ("cloud", "Cloud", &[]),
    ("cover", "Cover", &["Open", "Close", "Stop", "GoToPosition", "Calibrate", "ResetCounters"]),
    ("devicepower", "DevicePower", &[]),
    ("em", "EM", &[]),
    ("em1", "EM1", &[]),
    ("em1data", "EM1Data", &[]),
    ("emdata", "EMData", &[]),
    ("eth", "Eth", &[]),
    ("ht_ui", "HT_UI", &[]),
    ("humidity", "Humidity", &[]),
    ("input", "Input", &[]),
    ("knx", "KNX", &[]),
    ("light", "Light", &["Set", "Toggle", "ResetCounters"]),
    ("matter", "Matter", &[]),
    ("modbus", "Modbus", &[]),
    ("mqtt", "MQTT", &[]),
    ("plugs_ui", "PLUGS_UI", &[]),
    ("plusrgbwpm", "PlusRGBWPM", &[]),
    ("pm1", "PM1", &[]),
    ("powerstrip_ui", "POWERSTRIP_UI", &[]),
    ("rgb", "RGB", &["Set", "Toggle"]),
    ("rgbw", "RGBW", &["Set", "Toggle"]),
    ("switch", "Switch", &["Set", "Toggle", "ResetCounters"]),
    ("sys", "Sys", &["SetTime", "CreateBackup", "DownloadBackup", "UploadBackup", "RestoreBackup"]),
    ("temperature", "Temperature", &[]),
    ("ui", "UI", &[]),
    ("wifi", "Wifi", &["Scan", "ListAPClients"]),
    ("ws", "Ws", &[]),
];

const SERVICES: &[&str] = &[
    "Shelly.Ping",
    "Shelly.GetDeviceInfo",
    "Shelly.GetConfig",
    "Shelly.GetStatus",
    "Shelly.GetComponents",
    "Shelly.ListMethods",
    "Shelly.ListProfiles",
    "Shelly.SetProfile",
    "Shelly.SetAuth",
    "Shelly.Reboot",
    "Shelly.FactoryReset",
    "Shelly.ResetWiFiConfig",
    "Shelly.CheckForUpdate",
    "Shelly.Update",
    "Shelly.DetectLocation",
    "Shelly.ListTimezones",
    "Shelly.PutUserCA",
    "Shelly.PutTLSClientCert",
    "Shelly.PutTLSClientKey",
    "Shelly.PutHTTPServerCert",
    "Shelly.PutHTTPServerKey",
    "Shelly.PutHTTPServerCABundle",
    "Schedule.Create",
    "Schedule.Update",
    "Schedule.List",
    "Schedule.Delete",
    "Schedule.DeleteAll",
    "Webhook.Create",
    "Webhook.Update",
    "Webhook.List",
    "Webhook.ListSupported",
    "Webhook.ListAllSupported",
    "Webhook.Delete",
    "Webhook.DeleteAll",
    "KVS.Set",
    "KVS.Get",
    "KVS.GetMany",
    "KVS.List",
    "KVS.Delete",
    "Script.Create",
    "Script.List",
    "Script.Delete",
    "Script.PutCode",
    "Script.GetCode",
    "Script.Start",
    "Script.Stop",
    "Script.GetConfig",
    "Script.SetConfig",
    "Script.GetStatus",
];

/// Whether a method changes something.
pub(crate) fn writes(method: &str) -> bool {
    let name = method.split('.').nth(1).unwrap_or_default().to_ascii_lowercase();
    !(name.starts_with("get")
        || name.starts_with("list")
        || matches!(
            name.as_str(),
            "ping" | "scan" | "checkforupdate" | "detectlocation" | "downloadbackup" | "checkforupdates"
        ))
}

/// Names of all methods of the device.
pub(crate) fn list(device: &Device, state: &State) -> Vec<String> {
    let root = json::parse(&state.config);
    let has = |kind: &str| {
        let owns = |keys: Option<&serde_json::Map<String, Value>>| {
            keys.into_iter().flatten().any(|(key, _)| key.split(':').next() == Some(kind))
        };
        owns(root.as_object()) || owns(Some(&dynamic::all(state)))
    };
    let mut methods: Vec<String> = SERVICES.iter().map(|name| (*name).to_owned()).collect();
    for (_, spelling, more) in NAMESPACES.iter().chain(extra::METHODS).filter(|(kind, ..)| has(kind)) {
        methods.extend(READS.iter().chain(*more).map(|name| format!("{spelling}.{name}")));
    }
    methods.extend(virtuals::names(&device.spec).iter().map(|name| (*name).to_owned()));
    methods.sort_unstable();
    methods
}

/// Carries out a method. Names are found in any case.
pub(crate) fn call(device: &Device, state: &mut State, method: &str, params: &Value) -> Outcome {
    let lower = method.to_ascii_lowercase();
    let unknown = || RpcError::no_handler(method);
    let (space, name) = lower.split_once('.').ok_or_else(unknown)?;
    if !params.is_object() {
        return Err(RpcError::argument("params"));
    }
    if let Some(text) = played(state, &lower) {
        return Ok(text);
    }
    let served = match space {
        "shelly" => shelly::call(device, state, name, params),
        "schedule" => lists::schedule(state, name, params),
        "webhook" => lists::webhook(device, state, name, params),
        "addon" | "sensoraddon" => extra::add_on(state, space, name),
        "kvs" => lists::kvs(state, name, params),
        "virtual" => virtuals::call(device, state, name, params),
        "script" => lists::script(device, state, name, params),
        "wifi" if name == "scan" => Some(Ok(networks())),
        "wifi" if name == "listapclients" => Some(Ok(clients(device, state))),
        "sys" if name == "settime" => {
            state.time_was_set = true;
            Some(Ok("null".into()))
        }
        "sys" if name.ends_with("backup") => backup::call(device, state, name, params),
        _ => None,
    };
    match served {
        Some(outcome) => outcome,
        None => component(device, state, space, name, params).ok_or_else(unknown)?,
    }
}

/// A captured answer to a method which has no behaviour of its own here.
fn played(state: &State, method: &str) -> Option<String> {
    let played = state.played.as_ref().filter(|played| played.untouched)?;
    let whole = ["shelly.getconfig", "shelly.getstatus", "shelly.getcomponents", "shelly.getdeviceinfo"];
    if whole.contains(&method) || writes(method) {
        return None;
    }
    let (_, text) = played.endpoints.iter().find(|(name, _)| name.to_ascii_lowercase() == method)?;
    // An answer for one of several components cannot stand for the others.
    method.starts_with("shelly.").then(|| text.to_string())
}

/// Devices behind the range extender, each with the port it is reached at.
fn clients(device: &Device, state: &State) -> String {
    let since = state.clock.unix().saturating_sub(state.uptime_s(state.clock.now()));
    let clients: Vec<Value> = device
        .clients()
        .into_iter()
        .zip(2..)
        .map(|(client, host)| {
            json!({
                "mac": client.mac.to_string(), "ip": format!("192.168.33.{host}"), "ip_static": false,
                "mport": client.address().port(), "since": since
            })
        })
        .collect();
    json!({"ts": state.clock.unix(), "ap_clients": clients}).to_string()
}

fn networks() -> String {
    json!({"results": [
        {"ssid": "house-iot", "bssid": "9c:05:d6:3a:10:52", "auth": 3, "channel": 6, "rssi": -52},
        {"ssid": "neighbour", "bssid": "b0:4e:26:11:7f:03", "auth": 3, "channel": 11, "rssi": -84}
    ]})
    .to_string()
}

/// `GetConfig`, `SetConfig`, `GetStatus` and control of a component.
fn component(device: &Device, state: &mut State, kind: &str, name: &str, params: &Value) -> Option<Outcome> {
    let root = json::parse(&state.config);
    let run_time = dynamic::all(state);
    let keys = || root.as_object().into_iter().flatten().map(|(key, _)| key).chain(run_time.keys());
    let single = root.get(kind).is_some();
    if !single && !keys().any(|key| key.split_once(':').is_some_and(|(of, _)| of == kind)) {
        return None;
    }
    let known = matches!(name, "getconfig" | "setconfig" | "getstatus");
    let key = if single {
        kind.to_owned()
    } else {
        if params.get("id").is_none()
            && let Some(outcome) = extra::whole(kind, name)
        {
            return Some(outcome);
        }
        let id = match params.get("id") {
            None if known || name != "setall" => return Some(Err(RpcError::missing("id"))),
            None => &Value::Null,
            Some(id) => id,
        };
        let Some(number) = id.as_u64() else { return Some(Err(RpcError::argument("id"))) };
        let key = format!("{kind}:{number}");
        if !keys().any(|known| *known == key) {
            return Some(Err(RpcError::no_such_id(id)));
        }
        key
    };
    match name {
        "getconfig" => {
            let config =
                if run_time.contains_key(&key) { dynamic::config(state, &key) } else { root.get(&key).cloned() };
            Some(Ok(config.unwrap_or_default().to_string()))
        }
        "getstatus" => Some(Ok(status::of_component(device, state, &key).unwrap_or_default().to_string())),
        "setconfig" => Some(config::write(device, state, &key, params)),
        _ => control::call(state, kind, name, &key, params),
    }
}
