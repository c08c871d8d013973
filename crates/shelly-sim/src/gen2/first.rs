//! Makes the first configuration of every component.

use serde_json::{Map, Value, json};
use shelly_types::Mac;

use crate::{catalogue::ModelSpec, gen2::kinds, json};

/// The whole `Shelly.GetConfig` of a factory-new device that is on the network.
pub(crate) fn document(spec: &ModelSpec, mac: Mac, id: &str, profile: &str) -> Value {
    let mut root = Map::new();
    let parts = spec.profile(profile).map(|profile| profile.components.as_slice()).unwrap_or_default();
    let singles = ["ble", "cloud", "mqtt", "sys", "wifi", "ws"];
    for key in parts.iter().chain(&spec.singles).map(String::as_str).chain(singles) {
        if let Some(config) = component(spec, mac, id, profile, key) {
            root.insert(key.to_owned(), config);
        }
    }
    Value::Object(root)
}

/// The first configuration of one component, which `null` in a write restores.
pub(crate) fn component(spec: &ModelSpec, mac: Mac, device: &str, profile: &str, key: &str) -> Option<Value> {
    let (kind, id) = match key.split_once(':') {
        Some((kind, id)) => (kind, id.parse().ok()?),
        None => (key, 0),
    };
    let has_inputs = spec.profile(profile).is_some_and(|profile| !profile.ids("input").is_empty());
    let mut config = match kind {
        "sys" => sys(spec, mac, profile),
        "wifi" => wifi(spec, mac),
        "mqtt" => mqtt(device),
        "switch" => switch(spec, id, has_inputs),
        "cover" => cover(spec, id),
        "light" | "rgb" | "rgbw" | "cct" | "rgbcct" => light(spec, kind, id, has_inputs),
        "em" | "em1" | "pm1" => meter(spec, kind, id),
        "plugs_ui" | "powerstrip_ui" => plug_ui(spec, profile),
        "ui" if spec.quirks.wall_display => kinds::config(kind, None)?,
        _ => simple(spec, kind, id).or_else(|| kinds::config(kind, key.contains(':').then_some(id)))?,
    };
    for name in [kind, key] {
        if let (Some(members), Some(more)) = (config.as_object_mut(), spec.overrides(name)) {
            json::overlay(members, more);
        }
    }
    Some(config)
}

fn simple(spec: &ModelSpec, kind: &str, id: u32) -> Option<Value> {
    Some(match kind {
        "ble" if spec.since(2, 0, 0) => json!({"rpc": {"enable": true}}),
        "ble" if spec.since(1, 5, 0) => json!({"enable": true, "rpc": {"enable": true}}),
        "ble" => json!({"enable": true, "rpc": {"enable": true}, "observer": {"enable": false}}),
        "cloud" => json!({"enable": true, "server": "iot.shelly.cloud:6012/jrpc"}),
        "ws" if spec.since(2, 0, 0) => {
            json!({"enable": false, "server": null, "ssl_ca": "ca.pem", "use_client_cert": false})
        }
        "ws" => json!({"enable": false, "server": null, "ssl_ca": "ca.pem"}),
        "eth" => {
            let mut eth = json!({
                "enable": true, "ipv4mode": "dhcp", "ip": null, "netmask": null, "gw": null, "nameserver": null
            });
            if spec.since(1, 5, 0) {
                eth["server_mode"] = json!(false);
            }
            eth
        }
        "knx" => json!({"enable": false, "ia": "15.15.255", "routing": {"addr": "224.0.23.12:3671"}}),
        "matter" => json!({"enable": false}),
        "modbus" => json!({"enable": true}),
        "ui" => json!({"idle_brightness": 30}),
        "ht_ui" => json!({"temperature_unit": "C"}),
        "plusrgbwpm" => json!({"hf_mode": false}),
        "input" => json!({
            "id": id, "name": null, "type": "switch", "enable": true, "invert": false, "factory_reset": true
        }),
        "temperature" => json!({"id": id, "name": null, "report_thr_C": 5.0, "offset_C": 0.0}),
        "humidity" => json!({"id": id, "name": null, "report_thr": 5.0, "offset": 0.0}),
        "bthome" | "devicepower" | "emdata" | "em1data" => json!({}),
        _ => return None,
    })
}

fn sys(spec: &ModelSpec, mac: Mac, profile: &str) -> Value {
    let mut device = json!({
        "name": null, "mac": mac.to_string(), "fw_id": spec.firmware.id(), "discoverable": true, "eco_mode": false
    });
    if !profile.is_empty() {
        device["profile"] = json!(profile);
    }
    let mains = !spec.quirks.battery && !spec.id_prefix.contains("plug") && !spec.id_prefix.contains("strip");
    if mains {
        device["addon_type"] = Value::Null;
    }
    if spec.id_prefix.contains("pro") && spec.since(1, 4, 0) {
        device["sys_btn_toggle"] = json!(true);
    }
    if spec.since(2, 0, 0) {
        device["enhanced_security"] = json!(false);
        device["tls_check_cert_validity_time"] = json!(true);
    }
    let mut debug = json!({
        "level": 2, "file_level": null, "mqtt": {"enable": false}, "websocket": {"enable": false}, "udp": {"addr": null}
    });
    if spec.since(2, 0, 0) {
        debug["file_log"] = json!({"enable": false});
    }
    json!({
        "device": device,
        "location": {"tz": null, "lat": null, "lon": null},
        "debug": debug,
        "ui_data": {},
        "rpc_udp": {"dst_addr": null, "listen_port": null},
        "sntp": {"server": "time.cloudflare.com"},
        "cfg_rev": 0,
    })
}

fn wifi(spec: &ModelSpec, mac: Mac) -> Value {
    let station = |ssid: Value, enable: bool| {
        json!({
            "ssid": ssid, "is_open": !enable, "enable": enable, "ipv4mode": "dhcp", "ip": null, "netmask": null,
            "gw": null, "nameserver": null
        })
    };
    let mut point = json!({"ssid": format!("{}-{mac}", spec.ap_prefix), "is_open": true, "enable": false});
    if !spec.quirks.battery {
        point["range_extender"] = json!({"enable": false});
    }
    json!({
        "ap": point,
        "sta": station(json!("house-iot"), true),
        "sta1": station(Value::Null, false),
        "roam": {"rssi_thr": -80, "interval": 60},
    })
}

fn mqtt(device: &str) -> Value {
    json!({
        "enable": false, "server": null, "client_id": device, "user": null, "ssl_ca": null, "topic_prefix": device,
        "rpc_ntf": true, "status_ntf": false, "use_client_cert": false, "enable_rpc": true, "enable_control": true
    })
}

fn timers() -> Map<String, Value> {
    json::object([
        ("name", Value::Null),
        ("auto_on", json!(false)),
        ("auto_on_delay", json!(60.0)),
        ("auto_off", json!(false)),
        ("auto_off_delay", json!(60.0)),
    ])
}

fn protection(spec: &ModelSpec) -> Map<String, Value> {
    let mut limits = json::object([
        ("power_limit", json!(spec.facts.max_power_w)),
        ("voltage_limit", json!(280)),
        ("current_limit", json!(spec.facts.max_current_a)),
    ]);
    if spec.since(1, 6, 0) {
        limits.insert("undervoltage_limit".into(), json!(0));
    }
    limits
}

fn switch(spec: &ModelSpec, id: u32, has_inputs: bool) -> Value {
    let mut config = timers();
    config.extend(json::object([("id", json!(id)), ("initial_state", json!("off"))]));
    if has_inputs {
        config.insert("in_mode".into(), json!("follow"));
        if spec.since(1, 6, 0) {
            config.insert("in_locked".into(), json!(false));
        }
    }
    if spec.facts.metered {
        config.extend(protection(spec));
        config.insert("autorecover_voltage_errors".into(), json!(false));
        if spec.since(1, 6, 0) {
            config.insert("reverse".into(), json!(false));
        }
    }
    Value::Object(config)
}

fn cover(spec: &ModelSpec, id: u32) -> Value {
    let mut config = json::object([
        ("id", json!(id)),
        ("name", Value::Null),
        ("motor", json!({"idle_power_thr": 2.0, "idle_confirm_period": 0.25})),
        ("maxtime_open", json!(60.0)),
        ("maxtime_close", json!(60.0)),
        ("initial_state", json!("stopped")),
        ("invert_directions", json!(false)),
        ("in_mode", json!("dual")),
        ("swap_inputs", json!(false)),
        ("safety_switch", json!({"enable": false, "direction": "both", "action": "stop", "allowed_move": null})),
        (
            "obstruction_detection",
            json!({"enable": false, "direction": "both", "action": "stop", "power_thr": 1000, "holdoff": 1.0}),
        ),
    ]);
    config.extend(protection(spec));
    if spec.since(1, 6, 0) {
        config.insert("in_locked".into(), json!(false));
        config.insert("maintenance_mode".into(), json!(false));
        config.insert(
            "slat".into(),
            json!({
                "enable": false, "open_time": 1.5, "close_time": 1.5, "step": 20, "retain_pos": false,
                "precise_ctl": false
            }),
        );
    }
    Value::Object(config)
}

fn light(spec: &ModelSpec, kind: &str, id: u32, has_inputs: bool) -> Value {
    let mut config = timers();
    let mut night = json!({"enable": false, "brightness": 50.0, "active_between": []});
    let mut preset = json!({"brightness": 100.0});
    if matches!(kind, "rgb" | "rgbw" | "rgbcct") {
        night["rgb"] = json!([255, 255, 255]);
        preset["rgb"] = json!([255, 255, 255]);
    }
    if matches!(kind, "cct" | "rgbcct") {
        night["ct"] = json!(4200);
        preset["ct"] = json!(4200);
    }
    if kind == "rgbw" {
        night["white"] = json!(127);
        preset["white"] = json!(255);
    }
    config.extend(json::object([
        ("id", json!(id)),
        ("initial_state", json!("restore_last")),
        ("transition_duration", json!(3.0)),
        ("min_brightness_on_toggle", json!(3.0)),
        ("night_mode", night),
        ("button_fade_rate", json!(3)),
        ("button_presets", json!({"button_doublepush": preset})),
        ("current_limit", json!(spec.facts.max_current_a)),
    ]));
    if has_inputs {
        config.insert("in_mode".into(), json!("dim"));
    }
    if kind == "light" {
        config.insert("range_map".into(), json!([0, 100]));
    }
    Value::Object(config)
}

fn meter(spec: &ModelSpec, kind: &str, id: u32) -> Value {
    match kind {
        "em" => json!({
            "id": id, "name": null, "blink_mode_selector": "active_energy", "phase_selector": "all",
            "monitor_phase_sequence": false, "ct_type": "120A", "reverse": {}
        }),
        "em1" => json!({"id": id, "name": null, "reverse": false, "ct_type": "120A"}),
        _ if spec.since(2, 0, 0) => json!({
            "id": id, "name": null, "reverse": false,
            "alarms": {"voltage": [null, null], "current": [null, null], "power": [null, null]}
        }),
        _ => json!({"id": id, "name": null, "reverse": false}),
    }
}

fn plug_ui(spec: &ModelSpec, profile: &str) -> Value {
    let ids = spec.profile(profile).map(|profile| profile.ids("switch")).unwrap_or_default();
    let controls: Map<String, Value> =
        ids.iter().map(|id| (format!("switch:{id}"), json!({"in_mode": "momentary"}))).collect();
    json!({
        "leds": {
            "mode": "power",
            "colors": {
                "switch:0": {
                    "on": {"rgb": [0.0, 100.0, 0.0], "brightness": 100.0},
                    "off": {"rgb": [100.0, 0.0, 0.0], "brightness": 100.0}
                },
                "power": {"brightness": 100.0}
            },
            "night_mode": {"enable": false, "brightness": 100.0, "active_between": []}
        },
        "controls": controls
    })
}
