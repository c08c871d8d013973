//! What captured devices announce by mDNS is understood (B1).

use std::{fs, path::PathBuf};

use chrono::DateTime;
use discovery::mdns::Record;
use serde_json::Value;

/// A folder beside the workspace; none when it is not there, which fails under CI.
fn folder() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let given = std::env::var_os("SHELLY_FIXTURES").unwrap_or_else(|| "../shared/fixtures".into());
    let folder = root.join(given).join("open");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "nothing at {}", folder.display());
    eprintln!("skipped: nothing at {}", folder.display());
    None
}

/// The announcements of a captured answer: a record for each instance that has a TXT record.
fn records(answer: &Value) -> Vec<Record> {
    let all: Vec<&Value> =
        ["answers", "additionals"].iter().filter_map(|part| answer[part].as_array()).flatten().collect();
    let of = |kind: &'static str| all.iter().filter(move |entry| entry["type"] == kind);
    let mut found = Vec::new();
    for txt in of("TXT") {
        let Some(mut record) = Record::named(txt["name"].as_str().unwrap()) else { continue };
        let entries = txt["data"].as_array().unwrap().iter().filter_map(Value::as_str);
        record.txt = entries.filter_map(|entry| entry.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect();
        if let Some(srv) = of("SRV").find(|srv| srv["name"] == txt["name"]) {
            srv["data"]["target"].as_str().unwrap().clone_into(&mut record.host);
            record.port = u16::try_from(srv["data"]["port"].as_u64().unwrap()).unwrap();
        }
        record.addresses = of("A").filter_map(|a| a["data"].as_str()?.parse().ok()).collect();
        found.push(record);
    }
    found
}

#[test]
fn b1_announcements_of_captured_devices_name_them() {
    let Some(folder) = folder() else { return };
    let (mut devices, mut unnamed) = (0, Vec::new());
    for source in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(source.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let capture: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let records = records(&capture["endpoints"]["mdns"]);
            let seen: Vec<_> = records.iter().filter_map(|record| record.seen(DateTime::UNIX_EPOCH)).collect();
            if records.is_empty() {
                continue;
            }
            devices += 1;
            let expected = capture["gen"].as_u64().unwrap();
            let generations: Vec<u64> =
                seen.iter().filter_map(|seen| seen.generation).map(|told| u64::from(told.0)).collect();
            let named = seen.iter().any(|seen| seen.mac.is_some() || seen.suffix.is_some());
            if !named || generations.is_empty() || generations.iter().any(|told| *told != expected) {
                unnamed.push((path, generations, records));
            }
        }
    }
    assert!(devices >= 20, "{devices} captures have announcements");
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}
