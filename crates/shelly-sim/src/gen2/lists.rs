//! Keeps what a device holds in lists: scripts, schedules, webhooks, key-values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    device::Device,
    digest,
    gen2::{Outcome, RpcError, config, dynamic},
    hooks, json,
    quirk::Quirk,
    schedule::Moment,
    state::State,
};

/// Most schedules and webhooks.
const MOST: usize = 20;
/// Most webhooks on batteries.
const MOST_ON_BATTERY: usize = 10;
/// Most calls of one schedule.
const CALLS: usize = 5;
/// Most addresses of one webhook, and the characters of one.
const URLS: usize = 5;
const URL_LENGTH: usize = 300;
/// Most bytes of a key-value.
const VALUE: usize = 253;
/// Scripts that fit into a heap shared with Bluetooth and Matter.
const SHARED_HEAP: usize = 2;
/// Most key-values.
const MOST_KEYS: usize = 50;
/// Most scripts.
const MOST_SCRIPTS: u32 = 10;
/// Key-values in one page.
const PAGE: usize = 10;
/// Bytes of code in one answer.
const CODE_CHUNK: usize = 1024;
const NULL: &str = "null";

/// The lists of a device that has any.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    code: BTreeMap<u32, String>,
    running: BTreeSet<u32>,
    /// Scripts that stopped because there was no memory for them.
    starved: BTreeSet<u32>,
    schedules: BTreeMap<u32, Map<String, Value>>,
    hooks: BTreeMap<u32, Map<String, Value>>,
    values: BTreeMap<String, Value>,
}

impl Lists {
    pub(crate) fn runs(&self, script: u32) -> bool {
        self.running.contains(&script)
    }

    pub(crate) fn running(&self) -> usize {
        self.running.len()
    }

    /// Stops all scripts, as a device out of memory does.
    pub(crate) fn starve_scripts(&mut self) {
        self.starved.append(&mut self.running);
    }

    /// Whether a script stopped for want of memory.
    pub(crate) fn has_starved(&self, script: u32) -> bool {
        self.starved.contains(&script)
    }

    pub(crate) fn has_schedules(&self) -> bool {
        !self.schedules.is_empty()
    }

    /// Calls of the schedules that are due in this minute.
    pub(crate) fn schedules_due(&self, moment: &Moment) -> Vec<Value> {
        self.schedules
            .values()
            .filter(|job| job.get("enable") != Some(&json!(false)))
            .filter(|job| job.get("timespec").and_then(Value::as_str).is_some_and(|spec| moment.matches(spec)))
            .filter_map(|job| job.get("calls")?.as_array().cloned())
            .flatten()
            .collect()
    }

    /// The webhooks by number.
    pub(crate) fn hooks(&self) -> impl Iterator<Item = (u32, &Map<String, Value>)> {
        self.hooks.iter().map(|(id, hook)| (*id, hook))
    }

    /// Everything for a backup.
    pub(crate) fn to_value(&self) -> Value {
        json!({"code": self.code, "schedules": self.schedules, "hooks": self.hooks, "values": self.values})
    }

    /// Reads what [`Lists::to_value`] made.
    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        let part = |name: &str| value.get(name).cloned().unwrap_or_default();
        Some(Self {
            code: serde_json::from_value(part("code")).ok()?,
            running: BTreeSet::new(),
            starved: BTreeSet::new(),
            schedules: serde_json::from_value(part("schedules")).ok()?,
            hooks: serde_json::from_value(part("hooks")).ok()?,
            values: serde_json::from_value(part("values")).ok()?,
        })
    }
}

fn lists(state: &mut State) -> &mut Lists {
    state.lists.get_or_insert_default()
}

fn id_of(params: &Value) -> Result<u32, RpcError> {
    let id = params.get("id").ok_or_else(|| RpcError::missing("id"))?;
    id.as_u64().and_then(|id| u32::try_from(id).ok()).ok_or_else(|| RpcError::argument("id"))
}

fn text<'a>(params: &'a Value, name: &str) -> Result<&'a str, RpcError> {
    params.get(name).ok_or_else(|| RpcError::missing(name))?.as_str().ok_or_else(|| RpcError::argument(name))
}

/// `Schedule.*`; none when there is no such method.
pub(crate) fn schedule(state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    let fields = ["enable", "timespec", "calls"];
    let required = ["timespec", "calls"];
    if let Some(calls) = params.get("calls")
        && !calls.as_array().is_some_and(|calls| (1..=CALLS).contains(&calls.len()))
    {
        return Some(Err(RpcError::argument("calls")));
    }
    let limits = Limits { word: "jobs", most: MOST, fields: &fields, required: &required, enabled: true };
    let (outcome, wrote) = entries(state, |lists| &mut lists.schedules, limits, method, params)?;
    if wrote {
        state.revisions.schedule += 1;
    }
    Some(outcome.map(|body| with_rev(body, state.revisions.schedule)))
}

/// `Webhook.*`; none when there is no such method.
pub(crate) fn webhook(device: &Device, state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    if matches!(method, "listsupported" | "listallsupported") {
        return Some(Ok(supported(state, params)));
    }
    let short = |url: &Value| url.as_str().is_some_and(|url| url.chars().count() <= URL_LENGTH);
    if let Some(urls) = params.get("urls")
        && !urls.as_array().is_some_and(|urls| (1..=URLS).contains(&urls.len()) && urls.iter().all(short))
    {
        return Some(Err(RpcError::argument("urls")));
    }
    let fields = ["cid", "enable", "event", "name", "ssl_ca", "urls", "active_between", "condition", "repeat_period"];
    let required = ["cid", "event", "urls"];
    let most = if device.spec.quirks.battery { MOST_ON_BATTERY } else { MOST };
    let limits = Limits { word: "hooks", most, fields: &fields, required: &required, enabled: false };
    let (outcome, wrote) = entries(state, |lists| &mut lists.hooks, limits, method, params)?;
    if wrote {
        state.revisions.webhook += 1;
        hooks::look_again(state, false);
    }
    Some(outcome.map(|body| with_rev(body, state.revisions.webhook)))
}

/// The events a webhook of the device can wait for.
fn supported(state: &State, params: &Value) -> String {
    let root = json::parse(&state.config);
    let made = dynamic::all(state);
    let components = root.as_object().into_iter().flatten().map(|(key, config)| (key, json::text(config, "type")));
    let types: BTreeMap<String, Value> = components
        .chain(made.keys().map(|key| (key, None)))
        .filter_map(|(key, sort)| Some((key.split_once(':')?.0, sort)))
        .flat_map(|(kind, sort)| hooks::supported(kind, sort))
        .collect();
    let (total, offset) = (types.len(), params.get("offset").and_then(Value::as_u64).unwrap_or(0));
    let page: Map<String, Value> = types.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).collect();
    json!({"types": page, "offset": offset, "total": total}).to_string()
}

fn with_rev(mut body: Value, revision: u32) -> String {
    body["rev"] = json!(revision);
    body.to_string()
}

/// What a list takes.
#[derive(Clone, Copy)]
struct Limits<'a> {
    /// Name of the list in answers.
    word: &'a str,
    most: usize,
    fields: &'a [&'a str],
    required: &'a [&'a str],
    /// Whether a new entry that does not say so is enabled.
    enabled: bool,
}

type Entries = BTreeMap<u32, Map<String, Value>>;

/// List, create, update and delete, which schedules and webhooks have in common.
fn entries(
    state: &mut State,
    pick: fn(&mut Lists) -> &mut Entries,
    limits: Limits<'_>,
    method: &str,
    params: &Value,
) -> Option<(Result<Value, RpcError>, bool)> {
    if method == "list" {
        let items: Vec<Value> = match &mut state.lists {
            None => Vec::new(),
            Some(lists) => pick(lists)
                .iter()
                .map(|(id, entry)| {
                    let mut entry = entry.clone();
                    entry.insert("id".into(), json!(id));
                    Value::Object(entry)
                })
                .collect(),
        };
        return Some((Ok(json!({limits.word: items})), false));
    }
    if !matches!(method, "create" | "update" | "delete" | "deleteall") {
        return None;
    }
    let outcome = change(pick(lists(state)), method, params, limits);
    let wrote = outcome.is_ok();
    Some((outcome, wrote))
}

fn change(entries: &mut Entries, method: &str, params: &Value, limits: Limits<'_>) -> Result<Value, RpcError> {
    let Limits { most, fields, required, enabled, .. } = limits;
    let given = || fields.iter().filter_map(|name| Some(((*name).to_owned(), params.get(name)?.clone())));
    match method {
        "create" => {
            if let Some(name) = required.iter().find(|name| params.get(**name).is_none()) {
                return Err(RpcError::missing(name));
            }
            if entries.len() >= most {
                return Err(RpcError::new(-108, "Too many entries"));
            }
            let id = (1..=u32::MAX).find(|id| !entries.contains_key(id)).unwrap_or(1);
            let mut entry: Map<String, Value> = given().collect();
            entry.entry("enable").or_insert(json!(enabled));
            entries.insert(id, entry);
            Ok(json!({"id": id}))
        }
        "update" => {
            let id = id_of(params)?;
            let entry = entries.get_mut(&id).ok_or_else(|| RpcError::no_such_id(&json!(id)))?;
            entry.extend(given());
            Ok(json!({}))
        }
        "delete" => {
            let id = id_of(params)?;
            entries.remove(&id).map(|_| json!({})).ok_or_else(|| RpcError::no_such_id(&json!(id)))
        }
        _ => {
            entries.clear();
            Ok(json!({}))
        }
    }
}

/// `KVS.*`; none when there is no such method.
pub(crate) fn kvs(state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    if !matches!(method, "set" | "get" | "delete" | "list" | "getmany") {
        return None;
    }
    if matches!(method, "set" | "delete") {
        let changed = change_value(&mut lists(state).values, method, params);
        return Some(changed.map(|body| {
            state.revisions.kvs += 1;
            with_rev(body, state.revisions.kvs)
        }));
    }
    let revision = state.revisions.kvs;
    Some(read_values(&lists(state).values, method, params, revision).map(|value| value.to_string()))
}

fn change_value(values: &mut BTreeMap<String, Value>, method: &str, params: &Value) -> Result<Value, RpcError> {
    let key = text(params, "key")?;
    if method == "delete" {
        return values.remove(key).map(|_| json!({})).ok_or_else(|| no_key(key));
    }
    let value = params.get("value").ok_or_else(|| RpcError::missing("value"))?;
    if key.is_empty() || key.len() > 42 {
        return Err(RpcError::argument("key"));
    }
    if value.to_string().len() > VALUE {
        return Err(RpcError::argument("value"));
    }
    if values.len() >= MOST_KEYS && !values.contains_key(key) {
        return Err(RpcError::new(-108, "Too many keys"));
    }
    values.insert(key.to_owned(), value.clone());
    Ok(json!({"etag": etag(value)}))
}

fn read_values(
    values: &BTreeMap<String, Value>,
    method: &str,
    params: &Value,
    revision: u32,
) -> Result<Value, RpcError> {
    match method {
        "get" => {
            let key = text(params, "key")?;
            let value = values.get(key).ok_or_else(|| no_key(key))?;
            Ok(json!({"etag": etag(value), "value": value}))
        }
        "list" => {
            let keys: Map<String, Value> =
                values.iter().map(|(key, value)| (key.clone(), json!({"etag": etag(value)}))).collect();
            Ok(json!({"keys": keys, "rev": revision}))
        }
        _ => {
            let offset = params.get("offset").and_then(Value::as_u64).unwrap_or(0);
            let items: Vec<Value> = values
                .iter()
                .skip(usize::try_from(offset).unwrap_or(usize::MAX))
                .take(PAGE)
                .map(|(key, value)| json!({"key": key, "etag": etag(value), "value": value}))
                .collect();
            Ok(json!({"items": items, "offset": offset, "total": values.len()}))
        }
    }
}

fn etag(value: &Value) -> String {
    format!("0{}", &digest::sha256(&value.to_string())[..29])
}

fn no_key(key: &str) -> RpcError {
    RpcError::new(-105, format!("Argument 'key', value '{key}' not found!"))
}

/// Methods of `Script` beyond reading and writing its configuration; none when there is no such method.
pub(crate) fn script(device: &Device, state: &mut State, method: &str, params: &Value) -> Option<Outcome> {
    if method == "list" {
        let root = json::parse(&state.config);
        let scripts: Vec<Value> = root
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(key, config)| {
                let id: u32 = key.strip_prefix("script:")?.parse().ok()?;
                let running = state.lists.as_ref().is_some_and(|lists| lists.runs(id));
                Some(json!({"id": id, "name": config["name"], "enable": config["enable"], "running": running}))
            })
            .collect();
        return Some(Ok(json!({"scripts": scripts}).to_string()));
    }
    if method == "create" {
        return Some(create_script(state, params));
    }
    if !matches!(method, "delete" | "putcode" | "getcode" | "start" | "stop") {
        return None;
    }
    Some(id_of(params).and_then(|id| {
        let key = format!("script:{id}");
        if json::at(&json::parse(&state.config), &key).is_none() {
            return Err(RpcError::no_such_id(&json!(id)));
        }
        one_script(device, state, method, id, &key, params)
    }))
}

fn create_script(state: &mut State, params: &Value) -> Outcome {
    let mut root = json::parse(&state.config);
    let id = (1..=MOST_SCRIPTS)
        .find(|id| root.get(format!("script:{id}")).is_none())
        .ok_or_else(|| RpcError::new(-108, "Too many scripts"))?;
    let name = params.get("name").cloned().unwrap_or_else(|| json!(format!("script_{id}")));
    root[format!("script:{id}")] = json!({"id": id, "name": name, "enable": false});
    lists(state).code.insert(id, String::new());
    state.revisions.config += 1;
    config::store(state, root);
    Ok(json!({"id": id}).to_string())
}

fn one_script(device: &Device, state: &mut State, method: &str, id: u32, key: &str, params: &Value) -> Outcome {
    let has_matter = json::parse(&state.config)["matter"]["enable"] == true;
    let lists = lists(state);
    match method {
        "putcode" => {
            let code = text(params, "code")?;
            let kept = lists.code.entry(id).or_default();
            if !params.get("append").and_then(Value::as_bool).unwrap_or(false) {
                kept.clear();
            }
            kept.push_str(code);
            Ok(json!({"len": kept.len()}).to_string())
        }
        "getcode" => {
            let code = lists.code.get(&id).map_or("", String::as_str);
            let number = |name: &str| params.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let from = code.floor_char_boundary(number("offset").unwrap_or(0));
            let length = number("len").unwrap_or(CODE_CHUNK).min(CODE_CHUNK);
            let to = code.floor_char_boundary(from.saturating_add(length));
            Ok(json!({"data": &code[from..to], "left": code.len() - to}).to_string())
        }
        "start" => {
            let was_running = !lists.running.insert(id);
            lists.starved.remove(&id);
            if device.has(Quirk::SharedHeap) {
                if has_matter {
                    lists.starve_scripts();
                } else if lists.running.len() > SHARED_HEAP {
                    let stopped = lists.running.pop_first();
                    lists.starved.extend(stopped);
                }
            }
            Ok(json!({"was_running": was_running}).to_string())
        }
        "stop" => {
            lists.starved.remove(&id);
            Ok(json!({"was_running": lists.running.remove(&id)}).to_string())
        }
        "delete" => {
            lists.code.remove(&id);
            lists.starved.remove(&id);
            lists.running.remove(&id);
            let mut root = json::parse(&state.config);
            if let Some(members) = root.as_object_mut() {
                members.remove(key);
            }
            state.revisions.config += 1;
            config::store(state, root);
            Ok(NULL.into())
        }
        // Scripts are not interpreted, so nothing evaluates.
        _ => Err(RpcError::no_handler(&format!("Script.{method}"))),
    }
}
