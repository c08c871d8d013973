//! Makes `Shelly.GetStatus`: what a Gen2+ device measures.

use serde_json::{Map, Value, json};

use crate::{
    catalogue::ModelSpec,
    clock::{Clock, clock_text},
    device::Device,
    gen2::{dynamic, kinds},
    input, json, ota,
    output::{Motion, Output, OutputKind},
    quirk::Quirk,
    setup,
    state::State,
    wifi,
};

/// The whole document as it is served now.
pub(crate) fn text(device: &Device, state: &mut State) -> String {
    if let Some(played) = &state.played {
        let captured = played.endpoints.get("Shelly.GetStatus").map_or("{}", |text| text);
        if played.untouched {
            return captured.to_owned();
        }
        return played_document(captured, state).to_string();
    }
    let root = json::parse(&state.config);
    let members: Map<String, Value> = root
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, config)| (key.clone(), component(device, state, key, config)))
        .collect();
    let mut document = Value::Object(members);
    json::measure(&mut document, &state.readings);
    document.to_string()
}

/// The captured status with what was switched or written since.
fn played_document(captured: &str, state: &State) -> Value {
    let mut root = json::parse(captured);
    json::set(&mut root, "sys.cfg_rev", state.revisions.config);
    json::set(&mut root, "sys.restart_required", state.restart_required);
    for output in state.outputs.iter().filter(|output| output.touched) {
        let key = format!("{}:{}", output.kind.word(), output.id);
        let now = output_status(output, state.clock, None);
        if let (Some(old), Value::Object(new)) = (root.get_mut(&key).and_then(Value::as_object_mut), now) {
            for (name, value) in new {
                if let Some(place) = old.get_mut(&name) {
                    *place = value;
                }
            }
        }
    }
    root
}

/// The status of one component; none when the device does not have it.
pub(crate) fn of_component(device: &Device, state: &mut State, key: &str) -> Option<Value> {
    if dynamic::is_dynamic(key.split(':').next().unwrap_or(key)) {
        return dynamic::status(state, key);
    }
    if state.played.is_some() {
        return json::parse(&text(device, state)).get(key).cloned();
    }
    let root = json::parse(&state.config);
    root.get(key).map(|config| {
        let mut document = json!({key: component(device, state, key, config)});
        json::measure(&mut document, &state.readings);
        document[key].take()
    })
}

fn component(device: &Device, state: &State, key: &str, config: &Value) -> Value {
    let (kind, id) = key.split_once(':').map_or((key, 0), |(kind, id)| (kind, id.parse().unwrap_or(0)));
    if OutputKind::of(kind).is_some() {
        let output = state.outputs.iter().find(|output| output.kind.word() == kind && output.id == id);
        return output.map_or_else(|| json!({"id": id}), |output| output_status(output, state.clock, Some(device)));
    }
    let spec = &device.spec;
    match kind {
        "sys" => sys(device, state, config),
        "wifi" => wifi_status(device, state, config),
        "cloud" => json!({"connected": json::truth(config, "enable")}),
        "mqtt" => json!({"connected": state.mqtt_connected.unwrap_or(state.mqtt_runs)}),
        "ws" => json!({"connected": state.dialled}),
        "eth" if spec.since(1, 6, 0) => json!({"ip": null, "ip6": null}),
        "eth" => json!({"ip": null}),
        "matter" => json!({"num_fabrics": 0, "commissionable": json::truth(config, "enable")}),
        "input" => input::status(state, id, config),
        "temperature" => {
            let celsius = 21.0 + f64::from(device.mac.bytes()[5] % 50) / 10.0;
            let celsius = celsius + json::number(config, "offset_C").unwrap_or(0.0);
            json!({"id": id, "tC": json::decimal(celsius, 1), "tF": json::decimal(celsius * 1.8 + 32.0, 1)})
        }
        "humidity" => {
            let percent = 44.0 + f64::from(device.mac.bytes()[4] % 20) + json::number(config, "offset").unwrap_or(0.0);
            json!({"id": id, "rh": json::decimal(percent, 1)})
        }
        "devicepower" => json!({"id": id, "battery": {"V": 5.61, "percent": 82}, "external": {"present": false}}),
        "script" => script(device, state, id),
        "em" | "em1" | "pm1" | "emdata" | "em1data" => meter(device, state, kind, id),
        "ui" => json!({}),
        _ => other(kind, key.contains(':').then_some(id), config),
    }
}

/// The status of a component without behaviour of its own.
fn other(kind: &str, id: Option<u32>, config: &Value) -> Value {
    let mut status = kinds::status(kind, id).unwrap_or_else(|| json!({}));
    if kind == "thermostat" {
        for name in ["enable", "target_C"] {
            json::set(&mut status, name, config[name].clone());
        }
    }
    status
}

fn sys(device: &Device, state: &State, config: &Value) -> Value {
    let (spec, now) = (&device.spec, device.clock.now());
    let offset = if json::text(config, "location.tz").is_some() { 3600 } else { 0 };
    let uptime = state.uptime_s(now);
    let known = state.known_unix();
    let facts = &spec.facts;
    let heap = Heap::of(device, state);
    let mut members = json::object([
        ("mac", json!(device.mac.to_string())),
        ("restart_required", json!(state.restart_required)),
        ("time", known.map_or(Value::Null, |unix| json!(clock_text(unix, offset)))),
        ("unixtime", json!(known)),
        ("uptime", json!(uptime)),
        ("ram_size", json!(facts.ram_bytes)),
        ("ram_free", json!(heap.free)),
        ("fs_size", json!(facts.fs_bytes)),
        ("fs_free", json!(facts.fs_bytes / 3)),
        ("cfg_rev", json!(state.revisions.config)),
        ("kvs_rev", json!(state.revisions.kvs)),
        ("webhook_rev", json!(state.revisions.webhook)),
        ("available_updates", ota::listed(&ota::offers(device, state), false)),
        ("reset_reason", json!(if state.reboots > 0 { 3 } else { 1 })),
    ]);
    if spec.quirks.battery {
        members.insert("wakeup_reason".into(), json!({"boot": "deepsleep_wake", "cause": "periodic"}));
        members.insert("wakeup_period".into(), json!(7200));
    } else {
        members.insert("schedule_rev".into(), json!(state.revisions.schedule));
    }
    if let Some(setup) = setup::status(device, state) {
        members.insert("provisioning".into(), setup);
    }
    if spec.since(1, 5, 0) {
        members.insert("last_sync_ts".into(), json!(known.map_or(0, |unix| unix - uptime.min(1200))));
        members.insert("ram_min_free".into(), json!(heap.least_free));
        members.insert("btrelay_rev".into(), json!(0));
    }
    if spec.since(1, 6, 0) {
        members.insert("utc_offset".into(), json!(offset));
    }
    if spec.since(2, 0, 0) {
        members.insert("bthc_rev".into(), json!(0));
    }
    Value::Object(members)
}

fn wifi_status(device: &Device, state: &State, config: &Value) -> Value {
    let now = state.clock.now();
    let joined = state.radio.as_ref().map(|radio| json!(radio.ssid(now)));
    let mut members = json::object([
        ("sta_ip", json!(device.address().ip().to_string())),
        ("status", json!("got ip")),
        ("ssid", joined.unwrap_or_else(|| config["sta"]["ssid"].clone())),
        ("rssi", json!(-42 - i32::from(device.mac.bytes()[5] % 35))),
    ]);
    if let Some(outside) = &state.outside {
        let wishes = !wifi::wished(state, false).is_empty();
        members.extend(outside.status(wishes).map(|(name, value)| (name.to_owned(), value)));
    }
    let clients = device.clients().len();
    if clients > 0 {
        members.insert("ap_client_count".into(), json!(clients));
    }
    if device.spec.since(1, 6, 0) {
        members.insert("bssid".into(), json!("9c:05:d6:3a:10:52"));
    }
    // The Plus line never got it.
    let plus = device.spec.id_prefix.contains("plus");
    if device.spec.since(1, 6, 0) && !plus {
        members.insert("sta_ip6".into(), json!(["fe80::9e05:d6ff:fe3a:1052"]));
    }
    if device.spec.since(2, 0, 0) {
        members.insert("channel".into(), json!(6));
    }
    Value::Object(members)
}

/// Memory of a device in bytes.
struct Heap {
    free: u64,
    least_free: u64,
}

/// What a script takes, in bytes.
const SCRIPT: u64 = 9_000;

impl Heap {
    /// Half of it is free; of a small one that is shared a quarter, less what is on. Firmware 2 cannot switch Bluetooth off.
    fn of(device: &Device, state: &State) -> Self {
        let size = u64::from(device.spec.facts.ram_bytes);
        if !device.has(Quirk::SharedHeap) {
            return Self { free: size / 2, least_free: size / 3 };
        }
        let config = json::parse(&state.config);
        let taken = |is_on: bool, bytes: u64| if is_on { bytes } else { 0 };
        let scripts = state.lists.as_ref().map_or(0, |lists| lists.running() as u64) * SCRIPT;
        let taken = taken(config["matter"]["enable"] == true, 32_000)
            + taken(!config["ble"].is_null() && config["ble"]["enable"] != false, 40_000)
            + scripts;
        let free = (size / 4).saturating_sub(taken).max(4_000);
        Self { free, least_free: free * 3 / 4 }
    }
}

fn script(device: &Device, state: &State, id: u32) -> Value {
    let lists = state.lists.as_ref();
    let running = lists.is_some_and(|lists| lists.runs(id));
    let busy = lists.map_or(0, |lists| lists.running() as u64);
    let has_matter = device.has(Quirk::SharedHeap) && json::parse(&state.config)["matter"]["enable"] == true;
    let pool = if has_matter { 2_000 } else { 25_200 };
    let mut members = json::object([
        ("id", json!(id)),
        ("running", json!(running)),
        ("mem_free", json!(u64::saturating_sub(pool, busy * SCRIPT))),
    ]);
    if running {
        members.insert("mem_used".into(), json!(SCRIPT));
        members.insert("mem_peak".into(), json!(SCRIPT + 500));
    }
    if lists.is_some_and(|lists| lists.has_starved(id)) {
        members.insert("errors".into(), json!(["out_of_memory"]));
    }
    Value::Object(members)
}

/// The status of an output. Without a device only what switching changes, to be laid over a capture.
fn output_status(output: &Output, clock: Clock, device: Option<&Device>) -> Value {
    let mut members = json::object([("id", json!(output.id)), ("source", json!(output.source))]);
    if let Some((start, length)) = output.timer {
        members.insert("timer_started_at".into(), json!((clock.unix_ms(start) / 1000) as f64));
        members.insert("timer_duration".into(), json::decimal(length.as_secs_f64(), 2));
    }
    if output.kind == OutputKind::Cover {
        members.extend(cover(output));
    } else {
        members.insert("output".into(), json!(output.on));
    }
    if matches!(
        output.kind,
        OutputKind::Light | OutputKind::Rgb | OutputKind::Rgbw | OutputKind::Cct | OutputKind::Rgbcct
    ) {
        members.insert("brightness".into(), json!(output.brightness));
    }
    match output.kind {
        OutputKind::Rgb => members.extend(json::object([("rgb", json!(output.rgb))])),
        OutputKind::Rgbw => {
            members.extend(json::object([("rgb", json!(output.rgb)), ("white", json!(output.white))]));
        }
        OutputKind::Rgbcct => {
            members.extend(json::object([
                ("mode", json!("rgb")),
                ("rgb", json!(output.rgb)),
                ("ct", json!(output.ct)),
            ]));
        }
        OutputKind::Cct => members.extend(json::object([("ct", json!(output.ct))])),
        _ => {}
    }
    let Some(device) = device else { return Value::Object(members) };
    let spec = &device.spec;
    if spec.facts.metered {
        members.extend(measured(output, spec, clock));
    }
    if spec.facts.thermometer {
        let celsius = 44.0 + f64::from(device.mac.bytes()[5] % 15) + output.power_w().min(400.0) / 40.0;
        let fahrenheit = json::decimal(celsius * 1.8 + 32.0, 1);
        members.insert("temperature".into(), json!({"tC": json::decimal(celsius, 1), "tF": fahrenheit}));
    }
    Value::Object(members)
}

fn cover(output: &Output) -> Map<String, Value> {
    let state = match output.moving {
        Some((Motion::Opening, _)) => "opening",
        Some((Motion::Closing, _)) => "closing",
        None if output.position >= 100.0 => "open",
        None if output.position <= 0.0 => "closed",
        None => "stopped",
    };
    let mut members = json::object([
        ("state", json!(state)),
        ("pos_control", json!(true)),
        ("current_pos", json::decimal(output.position, 0)),
        (
            "last_direction",
            match output.last_motion {
                Some(Motion::Opening) => json!("open"),
                Some(Motion::Closing) => json!("close"),
                None => Value::Null,
            },
        ),
    ]);
    if let Some((_, target)) = output.moving {
        members.insert("target_pos".into(), json::decimal(target, 0));
    }
    members
}

fn measured(output: &Output, spec: &ModelSpec, clock: Clock) -> Map<String, Value> {
    let watts = output.power_w();
    let low = matches!(output.kind, OutputKind::Rgb | OutputKind::Rgbw | OutputKind::Cct | OutputKind::Rgbcct)
        || spec.id_prefix.contains("rgbw");
    let volts = if low { 12.1 } else { 231.6 };
    let mut members = json::object([
        ("apower", json::decimal(watts, 1)),
        ("voltage", json!(volts)),
        ("current", json::decimal(watts / volts, 3)),
        ("aenergy", counter(output.energy_ws / 3600.0, watts, clock)),
    ]);
    if !low {
        members.insert("freq".into(), json!(50.0));
        if spec.facts.power_factor {
            members.insert("pf".into(), if watts > 0.0 { json!(0.98) } else { json!(0.0) });
        }
        if spec.since(1, 6, 0) && output.kind == OutputKind::Switch {
            members.insert("ret_aenergy".into(), counter(0.0, 0.0, clock));
        }
    }
    members
}

/// An energy counter: watt-hours in all, milliwatt-hours of the last three minutes.
fn counter(total_wh: f64, watts: f64, clock: Clock) -> Value {
    let minute = json::decimal(watts / 60.0 * 1000.0, 3);
    let unix = clock.unix();
    json!({
        "total": json::decimal(total_wh, 3), "by_minute": [minute, minute, minute], "minute_ts": unix - unix % 60
    })
}

fn meter(device: &Device, state: &State, kind: &str, id: u32) -> Value {
    let spec = &device.spec;
    let watts = spec.facts.load_w * (1.0 + f64::from(id) / 4.0);
    let clock = state.clock;
    let total = watts * state.uptime_s(clock.now()) as f64 / 3600.0;
    let one = |prefix: &str, watts: f64| {
        let name = |field: &str| format!("{prefix}{field}");
        Map::from_iter([
            (name("current"), json::decimal(watts / 231.6, 3)),
            (name("voltage"), json!(231.6)),
            (name("act_power"), json::decimal(watts, 1)),
            (name("aprt_power"), json::decimal(watts * 1.04, 1)),
            (name("pf"), json!(0.96)),
            (name("freq"), json!(50.0)),
        ])
    };
    let returned = total / 8.0;
    let counted_twice = if device.has(Quirk::ReturnedCountsForward) { returned } else { 0.0 };
    let mut members = json::object([("id", json!(id))]);
    match kind {
        "pm1" => members.extend(json::object([
            ("voltage", json!(231.6)),
            ("current", json::decimal(watts / 231.6, 3)),
            ("apower", json::decimal(watts, 1)),
            ("freq", json!(50.0)),
            ("aenergy", counter(total + counted_twice, watts, clock)),
            ("ret_aenergy", counter(returned, 0.0, clock)),
        ])),
        "em1" => {
            members.extend(one("", watts));
            members.insert("calibration".into(), json!("factory"));
        }
        "em" => {
            for (index, phase) in ["a_", "b_", "c_"].into_iter().enumerate() {
                members.extend(one(phase, watts * (1.0 + index as f64 / 5.0)));
            }
            members.extend(json::object([
                ("n_current", Value::Null),
                ("total_current", json::decimal(watts * 3.6 / 231.6, 3)),
                ("total_act_power", json::decimal(watts * 3.6, 3)),
                ("total_aprt_power", json::decimal(watts * 3.744, 3)),
                ("user_calibrated_phase", json!([])),
            ]));
        }
        "em1data" => members.extend(json::object([
            ("total_act_energy", json::decimal(total, 2)),
            ("total_act_ret_energy", json!(0.0)),
        ])),
        _ => {
            for (index, phase) in ["a", "b", "c"].into_iter().enumerate() {
                let share = json::decimal(total * (1.0 + index as f64 / 5.0), 2);
                members.insert(format!("{phase}_total_act_energy"), share);
                members.insert(format!("{phase}_total_act_ret_energy"), json!(0.0));
            }
            members.insert("total_act".into(), json::decimal(total * 3.6, 2));
            members.insert("total_act_ret".into(), json!(0.0));
        }
    }
    Value::Object(members)
}
