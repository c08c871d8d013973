//! Makes `/status`: what a Gen1 device measures.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::{
    catalogue::ModelSpec,
    clock::clock_text,
    device::Device,
    gen1::list_of as list,
    json, ota,
    output::{Motion, Output, OutputKind},
    outside::Outside,
    state::State,
};

/// The whole document as it is served now.
pub(crate) fn text(device: &Device, state: &mut State) -> String {
    if let Some(played) = &state.played {
        let captured = played.endpoints.get("/status").map_or("{}", |text| text);
        if played.untouched {
            return captured.to_owned();
        }
        let mut root = json::parse(captured);
        for output in state.outputs.iter().filter(|output| output.touched) {
            let base = format!("{}.{}", list(output.kind), output.id);
            let Some(place) = json::at_mut(&mut root, &base).and_then(Value::as_object_mut) else { continue };
            for (name, value) in measured(output) {
                if let Some(old) = place.get_mut(&name) {
                    *old = value;
                }
            }
        }
        return root.to_string();
    }
    document(device, state).to_string()
}

fn document(device: &Device, state: &State) -> Value {
    let (spec, now) = (&*device.spec, device.clock.now());
    let settings = json::parse(&state.config);
    let mut root = general(device, state, &settings, now);
    add_outputs(&mut root, device, state, &settings, now);
    add_inputs(&mut root, state);
    add_meters(&mut root, spec, state, &settings);
    root.extend(spec.status.clone());
    let mut root = Value::Object(root);
    json::measure(&mut root, &state.readings);
    root
}

fn general(device: &Device, state: &State, settings: &Value, now: Instant) -> Map<String, Value> {
    let unix = state.known_unix().unwrap_or(0);
    let facts = &device.spec.facts;
    let offset = json::at(settings, "tz_utc_offset").and_then(Value::as_i64).unwrap_or(0);
    let cloud = json::truth(settings, "cloud.enabled");
    let joined = state.radio.as_ref().map(|radio| json!(radio.ssid(now)));
    let mut station = json!({
        "connected": true, "ssid": joined.unwrap_or_else(|| settings["wifi_sta"]["ssid"].clone()),
        "ip": device.address().ip().to_string(), "rssi": signal(device)
    });
    for (name, value) in state.outside.iter().flat_map(Outside::gen1_status) {
        station[name] = value;
    }
    json::object([
        ("wifi_sta", station),
        ("cloud", json!({"enabled": cloud, "connected": cloud})),
        ("mqtt", json!({"connected": state.mqtt_runs})),
        ("time", json!(if unix == 0 { String::new() } else { clock_text(unix, offset) })),
        ("unixtime", json!(unix)),
        ("serial", json!(state.changes_since_boot + 1)),
        ("has_update", json!(ota::offers(device, state).stable.is_some())),
        ("mac", json!(device.mac.to_string())),
        ("cfg_changed_cnt", json!(state.changes_since_boot)),
        ("actions_stats", json!({"skipped": device.tally.calls_skipped.load(Ordering::Relaxed)})),
        ("update", update(device, state)),
        ("ram_total", json!(facts.ram_bytes)),
        ("ram_free", json!(facts.ram_bytes * 3 / 4)),
        ("fs_size", json!(facts.fs_bytes)),
        ("fs_free", json!(facts.fs_bytes * 2 / 3)),
        ("uptime", json!(state.uptime_s(now))),
    ])
}

/// A signal strength that is always the same for one device, in dBm.
fn signal(device: &Device) -> i32 {
    -45 - i32::from(device.mac.bytes()[5] % 30)
}

/// The state of the firmware.
pub(crate) fn update(device: &Device, state: &State) -> Value {
    let (firmware, offer) = (state.firmware.id(), ota::offers(device, state));
    let status = match (&state.update, &offer.stable) {
        (Some(_), _) => "updating",
        (None, Some(_)) => "pending",
        (None, None) => "idle",
    };
    let newer = offer.stable.as_ref().map_or(firmware, |build| build.id());
    let mut update =
        json!({"status": status, "has_update": offer.stable.is_some(), "new_version": newer, "old_version": firmware});
    if let Some(beta) = &offer.beta {
        update["beta_version"] = json!(beta.id());
    }
    update
}

fn add_outputs(root: &mut Map<String, Value>, device: &Device, state: &State, settings: &Value, now: Instant) {
    for output in &state.outputs {
        let value = output_status(device, output, settings, now);
        if let Some(items) = root.entry(list(output.kind)).or_insert_with(|| json!([])).as_array_mut() {
            items.push(value);
        }
    }
    if device.spec.profiles.len() > 1
        && let Some(mode) = settings.get("mode").filter(|_| root.contains_key("lights"))
    {
        root.insert("mode".into(), mode.clone());
    }
    if device.spec.facts.thermometer {
        let celsius = 38.0 + f64::from(device.mac.bytes()[5] % 16) + state.outputs.len() as f64;
        root.insert("temperature".into(), json::decimal(celsius, 2));
        root.insert("overtemperature".into(), json!(false));
        let fahrenheit = json::decimal(celsius * 1.8 + 32.0, 2);
        root.insert("tmp".into(), json!({"tC": json::decimal(celsius, 2), "tF": fahrenheit, "is_valid": true}));
        root.insert("temperature_status".into(), json!("Normal"));
    }
    if device.spec.facts.voltmeter {
        root.insert("voltage".into(), json::decimal(volts(device.mac.bytes()[4]), 2));
    }
    if device.spec.quirks.mode_reboots && root.contains_key("lights") {
        let total: f64 = state.outputs.iter().map(Output::power_w).sum();
        root.insert("input".into(), json!(0));
        root.insert("total_power".into(), json::decimal(total, 2));
    }
}

fn volts(seed: u8) -> f64 {
    229.0 + f64::from(seed % 80) / 10.0
}

/// The object of one output in `/status`, which also answers a command.
pub(crate) fn output_status(device: &Device, output: &Output, settings: &Value, now: Instant) -> Value {
    let spec = &device.spec;
    let mut members = json::object([("source", json!(output.source))]);
    members.extend(measured(output));
    if output.kind == OutputKind::Cover {
        let calibrated = json::truth(settings, &format!("rollers.{}.positioning", output.id));
        members.extend(json::object([
            ("is_valid", json!(true)),
            ("safety_switch", json!(false)),
            ("overtemperature", json!(false)),
            ("stop_reason", json!("normal")),
            ("calibrating", json!(false)),
            ("positioning", json!(calibrated)),
            ("current_pos", if calibrated { json!(percent(output.position)) } else { json!(101) }),
            (
                "last_direction",
                json!(match output.last_motion {
                    Some(Motion::Closing) => "close",
                    Some(Motion::Opening) => "open",
                    None => "stop",
                }),
            ),
        ]));
        return Value::Object(members);
    }
    let (started, length, left) = match output.timer {
        Some((start, length)) => {
            let passed = now.saturating_duration_since(start);
            (
                device.clock.unix().saturating_sub(passed.as_secs()),
                length.as_secs(),
                length.saturating_sub(passed).as_secs(),
            )
        }
        None => (0, 0, 0),
    };
    members.extend(json::object([
        ("timer_started", json!(started)),
        ("timer_duration", json!(length)),
        ("timer_remaining", json!(left)),
    ]));
    if output.kind == OutputKind::Switch {
        if spec.facts.metered {
            members.insert("overpower".into(), json!(false));
            if spec.facts.voltmeter {
                members.insert("overtemperature".into(), json!(false));
                members.insert("is_valid".into(), json!(true));
            }
        }
        return Value::Object(members);
    }
    if spec.quirks.bulb {
        let [red, green, blue] = output.rgb;
        let all = [
            ("red", json!(red)),
            ("green", json!(green)),
            ("blue", json!(blue)),
            ("gain", json!(output.brightness)),
            ("brightness", json!(output.brightness)),
            ("temp", json!(output.ct)),
            ("effect", json!(output.effect)),
        ];
        for (name, value) in all {
            members.entry(name).or_insert(value);
        }
    }
    members.insert("mode".into(), json!(if output.kind == OutputKind::Rgbw { "color" } else { "white" }));
    members.insert("transition".into(), json!(0));
    if spec.facts.metered && spec.quirks.mode_reboots {
        members.insert("power".into(), json::decimal(output.power_w(), 2));
        members.insert("overpower".into(), json!(false));
    }
    Value::Object(members)
}

/// A counter without digits after the point.
fn whole(value: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counters are never negative")]
    let whole = value.max(0.0).round() as u64;
    whole
}

fn percent(position: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a percentage")]
    let whole = position.clamp(0.0, 100.0).round() as u8;
    whole
}

/// What is measured at an output, under the names of `/settings` and `/status` alike.
pub(crate) fn measured(output: &Output) -> Map<String, Value> {
    if output.kind == OutputKind::Cover {
        let state = match output.moving {
            Some((Motion::Opening, _)) => "open",
            Some((Motion::Closing, _)) => "close",
            None => "stop",
        };
        return json::object([("state", json!(state)), ("power", json::decimal(output.power_w(), 2))]);
    }
    let mut members = json::object([("ison", json!(output.on)), ("has_timer", json!(output.timer.is_some()))]);
    let [red, green, blue] = output.rgb;
    match output.kind {
        OutputKind::Rgbw => members.extend(json::object([
            ("red", json!(red)),
            ("green", json!(green)),
            ("blue", json!(blue)),
            ("white", json!(output.white)),
            ("gain", json!(output.brightness)),
            ("effect", json!(output.effect)),
        ])),
        OutputKind::Cct => members.extend(json::object([
            ("brightness", json!(output.brightness)),
            ("temp", json!(output.ct)),
            ("white", json!(output.white)),
        ])),
        OutputKind::Light => members.extend(json::object([("brightness", json!(output.brightness))])),
        _ => {}
    }
    members
}

fn add_inputs(root: &mut Map<String, Value>, state: &State) {
    let inputs: Vec<Value> = state
        .inputs
        .iter()
        .map(|input| json!({"input": u8::from(input.on), "event": input.event, "event_cnt": input.count}))
        .collect();
    if !inputs.is_empty() {
        root.insert("inputs".into(), inputs.into());
    }
}

fn add_meters(root: &mut Map<String, Value>, spec: &ModelSpec, state: &State, settings: &Value) {
    let valid = if spec.quirks.valid_as_text && state.outputs.len() > 1 { json!("true") } else { json!(true) };
    let meters: Vec<Value> = state
        .outputs
        .iter()
        .filter_map(|output| {
            if spec.facts.metered {
                let per_minute = json::decimal(output.power_w(), 3);
                return Some(json!({
                    "power": json::decimal(output.power_w(), 2), "overpower": 0.0, "is_valid": valid,
                    "timestamp": state.clock.unix(), "counters": [per_minute, per_minute, per_minute],
                    "total": whole(output.energy_ws / 60.0)
                }));
            }
            let constant = json::number(settings, &format!("relays.{}.power", output.id)).unwrap_or(0.0);
            let power = if output.on { constant } else { 0.0 };
            spec.quirks.phantom_meters.then(|| json!({"power": json::decimal(power, 2), "is_valid": true}))
        })
        .collect();
    if !meters.is_empty() {
        root.insert("meters".into(), meters.into());
    }
    let phases = spec.profiles.iter().map(|profile| profile.ids("em1").len()).max().unwrap_or(0);
    if phases == 0 {
        return;
    }
    let now = state.clock.now();
    let emeters: Vec<Value> = (0..phases)
        .map(|phase| {
            let power = spec.facts.load_w * (1.0 + phase as f64 / 3.0);
            let total = power * state.uptime_s(now) as f64 / 3600.0;
            let mut meter = json!({
                "power": json::decimal(power, 2), "pf": 0.97, "voltage": 231.4, "is_valid": true,
                "total": json::decimal(total, 1), "total_returned": 0.0
            });
            // The device with three phases gives the current, the one with two the reactive power.
            if phases > 2 {
                meter["current"] = json::decimal(power / 231.4, 2);
            } else {
                meter["reactive"] = json::decimal(power / 5.0, 2);
            }
            meter
        })
        .collect();
    root.insert("emeters".into(), emeters.into());
}
