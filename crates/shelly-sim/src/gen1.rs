//! Answers as a Gen1 device does: one resource a path, parameters in query or form.

pub(crate) mod actions;
mod control;
mod fields;
pub(crate) mod settings;
mod special;
mod status;
pub(crate) mod write;

use std::{sync::atomic::Ordering, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    coiot,
    device::Device,
    exchange::{Call, Reply},
    form::{self, Params},
    json,
    ota::{self, Stage},
    output::OutputKind,
    quirk::Quirk,
    state::State,
};

pub(crate) use settings::text as settings_text;
pub(crate) use status::text as status_text;

/// Why a request is refused: status and short plain text.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) u16, pub(crate) String);

impl Refusal {
    fn bad(what: &str) -> Self {
        Self(400, format!("Bad {what}!"))
    }

    fn not_found() -> Self {
        Self(404, "Not Found".into())
    }
}

/// Whether the configuration wants MQTT.
pub(crate) fn mqtt_wanted(state: &State) -> bool {
    json::truth(&json::parse(&state.config), "mqtt.enable")
}

/// The list an output stands in.
pub(crate) fn list_of(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Switch => "relays",
        OutputKind::Cover => "rollers",
        _ => "lights",
    }
}

/// Carries out a command to an output; what is wrong is ignored.
pub(crate) fn command(device: &Device, state: &mut State, kind: &str, number: &str, params: &Params) {
    if let Ok(number) = number.parse() {
        let _ = control::command(device, state, kind, number, params);
    }
}

/// Begins an update to the stable release.
pub(crate) fn begin_update(device: &Device, state: &mut State) {
    ota::begin(device, state, Stage::Stable);
}

/// `/ota`: the state of the firmware, or the begin of an update.
fn update(device: &Device, state: &mut State, params: &Params) -> Reply {
    let asked = |name: &str| params.get(name).is_some_and(form::truth);
    let begun = if let Some(url) = params.get("url") {
        ota::fetch(device, state, url)
    } else if asked("beta") {
        ota::begin(device, state, Stage::Beta)
    } else {
        asked("update") && ota::begin(device, state, Stage::Stable)
    };
    state.answer_lost = begun && device.has(Quirk::UpdateIsSilent);
    if begun {
        device.record(state, "/ota", json!({}));
    }
    Reply::json(200, status::update(device, state).to_string())
}

/// Answers one request.
pub(crate) fn answer(device: &Device, call: &Call) -> Reply {
    let path = call.path.trim_end_matches('/');
    let mut state = device.state();
    if path == "/shelly" {
        return Reply::json(200, shelly(device, &state));
    }
    if !allowed(&state, call) {
        device.tally.auth_failures.fetch_add(1, Ordering::Relaxed);
        if call.authorization.is_some() {
            device.tally.wrong_passwords.fetch_add(1, Ordering::Relaxed);
        }
        let mut reply = Reply::text(401, "401 Unauthorized");
        reply.challenge = Some("Basic realm=\"Shelly\"".into());
        return reply;
    }
    let mut params = Params::default();
    params.read(&call.query);
    if !call.body.starts_with(b"{") {
        params.read(&String::from_utf8_lossy(&call.body));
    }
    match route(device, &mut state, path, &params) {
        Ok(reply) => reply,
        Err(Refusal(status, text)) => Reply::text(status, text),
    }
}

fn route(device: &Device, state: &mut State, path: &str, params: &Params) -> Result<Reply, Refusal> {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    match steps.as_slice() {
        [] | [""] => Ok(Reply::text(200, "<!DOCTYPE html><title>Shelly</title>")),
        ["settings", rest @ ..] => write::settings(device, state, rest, params),
        ["status"] => Ok(Reply::json(200, status_text(device, state))),
        ["reboot"] => {
            device.record(state, path, json!({}));
            device.restart(state, device.timing.restart_delay);
            Ok(Reply::json(200, r#"{"ok":true}"#))
        }
        ["cit", "d"] => {
            let text = coiot::description(device, state).ok_or_else(Refusal::not_found)?;
            Ok(Reply::json(200, text))
        }
        ["ota", ..] => Ok(update(device, state, params)),
        ["thermostat" | "thermostats", id] => special::thermostat(device, state, id, params),
        [what @ ("self_test" | "mute" | "unmute")] => special::gas(device, state, what),
        ["wifiscan"] => Ok(Reply::json(200, r#"{"wifiscan":"done","results":[]}"#)),
        ["reset_data"] => {
            for output in &mut state.outputs {
                output.energy_ws = 0.0;
            }
            Ok(Reply::json(200, r#"{"ok":true}"#).written())
        }
        [kind @ ("relay" | "roller" | "light" | "color" | "white"), id] => {
            let id = id.parse().map_err(|_| Refusal::not_found())?;
            let body = control::command(device, state, kind, id, params)?;
            Ok(Reply::json(200, body.to_string()))
        }
        [kind @ ("meter" | "emeter" | "input"), id] => {
            let document = json::parse(&status_text(device, state));
            let found = json::at(&document, &format!("{kind}s.{id}")).ok_or_else(Refusal::not_found)?;
            Ok(Reply::json(200, found.to_string()))
        }
        _ => Err(Refusal::not_found()),
    }
}

fn allowed(state: &State, call: &Call) -> bool {
    let Some(login) = &state.login else { return true };
    let credentials = call
        .authorization
        .as_deref()
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok());
    credentials.is_some_and(|bytes| bytes == format!("{}:{}", login.user, login.secret).as_bytes())
}

/// The answer of `/shelly`, open to everyone.
fn shelly(device: &Device, state: &State) -> String {
    if let Some(played) = state.played.as_ref().filter(|played| played.untouched)
        && let Some(text) = played.endpoints.get("/shelly")
    {
        return text.to_string();
    }
    let settings = json::parse(&state.config);
    let mut info = json::object([
        ("type", json!(device.spec.model.code())),
        ("mac", json!(device.mac.to_string())),
        ("auth", json!(state.login.is_some())),
        ("fw", json!(state.firmware.id())),
        ("longid", json!(1)),
    ]);
    if let Some(discoverable) = settings.get("discoverable") {
        info.insert("discoverable".into(), discoverable.clone());
    }
    if device.spec.quirks.battery {
        info.insert("sleep_mode".into(), json!(true));
    }
    info.extend(settings::counts(&device.spec, &state.profile));
    Value::Object(info).to_string()
}

/// Restarts a little after the answer went out.
fn restart_soon(device: &Device, state: &mut State) {
    device.restart(state, device.timing.restart_delay.max(Duration::from_millis(20)));
}
