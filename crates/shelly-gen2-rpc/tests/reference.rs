//! Compares the crate with the reference of the vendor's components (W2): what is documented must be understood.
//!
//! The reference is found by `SHELLY_REFERENCE`, by default `../shared/reference` beside the workspace.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests may fail, and report")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use shelly_gen2_rpc::{
    Event,
    components::{ComponentConfig, ComponentStatus, bthome::objects::Object, knx, namespace},
    methods::{self, Method},
    webhooks::HookEvent,
};
use shelly_types::wire::Wire;

/// Parts of the reference that name nothing which a device could send, with the reason.
const NOT_CHECKED: &[(&str, &str)] = &[
    ("Camera.status.(streamer state, motion, active streams, recordings)", "names unknown, gaps.md 20"),
    ("PlusRGBWPM.namespace", "PlusRGBW goes with the key plusrgbw, which captures contradict"),
    ("OTA.event.see Sys ota_*", "a remark"),
    ("Script.event.<user event>", "any word"),
    ("Input.Trigger.event", "two names are in use, gaps.md 3"),
    ("Script.<custom>", "any name, Client::script_call"),
    ("Shelly.GetComponents.components", "the entries depend on their key"),
    ("Shelly.GetStatus.<component key>", "the components have a test of their own"),
    ("Shelly.GetConfig.<component key>", "the components have a test of their own"),
    ("Trv.UpdateScheduleRule.*", "documented without what it changes; taken to be as in AddScheduleRule"),
    ("Service.config.<service specific>", "stands for members of other services"),
];

fn is_excused(place: &str) -> bool {
    let covers = |known: &str| known.strip_suffix('*').map_or(known == place, |begin| place.starts_with(begin));
    NOT_CHECKED.iter().any(|(known, _)| covers(known))
}

/// The documented components by name; none when the reference is not there.
fn reference() -> Option<Map<String, Value>> {
    let root = std::env::var_os("SHELLY_REFERENCE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"), PathBuf::from);
    let path = root.join("gen2/components.json");
    let Ok(text) = fs::read(&path) else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no reference at {}", path.display());
        println!("no reference at {}, nothing was checked", path.display());
        return None;
    };
    let document: Value = serde_json::from_slice(&text).unwrap();
    Some(document["components"].as_object().unwrap().clone())
}

fn list<'a>(component: &'a Value, part: &str) -> &'a [Value] {
    component[part].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// The key of an instance: `switch:0` of `switch:<id>`; none of what has no key.
fn key(component: &Value) -> Option<String> {
    let key = component["key"].as_str()?;
    let word = key.split([' ', '?']).next()?;
    (!word.starts_with('(')).then(|| word.replace("<id>", "0"))
}

/// Every value that the documented type allows, one of each kind.
fn samples(field: &Value) -> Vec<Value> {
    if let Some(words) = field["enum"].as_array() {
        let is_list = text(field, "type").starts_with("array");
        return words.iter().map(|word| if is_list { json!([word]) } else { word.clone() }).collect();
    }
    outside_brackets(text(field, "type"), '|').into_iter().flat_map(sample).collect()
}

/// A value of each kind that a documented type names; nothing of a type that this test does not know.
fn sample(kind: &str) -> Vec<Value> {
    let kind = outside_brackets(kind, ' ').first().map_or(kind, |kind| kind.trim_end_matches('?'));
    let inside = |open: &str, close: char| kind.strip_prefix(open)?.strip_suffix(close);
    if let Some(element) = inside("array<", '>') {
        return outside_brackets(element, '|').into_iter().flat_map(sample).map(|element| json!([element])).collect();
    }
    if let Some(entry) = inside("map<", '>') {
        let Some((_, value)) = entry.split_once(',') else { return Vec::new() };
        return sample(value).into_iter().map(|value| json!({ "some_key": value })).collect();
    }
    if let Some(members) = inside("{", '}') {
        return vec![Value::Object(parts(members).into_iter().map(member).collect())];
    }
    if let Some(elements) =
        inside("[", ']').or_else(|| inside("array[", ']')).filter(|elements| !matches!(*elements, "" | "3"))
    {
        let one = |element: &str| sample(element.trim()).into_iter().next().unwrap_or_default();
        return vec![parts(elements).into_iter().map(one).collect()];
    }
    match kind {
        "boolean" => vec![json!(true)],
        "number" | "integer" => vec![json!(1)],
        "string" | "any" => vec![json!("a")],
        "object" | "map" | "hook" => vec![json!({})],
        "number[][]" => vec![json!([[1, null]])],
        "null" => vec![Value::Null],
        "array" | "array[]" => vec![json!([])],
        "array[3]" => vec![json!([1, 2, 3])],
        _ => vec![],
    }
}

/// A member of `{ts,period,values:number[][]}`: without a type it is null, but for a key, which nothing is without.
fn member(part: &str) -> (String, Value) {
    let (name, kind) = part.split_once(':').unwrap_or((part, "null"));
    let name = name.trim().split([' ', '|', '?']).next().unwrap_or_default();
    let kind = if name == "key" { "string" } else { kind.trim() };
    (name.to_owned(), sample(kind).into_iter().next().unwrap_or_default())
}

/// Splits at commas that are not inside of brackets.
fn parts(list: &str) -> Vec<&str> {
    outside_brackets(list, ',')
}

fn outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0;
    let split = |c| {
        match c {
            '[' | '<' | '{' => depth += 1,
            ']' | '>' | '}' => depth -= 1,
            _ => {}
        }
        c == separator && depth == 0
    };
    text.split(split).collect()
}

/// The document that holds `value` at a dotted name, where `[]` is an element of a list and `<...>` any key.
fn holding(name: &str, value: Value) -> Value {
    let mut document = value;
    for part in name.rsplit('.') {
        let (part, in_list) = part.strip_suffix("[]").map_or((part, false), |part| (part, true));
        if in_list {
            document = json!([document]);
        }
        let part = if part.starts_with('<') { "some_key" } else { part };
        document = json!({ part: document });
    }
    document
}

/// What is not understood of one documented field.
fn gaps(place: &str, field: &Value, read: impl Fn(Value) -> (Vec<String>, String)) -> Vec<String> {
    let name = text(field, "name");
    let place = format!("{place}.{name}");
    if is_excused(&place) {
        return Vec::new();
    }
    let samples = samples(field);
    if samples.is_empty() {
        return vec![format!("{place}: type {} is not known to this test", field["type"])];
    }
    let mut gaps = Vec::new();
    for sample in samples {
        let (unknown, debug) = read(holding(name, sample.clone()));
        if !unknown.is_empty() {
            gaps.push(format!("{place} = {sample}, {}", field["type"]));
        } else if debug.contains("Other(") {
            gaps.push(format!("{place}: the word {sample}"));
        }
    }
    gaps
}

fn assert_none(what: &str, gaps: &[String]) {
    for gap in gaps {
        println!("{gap}");
    }
    assert!(gaps.is_empty(), "{} gaps in {what}", gaps.len());
}

/// What an answer or document is read as: the paths that were not understood, and its debug form.
fn read_config(key: &str, value: Value) -> (Vec<String>, String) {
    let config = ComponentConfig::from_json(key, value);
    let mut unknown = Vec::new();
    config.unknown("", &mut |path, _| unknown.push(path.to_owned()));
    (unknown, format!("{config:?}"))
}

fn read_status(key: &str, value: Value) -> (Vec<String>, String) {
    let status = ComponentStatus::from_json(key, value);
    let mut unknown = Vec::new();
    status.unknown("", &mut |path, _| unknown.push(path.to_owned()));
    (unknown, format!("{status:?}"))
}

#[test]
fn every_documented_setting_and_reading_is_typed() {
    let mut found = Vec::new();
    for (name, component) in reference().unwrap_or_default() {
        let Some(key) = key(&component) else { continue };
        for field in list(&component, "config") {
            found.extend(gaps(&format!("{name}.config"), field, |value| read_config(&key, value)));
        }
        for field in list(&component, "status") {
            found.extend(gaps(&format!("{name}.status"), field, |value| read_status(&key, value)));
        }
    }
    assert_none("settings and readings", &found);
}

#[test]
fn every_documented_component_is_known() {
    let mut found = Vec::new();
    for (name, component) in reference().unwrap_or_default() {
        let Some(key) = key(&component) else { continue };
        if matches!(ComponentStatus::from_json(&key, json!({})), ComponentStatus::Unknown(_)) {
            found.push(format!("{name} ({key})"));
        }
        let kind = key.split(':').next().unwrap();
        let documented = text(&component, "namespace");
        let excused = is_excused(&format!("{name}.namespace"));
        if !excused && !namespace(kind).eq_ignore_ascii_case(documented) {
            found.push(format!("{name}: namespace {documented}, not {}", namespace(kind)));
        }
    }
    assert_none("components", &found);
}

/// Name, as a typed call has it: without what the reference adds in brackets.
fn method_name(method: &Value) -> String {
    text(method, "name").split(' ').next().unwrap_or_default().to_lowercase()
}

/// What `GetConfig`, `GetStatus` and `SetConfig` of all components have in common.
fn is_of_every_component(name: &str) -> bool {
    let Some((namespace, verb)) = name.split_once('.') else { return false };
    let known = !matches!(
        ComponentStatus::from_json(&namespace.replace("plusrgbw", "plusrgbwpm"), json!({})),
        ComponentStatus::Unknown(_)
    );
    // Keys are spelt like their namespace, but for these.
    let spelt_otherwise = matches!(namespace, "plusrgbw" | "prorgbwwpm");
    matches!(verb, "getconfig" | "getstatus" | "setconfig") && (known || spelt_otherwise)
}

/// The calls of each method by its name in lower case.
fn calls() -> BTreeMap<String, Vec<&'static Method>> {
    let mut calls: BTreeMap<String, Vec<&Method>> = BTreeMap::new();
    for method in methods::all() {
        for name in method.names() {
            calls.entry(name.to_lowercase()).or_default().push(method);
        }
    }
    calls
}

#[test]
fn every_documented_method_has_a_typed_call() {
    let calls = calls();
    let mut found = Vec::new();
    let mut undocumented: BTreeMap<(String, &str), bool> = BTreeMap::new();
    for (component, reference) in reference().unwrap_or_default() {
        for method in list(&reference, "methods") {
            let name = method_name(method);
            let place = text(method, "name");
            let Some(calls) = calls.get(&name) else {
                if !is_of_every_component(&name) && !is_excused(place) {
                    found.push(format!("{component}: {place} has no typed call"));
                }
                continue;
            };
            let sent: BTreeSet<&str> = calls.iter().flat_map(|call| call.parameters()).collect();
            let documented: BTreeSet<&str> = list(method, "params")
                .iter()
                .map(|parameter| text(parameter, "name"))
                .filter(|name| !name.contains('.'))
                .collect();
            for parameter in documented.difference(&sent) {
                found.push(format!("{place}: parameter {parameter} is missing"));
            }
            for call in calls {
                for parameter in call.parameters() {
                    let known = undocumented
                        .entry((format!("{}/{}", call.namespaces.join("+"), call.name), parameter))
                        .or_default();
                    *known |= documented.contains(parameter) || is_excused(&format!("{place}.{parameter}"));
                }
            }
            found.extend(answer_gaps(place, method, calls));
        }
    }
    let strange = undocumented.iter().filter(|(_, known)| !**known);
    found.extend(strange.map(|((call, parameter), _)| format!("{call}: parameter {parameter} is not documented")));
    assert_none("methods", &found);
}

/// What no call of the method understands of its documented answer.
fn answer_gaps(place: &str, method: &Value, calls: &[&Method]) -> Vec<String> {
    let fields = list(method, "result");
    let is_list = fields
        .first()
        .is_some_and(|field| text(field, "name") == "(value)" && text(field, "type").starts_with("array"));
    let mut found = Vec::new();
    for field in fields {
        let name = text(field, "name");
        if name.starts_with('(') || is_excused(&format!("{place}.{name}")) {
            continue;
        }
        let samples = samples(field);
        if samples.is_empty() {
            found.push(format!("{place}: type {} of {name} is not known to this test", field["type"]));
        }
        for sample in samples {
            let mut answer = holding(name, sample.clone());
            if is_list {
                answer = json!([answer]);
            }
            if calls.iter().all(|call| !call.leftover(answer.clone()).is_empty()) {
                found.push(format!("{place}: answer {name} = {sample}, {}", field["type"]));
            }
        }
    }
    found
}

#[test]
fn knx_addresses_of_every_component_are_typed() {
    let mut found = Vec::new();
    let Some(reference) = reference() else { return };
    for (kind, fields) in reference["KNX"]["component_configs"].as_object().unwrap() {
        for field in fields.as_array().unwrap() {
            found.extend(gaps(&format!("KNX.{kind}"), field, |value| {
                let mapping = knx::Mapping::from_json(value).unwrap_or_default();
                let mut unknown = Vec::new();
                mapping.unknown("", &mut |path, _| unknown.push(path.to_owned()));
                (unknown, format!("{mapping:?}"))
            }));
        }
    }
    assert_none("KNX addresses", &found);
}

/// The document that an attribute of an event describes: `info{addr,ctime}`, `rssi`, `channel?`, `data[]{ts,values}`.
fn attribute(described: &str) -> (String, Value) {
    let described = described.split([' ', '(']).next().unwrap_or_default();
    let (name, value) = match described.split_once('{') {
        Some((name, members)) => (name, sample(&format!("{{{members}")).into_iter().next().unwrap_or_default()),
        None => (described, Value::Null),
    };
    let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
    (name.trim_end_matches('?').to_owned(), if is_list { json!([value]) } else { value })
}

#[test]
fn every_documented_event_is_known() {
    let mut found = Vec::new();
    for (name, component) in reference().unwrap_or_default() {
        for documented in list(&component, "events") {
            let word = text(documented, "event");
            if is_excused(&format!("{name}.event.{word}")) {
                continue;
            }
            let mut event = Map::from_iter([("component".to_owned(), json!("x:0")), ("event".to_owned(), json!(word))]);
            event.extend(list(documented, "attrs").iter().map(|described| attribute(described.as_str().unwrap())));
            let read = Event::from_json(Value::Object(event)).unwrap();
            read.unknown("", &mut |path, value| found.push(format!("{name}: event {word}: {path} {value}")));
        }
    }
    assert_none("events", &found);
}

#[test]
fn every_documented_webhook_event_is_known() {
    let mut found = Vec::new();
    for (component, reference) in reference().unwrap_or_default() {
        for documented in list(&reference, "webhook_events") {
            let name = text(documented, "event");
            let Some(event) = HookEvent::find(name) else {
                found.push(format!("{component}: {name}"));
                continue;
            };
            let expected: Vec<&str> = list(documented, "attrs")
                .iter()
                .filter_map(|attribute| attribute.as_str()?.split(' ').next())
                .collect();
            let known: Vec<&str> = event.attributes.iter().map(|attribute| attribute.name).collect();
            if known != expected {
                found.push(format!("{component}: {name} tells {expected:?}, not {known:?}"));
            }
        }
    }
    assert_none("webhook events", &found);
}

#[test]
fn every_documented_bthome_object_is_known() {
    let mut found = Vec::new();
    for object in reference().as_ref().map_or(&[][..], |reference| list(&reference["BTHome"], "object_ids")) {
        let id = object["id"].as_u64().unwrap();
        if Object::find(id).map(|known| known.name) != object["name"].as_str() {
            found.push(object.to_string());
        }
    }
    assert_none("BTHome objects", &found);
}
