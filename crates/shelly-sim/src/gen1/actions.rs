//! Keeps the URL actions of a Gen1 device (`/settings/actions`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    device::Device,
    exchange::Reply,
    form::{self, Params},
    gen1::Refusal,
    hooks::{self, Happened},
    json,
    state::State,
};

/// Most URLs of one action.
const URLS: usize = 5;
/// Most characters of one.
const LENGTH: usize = 256;

/// Events in the words of webhooks, and the action; `?` stands for the number of the input where the model numbers its
/// actions of inputs (reference/gen1/endpoints.json, `action_names`).
const NAMES: [(&str, &str); 15] = [
    ("input.toggle_on", "btn_on_url"),
    ("input.toggle_on", "btn?_on_url"),
    ("input.toggle_off", "btn_off_url"),
    ("input.toggle_off", "btn?_off_url"),
    ("input.button_push", "shortpush_url"),
    ("input.button_push", "btn?_shortpush_url"),
    ("input.button_longpush", "longpush_url"),
    ("input.button_longpush", "btn?_longpush_url"),
    ("input.button_doublepush", "double_shortpush_url"),
    ("input.button_triplepush", "triple_shortpush_url"),
    ("cover.open", "roller_open_url"),
    ("cover.closed", "roller_close_url"),
    ("cover.stopped", "roller_stop_url"),
    ("on", "out_on_url"),
    ("off", "out_off_url"),
];

/// Whether any action is enabled.
pub(crate) fn any(state: &State) -> bool {
    state.dynamic.as_deref().is_some_and(|text| text.contains(r#""enabled":true"#))
}

/// All actions as they are now.
pub(crate) fn all(device: &Device, state: &State) -> Value {
    state.dynamic.as_deref().map_or_else(|| first(device), json::parse)
}

/// URLs to call for what happened, at a minute of the day that may be unknown.
pub(crate) fn urls(actions: &Value, happened: &Happened, minutes: Option<u64>) -> Vec<String> {
    let Happened { event, id, attrs } = happened;
    let of_output = event.split_once('.').map(|(_, turn)| turn).filter(|turn| matches!(*turn, "on" | "off"));
    let known = NAMES.iter().filter(|(of, _)| of == event || of_output == Some(*of)).map(|(_, name)| *name);
    let own = (!event.contains('.')).then_some(event.as_str());
    let mut urls = Vec::new();
    for name in known.chain(own) {
        let (name, index) =
            if name.contains('?') { (name.replace('?', &(id + 1).to_string()), 0) } else { (name.to_owned(), *id) };
        let entries = actions[name.as_str()].as_array().into_iter().flatten();
        for entry in entries.filter(|entry| entry["index"] == index && entry["enabled"] == true) {
            urls.extend(entry["urls"].as_array().into_iter().flatten().filter_map(|url| one_url(url, minutes)));
        }
    }
    // Only reports of sensors carry what was measured.
    if !attrs.is_empty() {
        let query: Vec<String> = attrs.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        for url in &mut urls {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&query.join("&"));
        }
    }
    urls
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A URL, or one with the part of the day in which it is called, `HHMM-HHMM`.
fn one_url(url: &Value, minutes: Option<u64>) -> Option<String> {
    if let Some(url) = url.as_str() {
        return Some(url.to_owned());
    }
    let minute = |text: &str| Some(text.get(..2)?.parse::<u64>().ok()? * 60 + text.get(2..4)?.parse::<u64>().ok()?);
    let within = url["int"].as_str().and_then(|text| text.split_once('-')).is_none_or(|(from, to)| {
        let times = minute(from).zip(minute(to)).zip(minutes);
        times.is_some_and(|((from, to), now)| hooks::is_within(from, to, now))
    });
    url["url"].as_str().filter(|_| within).map(str::to_owned)
}

/// Answers a read with all actions, and a write with all after the change.
pub(crate) fn answer(device: &Device, state: &mut State, params: &Params) -> Result<Reply, Refusal> {
    let mut actions = all(device, state);
    let Some(name) = params.get("name") else {
        return Ok(Reply::json(200, json!({"actions": actions}).to_string()));
    };
    let index = params.get("index").map_or(Ok(0), str::parse::<u64>).map_err(|_| Refusal::bad("index"))?;
    let entry = actions[name]
        .as_array_mut()
        .and_then(|entries| entries.iter_mut().find(|entry| entry["index"] == index))
        .ok_or_else(|| Refusal::bad("name"))?;
    let body = params.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    if let Some(urls) = given_urls(params)? {
        entry["urls"] = urls;
    }
    if let Some(enabled) = params.get("enabled") {
        entry["enabled"] = json!(form::truth(enabled));
    }
    let stem = name.strip_suffix("_url").unwrap_or(name);
    for (key, text) in params.iter().filter(|(key, _)| key.starts_with(stem)) {
        if key.ends_with("_onetime") {
            entry[key] = json!(form::truth(text));
        } else if key.ends_with("_value") || key.ends_with("_threshold") {
            entry[key] =
                json!(text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| Refusal::bad(key))?);
        }
    }
    device.record(state, "/settings/actions", Value::Object(body));
    let mut root = json::parse(&state.config);
    let active = actions.as_object().is_some_and(|actions| {
        actions.values().filter_map(Value::as_array).flatten().any(|entry| entry["enabled"] == true)
    });
    json::set(&mut root, "actions.active", active);
    state.config = root.to_string().into();
    state.dynamic = Some(actions.to_string().into());
    hooks::look_again(state, true);
    Ok(Reply::json(200, json!({"actions": actions}).to_string()).written())
}

/// The URLs of a write, plain (`urls[]`) or with a part of the day (`urls[0][url]`, `urls[0][int]`); none when it has
/// none.
fn given_urls(params: &Params) -> Result<Option<Value>, Refusal> {
    let mut timed: BTreeMap<u8, Value> = BTreeMap::new();
    for (name, text) in params.iter() {
        let Some((number, member)) = name.strip_prefix("urls[").and_then(|rest| rest.split_once("][")) else {
            continue;
        };
        let number = number.parse().map_err(|_| Refusal::bad("urls"))?;
        let member = member.strip_suffix(']').filter(|member| ["url", "int"].contains(member));
        let member = member.ok_or_else(|| Refusal::bad("urls"))?;
        timed.entry(number).or_insert_with(|| json!({"url": "", "int": "0000-0000"}))[member] = json!(text);
    }
    let plain = params.all("urls[]").filter(|url| !url.is_empty()).map(|url| json!(url));
    let urls: Vec<Value> = plain.chain(timed.into_values()).collect();
    let too_long = |url: &Value| url.as_str().or(url["url"].as_str()).is_none_or(|url| url.len() > LENGTH);
    if urls.len() > URLS || urls.iter().any(too_long) {
        return Err(Refusal::bad("urls"));
    }
    let given = params.iter().any(|(name, _)| name.starts_with("urls["));
    Ok(given.then(|| json!(urls)))
}

/// All actions of the model, empty. A name that occurs several times exists once for each channel.
fn first(device: &Device) -> Value {
    let mut actions = json!({});
    for name in &device.spec.actions {
        let entries = actions.as_object_mut().map(|members| members.entry(name).or_insert_with(|| json!([])));
        if let Some(entries) = entries.and_then(Value::as_array_mut) {
            entries.push(json!({"index": entries.len(), "urls": [], "enabled": false}));
        }
    }
    actions
}
