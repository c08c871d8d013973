//! Takes writes of settings the way Gen1 firmware does.

use serde_json::{Value, json};

use crate::{
    device::Device,
    exchange::Reply,
    fault::bend,
    form::{self, Params},
    gen1::{
        Refusal, actions,
        fields::{self, Field, Kind},
        restart_soon, settings,
    },
    json,
    quirk::Quirk,
    sim_device,
    state::{Login, State},
    wifi,
};

/// Answers `/settings` and everything below it, reads and writes.
pub(crate) fn settings(device: &Device, state: &mut State, rest: &[&str], params: &Params) -> Result<Reply, Refusal> {
    if rest.first() == Some(&"actions") {
        return actions::answer(device, state, params);
    }
    let (base, list) = place(rest).ok_or_else(Refusal::not_found)?;
    let before = json::parse(&state.config);
    if !base.is_empty() && json::at(&before, &base).is_none() {
        return Err(Refusal::not_found());
    }
    if params.is_empty() {
        return Ok(Reply::json(200, part(state, &base)));
    }
    let target = format!("/settings{}{}", if rest.is_empty() { "" } else { "/" }, rest.join("/"));
    let body = params.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    device.record(state, &target, Value::Object(body));
    if base.is_empty() && params.get("reset").is_some_and(form::truth) {
        factory_reset(device, state);
        return Ok(Reply::json(200, part(state, "")).written());
    }
    // Rules need a clock, and the device says so (gen1 protocol 5).
    if params.get("schedule_rules").is_some() && state.known_unix().is_none() {
        return Err(Refusal(400, "Timezone and time should be set".into()));
    }
    let mut after = before.clone();
    fill(device, &mut after, &base, list, params)?;
    special(device, state, &base, &before, &mut after, params)?;
    bend(&state.faults, &before, &mut after);
    let mode = mode_change(device, state, &base, params)?;
    let eco = base.is_empty() && params.get("eco_mode_enabled").is_some();
    let eco_changed = before["eco_mode_enabled"] != after["eco_mode_enabled"];
    if !json::same(&before, &after) {
        settings::store(state, &after);
    }
    wifi::look(device, state);
    state.answer_lost = base.starts_with("wifi_sta") && device.has(Quirk::LostStationAnswer);
    if let Some(mode) = mode {
        enter_mode(device, state, &mode);
    }
    if eco && (eco_changed || device.spec.quirks.eco_reboots) {
        restart_soon(device, state);
    }
    Ok(Reply::json(200, part(state, &base)).written())
}

/// Place in the document and fields of a settings path.
fn place(rest: &[&str]) -> Option<(String, &'static [Field])> {
    let numbered = |list: &str, id: &str, fields| Some((format!("{list}.{}", id.parse::<u32>().ok()?), fields));
    match *rest {
        [] | ["advanced"] => Some((String::new(), fields::ROOT)),
        ["relay", id] => numbered("relays", id, fields::RELAY),
        ["power", id] => numbered("relays", id, fields::POWER),
        ["roller", id] => numbered("rollers", id, fields::ROLLER),
        ["light" | "color" | "white", id] => numbered("lights", id, fields::LIGHT),
        ["input", id] => numbered("inputs", id, fields::INPUT),
        ["emeter" | "emeters", id] => numbered("emeters", id, fields::EMETER),
        ["thermostat" | "thermostats", id] => numbered("thermostats", id, fields::THERMOSTAT),
        ["adc", id, action] => {
            let number: u32 = action.strip_prefix("relay_actions.")?.parse().ok()?;
            Some((format!("adcs.{}.relay_actions.{number}", id.parse::<u32>().ok()?), fields::ADC_ACTION))
        }
        ["adc", id] => numbered("adcs", id, fields::ADC),
        ["favorites", id] => numbered("favorites", id, fields::FAVORITE),
        ["ext_temperature", id] => numbered("ext_temperature", id, fields::EXT_TEMPERATURE),
        ["ext_switch", id] => numbered("ext_switch", id, fields::EXT_SWITCH),
        ["night_mode"] => Some(("night_mode".into(), fields::NIGHT_MODE)),
        ["warm_up"] => Some(("warm_up".into(), fields::WARM_UP)),
        ["sta"] => Some(("wifi_sta".into(), fields::STATION)),
        ["sta1"] => Some(("wifi_sta1".into(), fields::STATION)),
        ["ap"] => Some(("wifi_ap".into(), fields::ACCESS_POINT)),
        ["cloud"] => Some(("cloud".into(), fields::CLOUD)),
        ["login"] => Some(("login".into(), fields::LOGIN)),
        _ => None,
    }
}

fn part(state: &State, base: &str) -> String {
    if base.is_empty() {
        return settings::text(state);
    }
    json::at(&settings::document(state), base).map_or_else(|| "{}".to_owned(), Value::to_string)
}

/// Puts known parameters into the document; unknown ones are ignored, as on the device.
fn fill(device: &Device, root: &mut Value, base: &str, list: &[Field], params: &Params) -> Result<(), Refusal> {
    // The second chip family counts its sleep in minutes.
    let minutes = json::text(root, "sleep_mode.unit") == Some("m");
    for (name, text) in params.iter() {
        let Some((_, path, kind)) = list.iter().find(|(known, ..)| *known == name) else { continue };
        let path = if base.is_empty() { (*path).to_owned() } else { format!("{base}.{path}") };
        let Some(place) = json::at_mut(root, &path) else { continue };
        let kind = if minutes && name == "sleep_mode_period" { Kind::WholeClamped(1, 1440) } else { *kind };
        let value = read(kind, text, device.spec.facts.max_power_w).ok_or_else(|| Refusal::bad(name))?;
        *place = json::like(place, value);
    }
    Ok(())
}

fn read(kind: Kind, text: &str, max_power_w: f64) -> Option<Value> {
    let whole = || text.trim().parse::<f64>().ok().filter(|number| number.fract() == 0.0);
    let decimal = || text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers of a few digits")]
    let int = |number: f64| json!(number as i64);
    match kind {
        Kind::Bool => Some(json!(form::truth(text))),
        Kind::Flag => Some(json!(u8::from(form::truth(text)))),
        Kind::Name if text.is_empty() || text == "null" => Some(Value::Null),
        Kind::Name | Kind::Text => Some(json!(text)),
        Kind::Choice(words) => words.contains(&text).then(|| json!(text)),
        Kind::Whole(least, most) => whole().filter(|number| (least as f64..=most as f64).contains(number)).map(int),
        Kind::WholeClamped(least, most) => whole().map(|number| int(number.clamp(least as f64, most as f64))),
        Kind::Decimal(least, most) => decimal().filter(|number| (least..=most).contains(number)).map(Value::from),
        Kind::DecimalClamped(least, most) => decimal().map(|number| number.clamp(least, most).into()),
        Kind::Power => decimal().map(|number| number.clamp(0.0, max_power_w).into()),
        Kind::Rules => Some(text.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect()),
    }
}

/// Rules across fields.
fn special(
    device: &Device,
    state: &mut State,
    base: &str,
    before: &Value,
    after: &mut Value,
    params: &Params,
) -> Result<(), Refusal> {
    let now_on = |path: &str, after: &Value| json::truth(after, path) && !json::truth(before, path);
    match base {
        "" => root(device, state, before, after, params),
        "wifi_sta" | "wifi_sta1" => {
            let method = json::text(after, &format!("{base}.ipv4_method"));
            if method == Some("static") && json::text(after, &format!("{base}.ip")).is_none() {
                return Err(Refusal::bad("ip"));
            }
            if params.get("enabled").is_some_and(form::truth) {
                json::set(after, "wifi_ap.enabled", false);
            }
            if let Some(key) = params.get("key") {
                remember(state, &format!("{base}.key"), key);
            }
        }
        "wifi_ap" if now_on("wifi_ap.enabled", after) => {
            json::set(after, "wifi_sta.enabled", false);
            json::set(after, "wifi_sta1.enabled", false);
        }
        "cloud" if now_on("cloud.enabled", after) => {
            json::set(after, "mqtt.enable", false);
            state.mqtt_runs = false;
        }
        "login" => login(state, after, params)?,
        _ if params.get("default_state") == Some("switch") => {
            let held = |word: &str| matches!(word, "momentary" | "edge" | "momentary_on_release");
            let button = json::text(after, &format!("{base}.btn_type"));
            let has_input = device.spec.profiles.iter().any(|profile| !profile.ids("input").is_empty());
            if button.is_some_and(held) || (!has_input && state.played.is_none()) {
                return Err(Refusal::bad("default_state"));
            }
        }
        _ => {}
    }
    Ok(())
}

fn root(device: &Device, state: &mut State, before: &Value, after: &mut Value, params: &Params) {
    if json::truth(after, "mqtt.enable") && !json::truth(before, "mqtt.enable") {
        json::set(after, "cloud.enabled", false);
        json::set(after, "cloud.connected", false);
    }
    if params.get("mqtt_id") == Some("") {
        json::set(after, "mqtt.id", &*device.id);
    }
    if let Some(pass) = params.get("mqtt_pass") {
        remember(state, "mqtt.pass", pass);
    }
    if params.get("coiot_peer") == Some("mcast") {
        json::set(after, "coiot.peer", "");
    }
    if let Some(server) = params.get("sntp_server") {
        json::set(after, "sntp.enabled", !server.is_empty());
    }
    // The device overwrites these from its location service as long as it is told to find them itself.
    if json::truth(after, "tzautodetect") {
        for path in ["timezone", "lat", "lng", "tz_utc_offset", "tz_dst", "tz_dst_auto"] {
            json::set(after, path, before[path].clone());
        }
    }
    let restarting = ["mqtt", "sntp", "coiot"];
    if restarting.iter().any(|block| before[block] != after[block]) {
        state.restart_required = true;
    }
}

fn remember(state: &mut State, path: &str, value: &str) {
    state.secrets.insert(path.into(), value.into());
}

fn login(state: &mut State, after: &mut Value, params: &Params) -> Result<(), Refusal> {
    let fits = |text: &str| (1..=50).contains(&text.chars().count());
    let user = json::text(after, "login.username").unwrap_or_default().to_owned();
    if !fits(&user) {
        return Err(Refusal::bad("username"));
    }
    if !json::truth(after, "login.enabled") {
        state.login = None;
        state.password = None;
        return Ok(());
    }
    let known = state.login.as_ref().map(|login| login.secret.to_string());
    let password = params.get("password").map(str::to_owned).or(known).filter(|text| fits(text));
    let password = password.ok_or_else(|| Refusal::bad("password"))?;
    state.password = Some(password.as_str().into());
    state.login = Some(Login { user: user.into(), secret: password.into() });
    Ok(())
}

/// Shows in the settings whether there is a login.
pub(crate) fn show_login(state: &mut State) {
    let mut root = json::parse(&state.config);
    json::set(&mut root, "login.enabled", state.login.is_some());
    if let Some(login) = &state.login {
        json::set(&mut root, "login.username", &*login.user);
    }
    state.config = root.to_string().into();
    if let Some(played) = &mut state.played {
        played.untouched = false;
    }
}

/// The mode to change to, if the request asks for another one.
fn mode_change(device: &Device, state: &State, base: &str, params: &Params) -> Result<Option<String>, Refusal> {
    let Some(mode) = params.get("mode").filter(|_| base.is_empty()) else { return Ok(None) };
    if device.spec.profiles.len() < 2 || mode == &*state.profile {
        return Ok(None);
    }
    if !device.spec.has_profile(mode) {
        return Err(Refusal::bad("mode"));
    }
    Ok(Some(mode.to_owned()))
}

fn enter_mode(device: &Device, state: &mut State, mode: &str) {
    let mut root = json::parse(&state.config);
    let kept: Vec<(&str, Value)> = ["relays", "rollers", "inputs"]
        .into_iter()
        .filter_map(|list| root.get(list).map(|value| (list, value.clone())))
        .collect();
    if let Some(members) = root.as_object_mut() {
        members.insert("mode".into(), json!(mode));
        settings::add_parts(members, &device.spec, mode);
        for (list, value) in kept {
            members.insert(list.into(), value);
        }
    }
    if let Some(part) = root["device"].as_object_mut() {
        part.extend(settings::counts(&device.spec, mode));
    }
    state.profile = mode.into();
    state.outputs = sim_device::outputs(&device.spec, mode, &mut state.rng, state.clock.now());
    state.inputs = sim_device::inputs(&device.spec, mode);
    settings::store(state, &root);
    if device.spec.quirks.mode_reboots {
        restart_soon(device, state);
    }
}

fn factory_reset(device: &Device, state: &mut State) {
    state.login = None;
    state.password = None;
    state.secrets.clear();
    state.dynamic = None;
    if state.played.is_none() {
        let first = device.spec.profiles.first().map(|profile| profile.name.clone()).unwrap_or_default();
        let root = settings::first(&device.spec, device.mac, &device.id, &first);
        state.outputs = sim_device::outputs(&device.spec, &first, &mut state.rng, state.clock.now());
        state.inputs = sim_device::inputs(&device.spec, &first);
        state.profile = first.into();
        settings::store(state, &root);
    }
    restart_soon(device, state);
}
