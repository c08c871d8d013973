//! Makes the first `/settings` of a model and serves the current one.

use serde_json::{Map, Value, json};
use shelly_types::Mac;

use crate::{
    catalogue::ModelSpec,
    clock::clock_text,
    gen1::status,
    json,
    output::{OutputKind, PowerOn},
    state::State,
};

/// The stored settings of a factory-new device that is on the network.
pub(crate) fn first(spec: &ModelSpec, mac: Mac, id: &str, profile: &str) -> Value {
    let mut root = general(spec, mac, id);
    root["device"].as_object_mut().into_iter().for_each(|device| device.extend(counts(spec, profile)));
    let Value::Object(mut members) = root else { return root };
    if spec.quirks.second_chip {
        for name in
            ["wifi_sta1", "ap_roaming", "actions", "allow_cross_origin", "debug_enable", "unixtime", "eco_mode_enabled"]
        {
            members.remove(name);
        }
    }
    if let Some(more) = spec.overrides("device") {
        json::overlay(&mut members, more);
    }
    if spec.profiles.iter().any(|profile| !profile.name.is_empty()) {
        members.insert("mode".into(), json!(profile));
    }
    add_parts(&mut members, spec, profile);
    Value::Object(members)
}

/// The counters of `/shelly` and of `device` in `/settings`.
pub(crate) fn counts(spec: &ModelSpec, profile: &str) -> Map<String, Value> {
    let most = |kind: &str| spec.profiles.iter().map(|profile| profile.ids(kind).len()).max().unwrap_or(0);
    let active = spec.profile(profile);
    let here = |kind: &str| active.map_or(0, |profile| profile.ids(kind).len());
    let lights = ["light", "rgbw", "cct"].iter().map(|kind| here(kind)).sum::<usize>();
    spec.counts
        .iter()
        .map(|name| {
            let value = match name.as_str() {
                "num_outputs" if lights > 0 => json!(lights),
                "num_outputs" => json!(most("switch")),
                "num_meters" if spec.facts.metered => json!(most("switch").max(lights)),
                "num_rollers" => json!(most("cover")),
                "num_emeters" => json!(most("em1")),
                "num_inputs" => json!(most("input")),
                "mode" => json!(profile),
                "report_period" => json!(1),
                _ => json!(0),
            };
            (name.clone(), value)
        })
        .collect()
}

fn general(spec: &ModelSpec, mac: Mac, id: &str) -> Value {
    let firmware = spec.firmware.id();
    let station = |enabled: bool, ssid: Value| json!({"enabled": enabled, "ssid": ssid, "ipv4_method": "dhcp", "ip": null, "gw": null, "mask": null, "dns": null});
    let stamp = firmware.get(..15).unwrap_or(firmware);
    let date = |from: usize, to: usize| stamp.get(from..to).unwrap_or("00");
    json!({
        "device": {"type": spec.model.code(), "mac": mac.to_string(), "hostname": id},
        "wifi_ap": {"enabled": false, "ssid": id, "key": ""},
        "wifi_sta": station(true, json!("house-iot")),
        "wifi_sta1": station(false, Value::Null),
        "ap_roaming": {"enabled": false, "threshold": -70},
        "mqtt": {
            "enable": false, "server": "192.168.33.3:1883", "user": "", "id": id, "reconnect_timeout_max": 60.0,
            "reconnect_timeout_min": 2.0, "clean_session": true, "keep_alive": 60, "max_qos": 0, "retain": false,
            "update_period": 30
        },
        "coiot": {"enabled": true, "update_period": 15, "peer": ""},
        "sntp": {"server": "time.google.com", "enabled": true},
        "login": {"enabled": false, "unprotected": false, "username": "admin"},
        "pin_code": "",
        "name": null,
        "fw": firmware,
        "discoverable": true,
        "build_info": {
            "build_id": firmware,
            "build_timestamp": format!(
                "{}-{}-{}T{}:{}:{}Z",
                date(0, 4), date(4, 6), date(6, 8), date(9, 11), date(11, 13), date(13, 15)
            ),
            "build_version": "1.0"
        },
        "cloud": {"enabled": true, "connected": true},
        "timezone": null, "lat": null, "lng": null, "tzautodetect": false, "tz_utc_offset": 0, "tz_dst": false,
        "tz_dst_auto": true, "time": "", "unixtime": 0,
        "debug_enable": false, "allow_cross_origin": false,
        "actions": {"active": false, "names": spec.actions},
        "hwinfo": {"hw_revision": "prod-210607", "batch_id": 1},
        "eco_mode_enabled": false,
    })
}

/// Adds relays, rollers, lights, inputs and meters.
pub(crate) fn add_parts(members: &mut Map<String, Value>, spec: &ModelSpec, profile: &str) {
    let most = |kind: &str| spec.profiles.iter().map(|profile| profile.ids(kind).len()).max().unwrap_or(0);
    let mut list = |name: &str, items: Vec<Value>| {
        if !items.is_empty() {
            members.insert(name.into(), items.into());
        }
    };
    list("relays", (0..most("switch")).map(|_| with(relay(), spec.overrides("relay"))).collect());
    list("rollers", (0..most("cover")).map(|_| roller()).collect());
    if let Some(inputs) = spec.overrides("input") {
        list("inputs", (0..most("input")).map(|_| with(json!({"name": null}), Some(inputs))).collect());
    }
    list("emeters", (0..most("em1")).map(|_| with(json!({}), spec.overrides("emeter"))).collect());
    let Some(profile) = spec.profile(profile) else { return };
    let mut lights = Vec::new();
    for kind in ["light", "rgbw", "cct"] {
        for id in profile.ids(kind) {
            // The wall button belongs to the first channel.
            lights.push(with(light(kind), spec.overrides("light").filter(|_| id == 0)));
        }
    }
    list("lights", lights);
}

fn with(mut value: Value, more: Option<&Map<String, Value>>) -> Value {
    if let (Some(members), Some(more)) = (value.as_object_mut(), more) {
        json::overlay(members, more);
    }
    value
}

fn relay() -> Value {
    json!({
        "name": null, "ison": false, "has_timer": false, "default_state": "off", "auto_on": 0.0, "auto_off": 0.0,
        "schedule": false, "schedule_rules": []
    })
}

fn roller() -> Value {
    json!({
        "maxtime": 20.0, "maxtime_open": 20.0, "maxtime_close": 20.0, "default_state": "stop", "swap": false,
        "swap_inputs": false, "input_mode": "openclose", "button_type": "toggle", "btn_reverse": 0, "state": "stop",
        "power": 0.0, "is_valid": true, "safety_switch": false, "schedule": false, "schedule_rules": [],
        "obstacle_mode": "disabled", "obstacle_action": "stop", "obstacle_power": 200, "obstacle_delay": 1,
        "ends_delay": 2500, "safety_mode": "while_opening", "safety_action": "stop",
        "safety_allowed_on_trigger": "none", "off_power": 2, "positioning": true
    })
}

fn light(kind: &str) -> Value {
    let mut value = json!({
        "name": null, "ison": false, "default_state": "off", "auto_on": 0.0, "auto_off": 0.0, "schedule": false,
        "schedule_rules": []
    });
    let night = json!({"enabled": false, "start_time": "00:00", "end_time": "00:00", "brightness": 0});
    let more = match kind {
        "rgbw" => json!({
            "red": 255, "green": 180, "blue": 90, "white": 0, "gain": 50, "transition": 1000, "effect": 0,
            "night_mode": night
        }),
        "cct" => json!({"brightness": 50, "temp": 3600, "white": 24, "transition": 1000}),
        _ => json!({"brightness": 50, "transition": 1000}),
    };
    if let (Value::Object(members), Value::Object(more)) = (&mut value, more) {
        members.extend(more);
    }
    value
}

/// The whole document as it is served now.
pub(crate) fn text(state: &State) -> String {
    if let Some(played) = state.played.as_ref().filter(|played| played.untouched)
        && let Some(text) = played.endpoints.get("/settings")
    {
        return text.to_string();
    }
    document(state).to_string()
}

/// The stored settings with what is measured now.
pub(crate) fn document(state: &State) -> Value {
    let mut root = json::parse(&state.config);
    if state.played.is_none() {
        let unix = state.known_unix().unwrap_or(0);
        json::set(&mut root, "unixtime", unix);
        let offset = json::number(&root, "tz_utc_offset").unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "an offset of a time zone is less than a day")]
        let time = if unix == 0 { String::new() } else { clock_text(unix, offset as i64) };
        json::set(&mut root, "time", time);
        let cloud = json::truth(&root, "cloud.enabled");
        json::set(&mut root, "cloud.connected", cloud);
    }
    for output in &state.outputs {
        if state.played.is_some() && !output.touched {
            continue;
        }
        let list = match output.kind {
            OutputKind::Switch => "relays",
            OutputKind::Cover => "rollers",
            _ => "lights",
        };
        let base = format!("{list}.{}", output.id);
        let Some(place) = json::at_mut(&mut root, &base).and_then(Value::as_object_mut) else { continue };
        for (name, value) in status::measured(output) {
            if let Some(old) = place.get_mut(&name) {
                *old = value;
            }
        }
    }
    root
}

/// Stores changed settings.
pub(crate) fn store(state: &mut State, root: &Value) {
    state.config = root.to_string().into();
    state.changes_since_boot += 1;
    if let Some(played) = &mut state.played {
        played.untouched = false;
    }
    refresh(state);
}

/// Hands timers and power-on states of the settings to the outputs.
pub(crate) fn refresh(state: &mut State) {
    let root = json::parse(&state.config);
    for output in &mut state.outputs {
        let list = match output.kind {
            OutputKind::Switch => "relays",
            OutputKind::Cover => "rollers",
            _ => "lights",
        };
        let get = |name: &str| json::at(&root, &format!("{list}.{}.{name}", output.id));
        let seconds = |name: &str| get(name).and_then(Value::as_f64).filter(|value| *value > 0.0);
        output.auto_on = seconds("auto_on");
        output.auto_off = seconds("auto_off");
        output.travel_s = seconds("maxtime").unwrap_or(20.0);
        output.power_on = match get("default_state").and_then(Value::as_str) {
            Some("on") => PowerOn::On,
            Some("last") => PowerOn::Keep,
            _ => PowerOn::Off,
        };
    }
}
