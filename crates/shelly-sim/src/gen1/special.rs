//! Serves what only single models have: the TRV's valve, the self test and mute of Gas.

use serde_json::{Value, json};

use crate::{
    device::Device,
    exchange::Reply,
    form::{self, Params},
    gen1::{Refusal, status_text},
    json,
    state::State,
};

/// Parameters of `/thermostats/N` and where they stand in the status and in the settings.
const THERMOSTAT: &[(&str, &str)] = &[
    ("target_t", "target_t.value"),
    ("target_t_enabled", "target_t.enabled"),
    ("pos", "pos"),
    ("boost_minutes", "boost_minutes"),
    ("schedule", "schedule"),
    ("schedule_profile", "schedule_profile"),
];

/// `/thermostats/N` and `/thermostat/N`: reads and moves the valve.
pub(crate) fn thermostat(device: &Device, state: &mut State, id: &str, params: &Params) -> Result<Reply, Refusal> {
    let base = format!("thermostats.{id}");
    if json::at(&json::parse(&status_text(device, state)), &base).is_none() {
        return Err(Refusal::not_found());
    }
    for (name, text) in params.iter() {
        let Some((_, path)) = THERMOSTAT.iter().find(|(known, _)| *known == name) else { continue };
        let value = match name {
            "target_t_enabled" | "schedule" => json!(form::truth(text)),
            "target_t" => number(name, text, 4.0, 31.0)?,
            "pos" => number(name, text, 0.0, 100.0)?,
            "schedule_profile" => number(name, text, 1.0, 5.0)?,
            _ => number(name, text, 0.0, 1440.0)?,
        };
        state.readings.insert(format!("{base}.{path}"), value.clone());
        let mut root = json::parse(&state.config);
        if let Some(place) = json::at_mut(&mut root, &format!("{base}.{path}")) {
            *place = json::like(place, value);
            state.config = root.to_string().into();
        }
    }
    if !params.is_empty() {
        let body = params.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        device.record(state, &format!("/thermostats/{id}"), Value::Object(body));
    }
    let status = json::parse(&status_text(device, state));
    Ok(Reply::json(200, json::at(&status, &base).cloned().unwrap_or_default().to_string()))
}

fn number(name: &str, text: &str, least: f64, most: f64) -> Result<Value, Refusal> {
    let value = text.parse::<f64>().ok().filter(|value| (least..=most).contains(value));
    value.map(|value| json!(value)).ok_or_else(|| Refusal::bad(name))
}

/// `/self_test`, `/mute` and `/unmute` of Gas.
pub(crate) fn gas(device: &Device, state: &mut State, what: &str) -> Result<Reply, Refusal> {
    if !device.spec.status.contains_key("gas_sensor") {
        return Err(Refusal::not_found());
    }
    if what == "self_test" {
        state.readings.insert("gas_sensor.self_test_state".into(), json!("completed"));
    }
    device.record(state, &format!("/{what}"), json!({}));
    Ok(Reply::json(200, r#"{"ok":true}"#))
}
