//! Compares the crate with the reference of the vendor's components (W2): what is documented must be understood.
//!
//! The reference is found by `SHELLY_REFERENCE`, by default `../shared/reference` beside the workspace.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests may fail, and report")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};
use shelly_gen2_rpc::components::{ComponentConfig, ComponentStatus, namespace};

/// Parts of the reference that name nothing which a device could send, with the reason.
const NOT_CHECKED: &[(&str, &str)] = &[
    ("Camera.status.(streamer state, motion, active streams, recordings)", "names unknown, gaps.md 20"),
    ("PlusRGBWPM.namespace", "PlusRGBW goes with the key plusrgbw, which captures contradict"),
    ("Service.config.<service specific>", "stands for members of other services"),
];

fn is_excused(place: &str) -> bool {
    NOT_CHECKED.iter().any(|(known, _)| *known == place)
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
    kinds(text(field, "type")).into_iter().flat_map(sample).collect()
}

/// The alternatives of a type: `string|null`, but not those inside of brackets.
fn kinds(documented: &str) -> Vec<&str> {
    let mut depth = 0;
    let split = |c| {
        match c {
            '[' | '<' | '{' => depth += 1,
            ']' | '>' | '}' => depth -= 1,
            _ => {}
        }
        c == '|' && depth == 0
    };
    documented.split(split).collect()
}

fn sample(kind: &str) -> Vec<Value> {
    match kind.trim_end_matches('?') {
        "boolean" => vec![json!(true)],
        "number" | "integer" => vec![json!(1)],
        "string" | "any" => vec![json!("a")],
        "object" | "map" | "map<string,any>" | "map<string,object>" => vec![json!({})],
        "array<string>" => vec![json!(["a"])],
        "array<number>" | "array<integer>" => vec![json!([1])],
        "array<boolean>" => vec![json!([true])],
        "array<array[number,number,number,number]>" => vec![json!([[1, 2, 3, 4]])],
        "array[3]" | "array[number,number,number]" => vec![json!([1, 2, 3])],
        "array[number,number]" => vec![json!([1, 2])],
        "array[number|null,number|null]" => vec![json!([1, null])],
        "null" => vec![Value::Null],
        "array[string,string]" => vec![json!(["a", "b"])],
        "array" | "array[]" | "array<object>" => vec![json!([])],
        "map<string,string>" => vec![json!({"a": "b"})],
        _ => vec![],
    }
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
