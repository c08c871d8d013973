//! Every captured Gen1 document is understood, and comes back as it was (A1).

#![expect(clippy::print_stdout, reason = "figures are the result of this test")]

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;
use shelly_gen1::{Settings, Shelly, Status};
use shelly_types::wire::{Wire, difference, leaves};

/// The folder of the captures; none when it is not there, which fails under CI.
fn fixtures() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("SHELLY_FIXTURES").map_or_else(|| root.join("../shared/fixtures"), |f| root.join(f));
    let open = folder.join("open");
    if open.is_dir() {
        return Some(open);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no captures at {}", folder.display());
    println!("skipped: no captures at {}", folder.display());
    None
}

/// File, endpoint and payload of every Gen1 document among the captures.
fn documents() -> Vec<(String, String, Value)> {
    let Some(folder) = fixtures() else { return Vec::new() };
    let mut found = Vec::new();
    for source in fs::read_dir(folder).expect("folder of captures") {
        for file in fs::read_dir(source.expect("entry").path()).expect("folder of a source") {
            let path = file.expect("entry").path();
            let text = fs::read_to_string(&path).expect("readable capture");
            let mut capture: Value = serde_json::from_str(&text).expect("capture is JSON");
            if capture["gen"] != 1 {
                continue;
            }
            let Value::Object(endpoints) = capture["endpoints"].take() else { continue };
            for (endpoint, payload) in endpoints {
                found.push((path.file_name().expect("name").to_string_lossy().into_owned(), endpoint, payload));
            }
        }
    }
    found.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    found
}

#[derive(Default)]
struct Count {
    documents: usize,
    leaves: usize,
    unknown: usize,
    paths: BTreeMap<String, String>,
}

fn check<T: Wire>(count: &mut Count, file: &str, payload: &Value) {
    let read = T::from_json(payload.clone()).unwrap_or_else(|_| panic!("{file} is an object"));
    if let Some(path) = difference(payload, &read.to_json()) {
        panic!("{file} comes back changed at {path}");
    }
    count.documents += 1;
    count.leaves += leaves(payload);
    read.unknown("", &mut |path, value| {
        count.unknown += leaves(value);
        count.paths.insert(path.to_owned(), format!("{value} in {file}"));
    });
}

#[test]
fn every_document_comes_back_and_is_understood() {
    let (mut shelly, mut settings, mut status) = (Count::default(), Count::default(), Count::default());
    for (file, endpoint, payload) in documents() {
        if payload.get("_invalid_json").is_some() {
            continue;
        }
        match endpoint.strip_prefix("fragment:").unwrap_or(&endpoint) {
            "/shelly" => check::<Shelly>(&mut shelly, &file, &payload),
            "/settings" => check::<Settings>(&mut settings, &file, &payload),
            "/status" => check::<Status>(&mut status, &file, &payload),
            "/settings.ext_temperature" => {
                let whole = serde_json::json!({"ext_temperature": payload});
                check::<Settings>(&mut settings, &file, &whole);
            }
            "/settings/relay/0" => check::<shelly_gen1::settings::Relay>(&mut settings, &file, &payload),
            "/light/0?set" => check::<shelly_gen1::status::Light>(&mut status, &file, &payload),
            _ => {}
        }
    }
    for (name, count) in [("/shelly", &shelly), ("/settings", &settings), ("/status", &status)] {
        if count.documents == 0 {
            continue;
        }
        let understood = 100.0 * (1.0 - count.unknown as f64 / count.leaves as f64);
        println!("{name}: {} documents, {} leaves, {understood:.2} % understood", count.documents, count.leaves);
        if std::env::var_os("SHOW_UNKNOWN").is_some() {
            count.paths.iter().for_each(|(path, value)| println!("  {path} = {value}"));
        }
        assert!(understood >= 95.0, "{name}: {understood:.2} % understood: {:?}", count.paths);
    }
}

#[test]
fn every_identity_is_read() {
    for (file, endpoint, payload) in documents() {
        if endpoint == "/shelly" {
            let shelly = Shelly::from_json(payload.clone()).expect("an object");
            let identity = shelly.identity().unwrap_or_else(|| panic!("{file} tells no identity"));
            assert_eq!(identity.mac.to_string(), payload["mac"], "{file}");
            assert_eq!(identity.model.code(), payload["type"], "{file}");
            assert_eq!(Value::from(identity.auth_required), payload["auth"], "{file}");
        }
    }
}
