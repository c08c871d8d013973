//! MQTT of Gen1: a topic for each value, commands, announcements (`reference/gen1/mqtt.json`).

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{Post, next};
use crate::{air::Ear, device::Device, form::Params, gen1, json, state::State};

/// What the device listens to.
pub(super) fn subscriptions(id: &str) -> Vec<String> {
    let tails = ["command", "+/+/command", "+/+/set", "+/+/command/pos"];
    let own = tails.into_iter().map(|tail| format!("shellies/{id}/{tail}"));
    own.chain(["shellies/command".to_owned()]).collect()
}

/// Says hello to a broker: announces itself and reports everything.
pub(super) fn hello(post: &Post, id: &str) {
    announce(post, id);
    post.publish(&format!("shellies/{id}/online"), "true", false);
    for (topic, text) in topics(&post.device, &mut post.device.state()) {
        post.publish(&format!("shellies/{id}/{topic}"), text, false);
    }
}

fn announce(post: &Post, id: &str) {
    let device = &post.device;
    let (firmware, mode, status) = {
        let mut state = device.state();
        let mode = (device.spec.profiles.len() > 1).then(|| state.profile.to_string());
        (state.firmware.id().to_owned(), mode, gen1::status_text(device, &mut state))
    };
    let mut body = json!({
        "id": id, "model": device.spec.model.code(), "mac": device.mac.to_string(),
        "ip": device.address().ip().to_string(), "new_fw": false, "fw_ver": firmware
    });
    if let Some(mode) = mode {
        body["mode"] = json!(mode);
    }
    post.publish("shellies/announce", body.to_string(), false);
    post.publish(&format!("shellies/{id}/announce"), body.to_string(), false);
    post.publish(&format!("shellies/{id}/info"), status, false);
}

/// Takes a message.
pub(super) fn take(post: &Post, id: &str, topic: &str, text: &str) {
    let own = format!("shellies/{id}/");
    let Some(rest) = topic.strip_prefix(&own).or_else(|| topic.strip_prefix("shellies/")) else { return };
    let steps: Vec<&str> = rest.split('/').collect();
    match steps.as_slice() {
        ["command"] => general(post, id, text),
        [kind, number, "command"] => channel(post, kind, number, &[(word(kind), text)]),
        ["roller", number, "command", "pos"] => {
            channel(post, "roller", number, &[("go", "to_pos"), ("roller_pos", text)]);
        }
        [kind, number, "set"] => {
            let Value::Object(members) = json::parse(text) else { return };
            let texts: Vec<(String, String)> = members
                .into_iter()
                .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect();
            let pairs: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            channel(post, kind, number, &pairs);
        }
        _ => {}
    }
}

fn word(kind: &str) -> &'static str {
    if kind == "roller" { "go" } else { "turn" }
}

fn general(post: &Post, id: &str, text: &str) {
    let device = &post.device;
    match text {
        "announce" => announce(post, id),
        "update" => {
            for (topic, text) in topics(device, &mut device.state()) {
                post.publish(&format!("shellies/{id}/{topic}"), text, false);
            }
        }
        "update_fw" => gen1::begin_update(device, &mut device.state()),
        "reboot" => {
            device.restart(&mut device.state(), device.timing.restart_delay);
        }
        _ => {}
    }
}

/// A command to an output, as over HTTP; what is wrong is ignored.
fn channel(post: &Post, kind: &str, number: &str, pairs: &[(&str, &str)]) {
    let mut params = Params::default();
    for (name, text) in pairs {
        params.add(name, text);
    }
    gen1::command(&post.device, &mut post.device.state(), kind, number, &params);
}

/// Reports what changed at once, and everything from time to time.
pub(super) async fn report(post: &Post, id: &str, period: Duration, mut ear: Ear) {
    let mut known = BTreeMap::new();
    loop {
        let again = post.device.clock.span(if period.is_zero() { Duration::from_hours(1) } else { period });
        let due = tokio::select! {
            note = next(&mut ear) => {
                if note.is_none() {
                    return;
                }
                false
            }
            () = sleep(again) => !period.is_zero(),
        };
        if !post.connected() {
            continue;
        }
        let now = topics(&post.device, &mut post.device.state());
        for (topic, text) in &now {
            if due || known.get(topic).is_some_and(|before| before != text) || !known.contains_key(topic) {
                post.publish(&format!("shellies/{id}/{topic}"), text.clone(), false);
            }
        }
        known = now;
    }
}

/// All state topics below `shellies/<id>/` with their text.
fn topics(device: &Device, state: &mut State) -> BTreeMap<String, String> {
    let status = json::parse(&gen1::status_text(device, state));
    let mut found = BTreeMap::new();
    outputs(&status, state, &mut found);
    inputs(&status, &mut found);
    meters(&status, &mut found);
    if device.spec.quirks.second_chip {
        found.insert("status".into(), second_chip(&status));
        return found;
    }
    let put = |found: &mut BTreeMap<String, String>, topic: &str, value: Option<&Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            found.insert(topic.to_owned(), plain(value));
        }
    };
    if device.spec.quirks.battery || status.get("gas_sensor").is_some() {
        for (topic, path) in SENSORS {
            put(&mut found, &format!("sensor/{topic}"), json::at(&status, path));
        }
    } else if device.spec.facts.thermometer {
        put(&mut found, "temperature", json::at(&status, "tmp.tC"));
        put(&mut found, "temperature_f", json::at(&status, "tmp.tF"));
        let hot = status["overtemperature"] == true;
        put(&mut found, "overtemperature", Some(&json!(u8::from(hot))));
        put(&mut found, "temperature_status", json::at(&status, "temperature_status"));
    }
    put(&mut found, "voltage", status.get("voltage"));
    put(&mut found, "adc/0", json::at(&status, "adcs.0.voltage"));
    found
}

/// Topic below `sensor/` and where its value stands in `/status`.
const SENSORS: &[(&str, &str)] = &[
    ("temperature", "tmp.value"),
    ("humidity", "hum.value"),
    ("battery", "bat.value"),
    ("flood", "flood"),
    ("smoke", "smoke"),
    ("state", "sensor.state"),
    ("lux", "lux.value"),
    ("illumination", "lux.illumination"),
    ("tilt", "accel.tilt"),
    ("vibration", "accel.vibration"),
    ("charger", "charger"),
    ("act_reasons", "act_reasons"),
    ("gas", "gas_sensor.alarm_state"),
    ("concentration", "concentration.ppm"),
    ("operation", "gas_sensor.sensor_state"),
    ("self_test", "gas_sensor.self_test_state"),
];

/// Text of a value: words as they are, truth as `true` and `false`.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn items<'a>(status: &'a Value, list: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    status.get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn on(item: &Value) -> String {
    if item["ison"] == true { "on" } else { "off" }.to_owned()
}

fn outputs(status: &Value, state: &State, found: &mut BTreeMap<String, String>) {
    for (index, relay) in items(status, "relays") {
        found.insert(format!("relay/{index}"), on(relay));
    }
    for (index, roller) in items(status, "rollers") {
        for (tail, name) in
            [("", "state"), ("/pos", "current_pos"), ("/power", "power"), ("/stop_reason", "stop_reason")]
        {
            found.insert(format!("roller/{index}{tail}"), plain(&roller[name]));
        }
    }
    let kind = match &*state.profile {
        "color" => "color",
        "white" if status.get("lights").and_then(Value::as_array).is_some_and(|lights| lights.len() > 1) => "white",
        _ => "light",
    };
    for (index, light) in items(status, "lights") {
        found.insert(format!("{kind}/{index}"), on(light));
        found.insert(format!("{kind}/{index}/status"), light.to_string());
    }
    for (index, meter) in items(status, "meters").filter(|(_, meter)| meter.get("total").is_some()) {
        // The meter of a roller is that of the relays as a whole, and of the roller.
        let places = if status.get("rollers").is_some() {
            vec!["relay".to_owned(), format!("roller/{index}")]
        } else if status.get("lights").is_some() {
            vec![format!("{kind}/{index}")]
        } else {
            vec![format!("relay/{index}")]
        };
        for place in places {
            found.insert(format!("{place}/power"), plain(&meter["power"]));
            found.insert(format!("{place}/energy"), plain(&meter["total"]));
        }
    }
}

fn inputs(status: &Value, found: &mut BTreeMap<String, String>) {
    for (index, input) in items(status, "inputs") {
        found.insert(format!("input/{index}"), plain(&input["input"]));
        let event = json!({"event": input["event"], "event_cnt": input["event_cnt"]});
        found.insert(format!("input_event/{index}"), event.to_string());
        found.insert(format!("longpush/{index}"), u8::from(input["event"] == "L").to_string());
    }
}

fn meters(status: &Value, found: &mut BTreeMap<String, String>) {
    for (index, meter) in items(status, "emeters") {
        for name in ["power", "voltage", "pf", "current", "total", "total_returned"] {
            if let Some(value) = meter.get(name) {
                found.insert(format!("emeter/{index}/{name}"), plain(value));
            }
        }
        if let Some(reactive) = meter.get("reactive") {
            found.insert(format!("emeter/{index}/reactive_power"), plain(reactive));
        }
    }
}

/// One document instead of topics, on Motion and TRV.
fn second_chip(status: &Value) -> String {
    if let Some(thermostat) = json::at(status, "thermostats.0") {
        return json!({"target_t": thermostat["target_t"], "tmp": thermostat["tmp"], "bat": status["bat"]["value"]})
            .to_string();
    }
    json!({
        "motion": status["sensor"]["motion"], "timestamp": status["sensor"]["timestamp"],
        "active": status["sensor"]["active"], "vibration": status["sensor"]["vibration"],
        "lux": status["lux"]["value"], "bat": status["bat"]["value"], "tmp": status["tmp"]
    })
    .to_string()
}
