//! Proves that what is private goes, and that the rest stays.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::json;
use shelly_driver::captures::{CaptureReport, read_capture};

use super::*;

fn redactor() -> Redactor {
    Redactor::new("A8032ABE54DC".parse().unwrap())
}

fn redacted(endpoint: &str, payload: &Value) -> Value {
    let endpoints = Map::from_iter([(endpoint.to_owned(), payload.clone())]);
    let mut redactor = redactor();
    redactor.learn(&endpoints);
    redactor.endpoints(&endpoints)[endpoint].clone()
}

#[test]
fn the_same_thing_is_replaced_in_the_same_way() {
    let shown = redacted(
        "Shelly.GetStatus",
        &json!({
            "wifi": { "ssid": "Villa Kunterbunt", "sta_ip": "10.1.2.3", "bssid": "70:a7:41:01:02:03" },
            "sys": { "mac": "A8032ABE54DC", "log": "joined Villa Kunterbunt as 10.1.2.3" },
            "mqtt": { "server": "10.1.2.3:1883" },
        }),
    );
    assert_eq!(shown["wifi"]["ssid"], "network-1");
    assert_eq!(shown["wifi"]["sta_ip"], "192.0.2.1");
    assert_eq!(shown["sys"]["log"], "joined network-1 as 192.0.2.1");
    assert_eq!(shown["mqtt"]["server"], "192.0.2.1:1883");
    assert_eq!(shown["sys"]["mac"], "A8032A000001");
    assert_eq!(shown["wifi"]["bssid"], "70:a7:41:00:00:02");
}

#[test]
fn types_and_the_vendors_words_stay() {
    let sent = json!({
        "switch:0": { "id": 0, "name": null, "in_mode": "follow", "initial_state": "switch" },
        "sys": { "device": { "name": "switch" }, "location": { "lat": 42.125, "lon": 23, "tz": "Europe/Sofia" } },
        "ws": { "server": "" },
    });
    let shown = redacted("Shelly.GetConfig", &sent);
    assert_eq!(shown["switch:0"], sent["switch:0"]);
    assert_eq!(shown["sys"]["device"]["name"], "name-1");
    assert_eq!(shown["sys"]["location"], json!({ "lat": 0.5, "lon": 0, "tz": "Etc/UTC" }));
    assert_eq!(shown["ws"]["server"], "");
}

#[test]
fn ids_of_the_vendor_keep_their_form_and_others_go() {
    let shown = redacted(
        "/settings",
        &json!({
            "device": { "hostname": "shellyplug-s-BE54DC" },
            "mqtt": { "id": "cellar/boiler", "user": "olga", "pass": "s3cret" },
            "login": { "username": "admin" },
        }),
    );
    assert_eq!(shown["device"]["hostname"], "shellyplug-s-000001");
    assert_eq!(shown["mqtt"]["id"], "id-1");
    assert_eq!((shown["mqtt"]["user"].as_str(), shown["mqtt"]["pass"].as_str()), (Some("user-1"), Some("secret-1")));
    assert_eq!(shown["login"]["username"], "admin");
}

#[test]
fn automations_lose_their_texts_and_keep_their_form() {
    let shown = redacted(
        "Schedule.List",
        &json!({ "jobs": [{
        "id": 1, "timespec": "0 0 7 * * *",
        "calls": [{ "method": "http.get", "params": { "url": "http://nas.local/x?token=1", "note": "for Olga" } }],
    }] }),
    );
    assert_eq!(shown["jobs"][0]["timespec"], "0 0 7 * * *");
    let call = &shown["jobs"][0]["calls"][0];
    assert_eq!(
        (call["method"].as_str(), call["params"]["url"].as_str()),
        (Some("http.get"), Some("http://host-1.example/"))
    );
    assert!(!call.to_string().contains("Olga"));
    let shown = redacted("KVS.List", &json!({ "keys": { "alarm code": { "etag": "0x1" } }, "rev": 1 }));
    assert_eq!(shown, json!({ "keys": { "text-1": { "etag": "0x1" } }, "rev": 1 }));
}

#[test]
fn what_people_call_the_values_of_virtual_components_goes() {
    let config = json!({ "id": 200, "name": "Mood", "options": ["Olga sleeps"], "default_value": "Olga sleeps",
        "meta": { "ui": { "view": "dropdown", "titles": { "Olga sleeps": "Pst" } } } });
    let entry = json!({ "key": "enum:200", "status": { "value": "Olga sleeps" }, "config": config });
    let shown = redacted("Shelly.GetComponents", &json!({ "components": [entry], "total": 1 }));
    let shown = &shown["components"][0];
    assert!(!shown.to_string().contains("Olga") && !shown.to_string().contains("Pst"), "{shown}");
    assert_eq!((shown["key"].as_str(), shown["status"]["value"].as_str()), (Some("enum:200"), Some("text-1")));
    assert_eq!(shown["config"]["meta"]["ui"]["view"], "dropdown");
    assert_eq!(shown["config"]["options"][0], shown["status"]["value"]);
}

#[test]
fn given_texts_are_hidden_anywhere() {
    let mut redactor = redactor();
    redactor.hide("pw");
    redactor.hide("plug.home.arpa");
    assert_eq!(redactor.text("ask plug.home.arpa:80 xpwx"), "ask hidden:80 xhiddenx");
}

fn captures(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            captures(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// Who reads a payload does not notice that it was redacted: as much of it is understood as before.
#[test]
fn every_capture_is_understood_as_before() {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = env::var_os("SHELLY_FIXTURES").map_or_else(default, PathBuf::from);
    if !folder.is_dir() {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "no captures in {}", folder.display());
        println!("no captures in {}: nothing to read", folder.display());
        return;
    }
    let mut files = Vec::new();
    captures(&folder, &mut files);
    let mut changed = Vec::new();
    for file in files {
        let mut capture: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let Some(endpoints) = capture["endpoints"].as_object().cloned() else { continue };
        let before = read_capture(&capture);
        let mut redactor = redactor();
        redactor.learn(&endpoints);
        capture["endpoints"] = redactor.endpoints(&endpoints).into();
        let after = read_capture(&capture);
        let sum =
            |report: &CaptureReport| (report.configuration, report.status, report.failures.len(), report.lost.len());
        if sum(&before) != sum(&after) || before.differences != after.differences {
            let new: Vec<_> = after.kept.iter().filter(|kept| !before.kept.contains(kept)).collect();
            changed.push(format!("{}: {new:?} {:?}", file.display(), after.differences));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}
