//! Reads every capture of Gen2 and later, and gives back what was read.
//!
//! `UNKNOWN=1 cargo test -p shelly-gen2-rpc --test captures -- --nocapture` lists the parts that are kept without being
//! understood.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests may fail, and report")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use shelly_gen2_rpc::{
    DeviceConfig, DeviceStatus, Events,
    components::{
        ComponentStatus, schedule,
        shelly::{ComponentsPage, DeviceInfo, MethodList},
    },
    frame::Frame,
};
use shelly_types::wire::{Wire, difference, leaves};

fn fixtures() -> Option<PathBuf> {
    let root = std::env::var_os("SHELLY_FIXTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"), PathBuf::from);
    if root.join("open").is_dir() {
        return Some(root.join("open"));
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no captures at {}", root.display());
    println!("no captures at {}, nothing was checked", root.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// Payloads of Gen2 and later: file, endpoint, payload.
fn payloads() -> Vec<(String, String, Value)> {
    let Some(root) = fixtures() else { return Vec::new() };
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let capture: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        if capture["gen"].as_u64() == Some(1) {
            continue;
        }
        for (endpoint, payload) in capture["endpoints"].as_object().unwrap() {
            all.push((name.clone(), endpoint.clone(), payload.clone()));
        }
    }
    all
}

/// How much of the payloads is understood.
#[derive(Default)]
struct Score {
    leaves: usize,
    unknown: BTreeMap<String, usize>,
}

impl Score {
    fn count<T: Wire>(&mut self, place: &str, payload: &Value) -> T {
        let read = T::from_json(payload.clone()).unwrap_or_else(|_| panic!("{place} is not read"));
        if let Some(path) = difference(payload, &read.to_json()) {
            panic!("{place} comes back different at {path}");
        }
        self.leaves += leaves(payload);
        read.unknown("", &mut |path, value| {
            let path: String =
                path.split('.').map(|word| word.split([':', '[']).next().unwrap()).collect::<Vec<_>>().join(".");
            *self.unknown.entry(path).or_default() += leaves(value);
        });
        read
    }

    fn understood_percent(&self, what: &str) -> f64 {
        let unknown: usize = self.unknown.values().sum();
        let percent = 100.0 - 100.0 * unknown as f64 / self.leaves.max(1) as f64;
        println!("{what}: {percent:.2} % of {} leaves understood, {unknown} kept", self.leaves);
        if std::env::var_os("UNKNOWN").is_some() {
            for (path, count) in &self.unknown {
                println!("    {count:4} {path}");
            }
        }
        percent
    }
}

#[test]
fn every_document_survives() {
    let payloads = payloads();
    let [mut config, mut status, mut pages, mut info] = <[Score; 4]>::default();
    for (file, endpoint, payload) in &payloads {
        let place = format!("{file} {endpoint}");
        match endpoint.trim_start_matches("fragment:").split(['?', '#']).next().unwrap() {
            "Shelly.GetConfig" => drop(config.count::<DeviceConfig>(&place, payload)),
            "Shelly.GetStatus" => drop(status.count::<DeviceStatus>(&place, payload)),
            "Shelly.GetComponents" => drop(pages.count::<ComponentsPage>(&place, payload)),
            "Shelly.GetDeviceInfo" => {
                let info = info.count::<DeviceInfo>(&place, payload);
                assert!(info.identity().is_ok(), "{place}");
            }
            "Shelly.ListMethods" => drop(info.count::<MethodList>(&place, payload)),
            "Schedule.List" => drop(pages.count::<schedule::List>(&place, payload)),
            _ => {}
        }
    }
    if payloads.is_empty() {
        return;
    }
    assert!(config.understood_percent("config") >= 97.0);
    assert!(status.understood_percent("status") >= 95.0);
    assert!(pages.understood_percent("components") >= 95.0);
    assert!(info.understood_percent("device info") >= 95.0);
}

#[test]
fn every_part_of_a_document_survives() {
    for (file, endpoint, payload) in payloads() {
        let key = endpoint
            .strip_prefix("fragment:Shelly.GetStatus.")
            .or_else(|| endpoint.strip_prefix("fragment:NotifyStatus."))
            .or_else(|| endpoint.strip_prefix("mqtt:<prefix>/status/"))
            .map(str::to_owned)
            .or_else(|| Some(format!("{}:0", endpoint.strip_suffix(".GetStatus")?.to_lowercase())))
            .filter(|key| !key.ends_with("shelly:0"));
        let Some(key) = key else { continue };
        let read = ComponentStatus::from_json(&key, payload.clone());
        assert!(!matches!(read, ComponentStatus::Unknown(_)), "{file} {endpoint}");
        assert_eq!(difference(&payload, &read.to_json()), None, "{file} {endpoint}");
    }
}

#[test]
fn every_frame_is_read() {
    for (file, endpoint, payload) in payloads() {
        let frames = match endpoint.as_str() {
            "notifications" | "rpc_frames" => payload.as_array().unwrap().clone(),
            "Switch.Set" => vec![payload],
            _ => continue,
        };
        for frame in frames {
            let text = frame.to_string();
            let read =
                Frame::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{file} {endpoint}: {error}: {text}"));
            if endpoint == "notifications" {
                let Frame::Notification(news) = read else { panic!("{file}: {text}") };
                if news.method == "NotifyEvent" {
                    let params = Value::Object(news.params);
                    let events = Events::from_json(params.clone()).unwrap();
                    assert_eq!(difference(&params, &events.to_json()), None, "{file}: {text}");
                    events.unknown("", &mut |path, value| panic!("{file}: {path} {value} is not understood"));
                }
            }
        }
    }
}
