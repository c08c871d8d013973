//! Secrets go in and never come out.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::json;
use shelly_sim::SimHandle;

use crate::{
    database::Database,
    manager::Manager,
    on_each_database,
    program::Printed,
    support::{adopt, all, model, of_device, plan_and_apply, start, wish},
};

/// What is planted. Long and odd, so that a find is no accident.
const DEVICE: &str = "planted-Device-pw-7f31b2";
const OTHER_SET: &str = "planted-Other-pw-1c44d9";
const WIFI: &str = "planted-Wifi-key-90ab5e";
const MQTT: &str = "planted-Mqtt-pw-3e8c07";
const ADDRESS: &str = "planted-Url-pw-6b1e44";
const STORED: &str = "planted-Kvs-pw-e07a95";
const IN_SCRIPT: &str = "planted-Script-pw-48dc21";
const TOO_LONG: &str = "planted-Long-key-5d20fa-and-much-longer-than-any-network-key-may-be-at-all";
const SECRETS: [&str; 8] = [DEVICE, OTHER_SET, WIFI, MQTT, ADDRESS, STORED, IN_SCRIPT, TOO_LONG];

on_each_database! {
    no_secret_comes_out_in_the_clear
}

/// D1, D11: passwords and keys are used, and are nowhere to be read: no answer, no log, no file.
async fn no_secret_comes_out_in_the_clear(database: Database) {
    let mut manager = Manager::with(database, &["--log", "debug"]).await;
    let devices = ["SNSW-001X16EU", "SHSW-1"].iter().zip(1..).map(|(code, at)| model(code, at).with_password(DEVICE));
    let (fleet, handles) = start(devices.collect()).await;
    let mut printed = Vec::new();
    printed.push(manager.cli_with(&["credentials", "add", "other"], OTHER_SET).await.ends_with(0));
    printed.push(manager.cli_with(&["credentials", "add", "ours"], DEVICE).await.ends_with(0));
    adopt(&manager, &handles).await;
    let mac = handles[0].mac().to_string();
    printed.push(manager.cli_with(&["devices", "password", &mac], DEVICE).await.ends_with(0));

    for handle in &handles {
        let wishes = [
            ("mqtt.pass", json!(MQTT)),
            ("mqtt.user", json!("manager")),
            ("wifi.sta1.ssid", json!("spare")),
            ("wifi.sta1.enable", json!(true)),
        ];
        wish(&manager, of_device(handle), &wishes).await;
        let mac = handle.mac().to_string();
        printed
            .push(manager.cli_with(&["config", "set", "--device", &mac, "wifi.sta1.pass=-"], WIFI).await.ends_with(0));
    }
    printed.extend(wish_resources(&manager, &handles).await);
    let refused = manager.cli_with(&["config", "set", "--device", &mac, "wifi.sta1.pass=-"], TOO_LONG).await;
    printed.push(refused.complains(2, &["wifi.sta1.pass", "63"]));
    let before = manager.cli(&["config", "plan"]).await.ends_with(3);
    assert!(before.out.contains("sta1.pass") && before.out.contains("hidden"), "{}", before.out);
    printed.push(before);
    let done = plan_and_apply(&manager, &all()).await;
    assert_eq!(done.job.units.verified, 2, "{done:?}");
    for handle in &handles {
        let taken = format!("{:?}", handle.writes());
        assert!(taken.contains(WIFI) && taken.contains(MQTT), "the device got its secrets: {taken}");
        assert!(taken.contains(ADDRESS) || handle.generation().is_gen1(), "{taken}");
        assert!(handle.generation().is_gen1() || (taken.contains(STORED) && taken.contains(IN_SCRIPT)), "{taken}");
    }
    let again = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(again.job.changes, 0, "a proven secret is not written again: {again:?}");
    wish(&manager, of_device(&handles[0]), &[("mqtt.pass", json!(format!("{MQTT}-2")))]).await;
    let again = manager.client().job_create(&all().into()).await.unwrap();
    assert_eq!(again.job.changes, 1, "another secret is: {again:?}");

    printed.push(manager.cli_with(&["config", "vars", "set", "--vault", "broker=-"], MQTT).await.ends_with(0));
    printed.push(manager.cli(&["profiles", "create", "spare"]).await.ends_with(0));
    let of_profile = ["config", "set", "--profile", "spare", "wifi.sta1.pass=-"];
    printed.push(manager.cli_with(&of_profile, WIFI).await.ends_with(0));

    let snapshots = manager.client().device_config_history(handles[0].mac()).await.unwrap();
    let snapshots: Vec<String> = snapshots.iter().map(|snapshot| snapshot.id.to_string()).collect();
    for args in [
        &["config", "show", &mac][..],
        &["config", "vars", "list"],
        &["profiles", "show", "spare", "--at", "1"],
        &["config", "layers", "--output", "json"],
        &["config", "history", &mac],
        &["config", "diff"],
        &["config", "resources", &mac, "--fresh"],
        &["config", "resources", &mac, "--output", "json"],
        &["config", "snapshots", "list", &mac],
        &["config", "snapshots", "restore", &snapshots[1], "--check"],
        &["config", "snapshots", "diff", &snapshots[0], &snapshots[1], "--output", "json"],
        &["credentials", "list", "--output", "json"],
        &["events", "--limit", "500", "--output", "json"],
        &["devices", "show", &mac, "--output", "json"],
    ] {
        printed.push(manager.cli(args).await);
    }
    for command in &printed {
        assert_clean(&format!("{}\n{}", command.out, command.err), "a command");
    }
    read_everything(&manager).await;
    assert_files_are_clean(manager.data());
    assert!(manager.stop().await.success());
    assert_files_are_clean(manager.data());
    let log = manager.printed();
    assert!(log.contains("DEBUG"), "the log was to be chatty");
    assert_clean(&log, "the log");
    let key = fs::metadata(manager.data().join("secret.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    fleet.shutdown().await;
}

/// Secrets in what an owner makes on a device: addresses, stored values, a script.
async fn wish_resources(manager: &Manager, handles: &[SimHandle]) -> Vec<Printed> {
    let mac = handles[0].mac().to_string();
    let mut printed = Vec::new();
    let address = format!("http://me:{ADDRESS}@hub.lan/on");
    let of_gen2 = [
        ("kvs.login.secret", json!(STORED)),
        ("webhooks.Bell.event", json!("switch.on")),
        ("webhooks.Bell.secret_urls", json!(address)),
        ("scripts.login.secret_code", json!("let pass = '{{ vault.script }}';")),
    ];
    printed.push(manager.cli_with(&["config", "vars", "set", "--vault", "script=-"], IN_SCRIPT).await.ends_with(0));
    wish(manager, of_device(&handles[0]), &of_gen2).await;
    wish(manager, of_device(&handles[1]), &[("actions.switch-on:0.secret_urls", json!(address))]).await;
    let open = ["config", "set", "--device", &mac, &format!("webhooks.Bell.urls=[\"{address}\"]")];
    printed.push(manager.cli(&open).await.complains(2, &["webhooks.Bell.secret_urls"]));
    printed
}

/// Every reading operation of the interface, with every device, plan, scan and profile in turn.
async fn read_everything(manager: &Manager) {
    let document = manager.get("/api/v1/openapi.json").await;
    let devices = manager.get("/api/v1/devices").await;
    let macs: Vec<&str> = devices["items"].as_array().unwrap().iter().filter_map(|at| at["mac"].as_str()).collect();
    let plans = manager.get("/api/v1/jobs").await;
    let scans = manager.get("/api/v1/discovery/scans").await;
    let profiles = manager.get("/api/v1/profiles").await;
    let ids = plans["items"].as_array().unwrap().iter().chain(scans.as_array().unwrap());
    let ids = ids.chain(profiles.as_array().unwrap());
    let ids: Vec<&str> = ids.filter_map(|at| at["id"].as_str()).collect();
    assert!(macs.len() == 2 && ids.len() >= 4, "{macs:?} {ids:?}");
    let snapshots = manager.get(&format!("/api/v1/devices/{}/config/history", macs[0])).await;
    let of = |place: usize| snapshots["items"][place]["id"].as_str().unwrap_or_default().to_owned();
    let snapshots = format!("left={}&right={}", of(0), of(1));
    let mut read = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        if operations.get("get").is_none() {
            continue;
        }
        let all = match (path.contains("{mac}"), path.contains("{id}")) {
            (true, _) => macs.iter().map(|mac| path.replace("{mac}", mac)).collect(),
            (_, true) => ids.iter().map(|id| path.replace("{id}", id)).collect(),
            _ => vec![path.clone()],
        };
        for path in all {
            let path = path.replace("{version}", "1");
            let path = if path.ends_with("/snapshots/diff") { format!("{path}?{snapshots}") } else { path };
            let path = if path.ends_with("/events") { format!("{path}?limit=500") } else { path };
            let answer = manager.request(Method::GET, &path, "").await;
            assert!(answer.status == 200 || answer.status == 404, "{path}: {answer:?}");
            read += usize::from(answer.status == 200);
            assert_clean(&String::from_utf8_lossy(&answer.body), &path);
        }
    }
    assert!(read > 20, "{read} answers read");
}

fn assert_files_are_clean(folder: &Path) {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_files_are_clean(&path);
        } else {
            files += 1;
            assert_clean(&String::from_utf8_lossy(&fs::read(&path).unwrap()), &path.display().to_string());
        }
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[track_caller]
fn assert_clean(text: &str, place: &str) {
    for secret in SECRETS {
        let encoded = STANDARD.encode(secret);
        let login = STANDARD.encode(format!("admin:{secret}"));
        for form in [secret, encoded.trim_end_matches('='), login.trim_end_matches('=')] {
            let found = text.find(form).map(|at| text.get(at.saturating_sub(120)..).unwrap_or_default());
            let context: Option<String> = found.map(|found| found.chars().take(300).collect());
            assert!(context.is_none(), "`{secret}` can be read in {place}: {context:?}");
        }
    }
}
