//! How scripts, certificates, backups and firmware travel: whole, in chunks of bytes, or with an error that says how far
//! it came (K1, D5; device facts 28, 30).
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail")]

#[path = "support/fake.rs"]
mod fake;

use std::sync::Mutex;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use shelly_gen2_rpc::{Channel, Client, Error, Include, TransferError, methods::shelly::Pem};

use fake::{Fake, asked, device, endpoint, methods, number, refused};

fn vanished(method: &str) -> Error {
    Error::Truncated { endpoint: endpoint(), method: method.to_owned(), length: 0 }
}

/// What a device does with a character of which only a part fits into an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cuts {
    /// It shows the replacement character.
    Replaced,
    /// The answer is not UTF-8, hence not JSON.
    Broken,
}

/// A device with one script, which counts bytes and not characters, and gives at most 1024 at a time.
fn with_script(code: &str, cuts: Cuts) -> Client<Fake> {
    let stored = Mutex::new(code.as_bytes().to_vec());
    let running = Mutex::new(false);
    device(move |method, params| {
        let mut stored = stored.lock().unwrap();
        let mut running = running.lock().unwrap();
        match method {
            "Script.PutCode" => {
                assert!(!*running, "code is written only to a script that stands still");
                if params["append"] != true {
                    stored.clear();
                }
                stored.extend_from_slice(params["code"].as_str().unwrap().as_bytes());
                Ok(json!({ "len": stored.len() }))
            }
            "Script.GetCode" => {
                let from = number(params, "offset").min(stored.len());
                let to = (from + number(params, "len").min(1024)).min(stored.len());
                let left = stored.len() - to;
                match (std::str::from_utf8(&stored[from..to]), cuts) {
                    (Ok(data), _) => Ok(json!({ "data": data, "left": left })),
                    (Err(_), Cuts::Replaced) => {
                        Ok(json!({ "data": String::from_utf8_lossy(&stored[from..to]), "left": left }))
                    }
                    (Err(_), Cuts::Broken) => Err(Error::NotJson {
                        endpoint: endpoint(),
                        method: method.to_owned(),
                        begins_with: String::new(),
                    }),
                }
            }
            "Script.Start" => Ok(json!({ "was_running": std::mem::replace(&mut *running, true) })),
            "Script.Stop" => Ok(json!({ "was_running": std::mem::replace(&mut *running, false) })),
            "Script.List" => Ok(json!({ "scripts": [{ "id": 1, "name": "a", "enable": true, "running": *running,
                "mood": "good" }] })),
            "Script.GetConfig" => Ok(json!({ "id": 1, "name": "a", "enable": true, "colour": "red" })),
            _ => Err(refused(method, 404)),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn code_arrives_and_comes_back_byte_for_byte(
        parts in proptest::collection::vec("[a€ß\u{1F600}\u{FFFD}]{1,400}", 0..8),
        is_replaced in any::<bool>(),
    ) {
        let code = parts.concat();
        let client = with_script("old", if is_replaced { Cuts::Replaced } else { Cuts::Broken });
        block_on(client.script_write_code(1, &code)).unwrap();
        for (method, params) in asked(&client) {
            prop_assert_eq!(method, "Script.PutCode");
            prop_assert!(params["code"].as_str().unwrap().len() <= 1024);
        }
        prop_assert_eq!(block_on(client.script_read_code(1)).unwrap(), code);
    }
}

#[test]
fn a_script_of_one_character_too_much_is_not_cut() {
    // 1023 bytes and a character of four: the boundary of the chunk is inside of it.
    let code = format!("{}\u{1F600}{}", "x".repeat(1023), "€".repeat(700));
    for cuts in [Cuts::Replaced, Cuts::Broken] {
        let client = with_script("", cuts);
        block_on(client.write_script(1, &code)).unwrap();
        assert_eq!(block_on(client.scripts()).unwrap()[0].code, code);
    }
}

#[test]
fn a_whole_script_keeps_what_is_not_known() {
    let client = with_script("let a = 1;", Cuts::Replaced);
    let scripts = block_on(client.scripts()).unwrap();
    assert_eq!((scripts[0].id, scripts[0].code.as_str(), scripts[0].running), (1, "let a = 1;", false));
    assert_eq!((&scripts[0].extra["mood"], &scripts[0].config.extra["colour"]), (&json!("good"), &json!("red")));
}

#[test]
fn a_script_that_ran_runs_again() {
    let client = with_script("old", Cuts::Replaced);
    block_on(client.script_start(1)).unwrap();
    block_on(client.write_script(1, "new")).unwrap();
    let expected = ["Script.Start", "Script.Stop", "Script.PutCode", "Script.GetCode", "Script.Start"];
    assert_eq!(methods(&client), expected);
}

#[test]
fn code_that_reads_back_different_is_an_error() {
    let client = device(|method, _| match method {
        "Script.GetCode" => Ok(json!({"data": "something else", "left": 0})),
        "Script.PutCode" => Ok(json!({"len": 3})),
        _ => Ok(json!({"was_running": true})),
    });
    let error = block_on(client.write_script(1, "new")).unwrap_err();
    assert!(matches!(error, TransferError::Different { .. }), "{error}");
    assert!(!methods(&client).contains(&"Script.Start".to_owned()));
}

/// A device that keeps at most `most` bytes of each chunk.
fn that_keeps(most: usize) -> Client<Fake> {
    let stored = Mutex::new(Vec::new());
    device(move |_, params| {
        let mut stored = stored.lock().unwrap();
        if params["append"] != true {
            stored.clear();
        }
        stored.extend(params["code"].as_str().unwrap().bytes().take(most));
        Ok(json!({ "len": stored.len() }))
    })
}

#[test]
fn what_a_device_did_not_take_is_sent_again() {
    let code = "a".repeat(3000);
    let client = that_keeps(700);
    block_on(client.script_write_code(1, &code)).unwrap();
    assert_eq!(asked(&client).len(), 5);
    assert_eq!(asked(&client)[1].1["code"].as_str().unwrap().len(), 1024);
}

#[test]
fn a_device_that_keeps_half_a_character_is_an_error() {
    let error = block_on(that_keeps(700).script_write_code(1, &"€".repeat(500))).unwrap_err();
    assert!(matches!(error, TransferError::Kept { kept: 700, total: 1500, .. }), "{error}");
    assert_eq!(error.to_string(), "write script 1: 192.0.2.1:80 keeps 700 of 1500 bytes");
}

#[test]
fn a_device_that_keeps_only_the_first_kilobyte_is_an_error() {
    let client = device(|_, _| Ok(json!({ "len": 1024 })));
    let error = block_on(client.script_write_code(1, &"a".repeat(5000))).unwrap_err();
    assert!(matches!(error, TransferError::Kept { kept: 1024, total: 5000, .. }), "{error}");
    assert_eq!(asked(&client).len(), 2);
}

#[test]
fn a_device_that_vanishes_in_the_middle_says_how_far_it_came() {
    let calls = Mutex::new(0);
    let client = device(move |method, _| {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        if *calls > 2 { Err(vanished(method)) } else { Ok(json!({ "len": *calls * 1024 })) }
    });
    let error = block_on(client.put_pem(Pem::UserCa, &"a".repeat(4000))).unwrap_err();
    assert!(matches!(error, TransferError::Broke { done: 2048, total: Some(4000), .. }), "{error}");
    assert!(error.to_string().starts_with("call Shelly.PutUserCA: 192.0.2.1:80 failed after 2048 bytes of 4000"));
    assert!(matches!(error.call(), Some(Error::Truncated { .. })));
}

#[test]
fn a_script_that_changes_while_it_is_read_is_an_error() {
    let client = device(|_, params| {
        let left = if number(params, "offset") == 0 { 2000 } else { 90 };
        Ok(json!({ "data": "a".repeat(1000), "left": left }))
    });
    let error = block_on(client.script_read_code(1)).unwrap_err();
    assert!(matches!(error, TransferError::Changed { before: 3000, now: 2090, .. }), "{error}");
}

#[test]
fn a_device_that_gives_nothing_forever_is_an_error() {
    let client = device(|_, _| Ok(json!({ "data": "", "left": 10 })));
    assert!(block_on(client.script_read_code(1)).is_err());
    assert_eq!(asked(&client).len(), 1);
}

#[test]
fn a_script_that_cannot_be_filled_is_removed_again() {
    let client = device(|method, _| match method {
        "Script.Create" => Ok(json!({"id": 3})),
        "Script.PutCode" => Err(refused(method, -108)),
        _ => Ok(Value::Null),
    });
    assert!(block_on(client.add_script("a", "let a;")).is_err());
    assert_eq!(asked(&client).last().unwrap(), &("Script.Delete".to_owned(), json!({"id": 3})));
}

#[test]
fn a_certificate_is_removed_by_null() {
    let client = device(|_, _| Ok(json!({"len": 0})));
    block_on(client.delete_pem(Pem::ClientKey)).unwrap();
    assert_eq!(asked(&client), [("Shelly.PutTLSClientKey".to_owned(), json!({"data": null}))]);
}

#[test]
fn a_backup_travels_in_raw_bytes() {
    let backup: Vec<u8> = (0..4000_u32).map(|byte| byte.to_le_bytes()[0]).collect();
    let stored = backup.clone();
    let client = device(move |method, params| match method {
        "Sys.DownloadBackup" => {
            let from = number(params, "offset");
            let to = (from + number(params, "len")).min(stored.len());
            Ok(json!({ "data": STANDARD.encode(&stored[from..to]), "left": stored.len() - to }))
        }
        _ => Ok(json!({ "manifest": { "model": "S3SW-001X16EU" } })),
    });
    assert_eq!(block_on(client.sys_read_backup()).unwrap(), backup);
    let manifest = block_on(client.sys_write_backup(&backup)).unwrap();
    assert_eq!(manifest.model.as_str(), Some("S3SW-001X16EU"));
    let sent: Vec<Value> = asked(&client)
        .into_iter()
        .filter(|(method, _)| method == "Sys.UploadBackup")
        .map(|(_, params)| params)
        .collect();
    let offsets: Vec<usize> = sent.iter().map(|params| number(params, "offset")).collect();
    assert_eq!(offsets, [0, 1026, 2052, 3078]);
    let finals: Vec<bool> = sent.iter().map(|params| params["final"] == true).collect();
    assert_eq!(finals, [false, false, false, true]);
    let again: Vec<u8> =
        sent.iter().flat_map(|params| STANDARD.decode(params["data"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(again, backup);
}

#[test]
fn firmware_that_cannot_be_sent_is_given_up() {
    let client = device(|method, params| {
        if method == "OTA.Write" && number(params, "offset") > 0 { Err(vanished(method)) } else { Ok(Value::Null) }
    });
    let error = block_on(client.ota_upload(&[7; 3000])).unwrap_err();
    assert!(matches!(error, TransferError::Broke { done: 1026, total: Some(3000), .. }), "{error}");
    assert_eq!(methods(&client), ["OTA.Start", "OTA.Write", "OTA.Write", "OTA.Abort"]);
}

#[test]
fn transfers_can_run_in_tasks_of_their_own() {
    fn is_send<T: Send>(_: T) {}
    fn of_any<C: Channel>(client: &Client<C>) {
        is_send(client.scripts());
        is_send(client.write_script(1, ""));
        is_send(client.put_pem(Pem::UserCa, ""));
        is_send(client.sys_read_backup());
        is_send(client.ota_upload(&[]));
        is_send(client.values());
        is_send(client.all_components(Include::ALL));
    }
    of_any(&device(|_, _| Ok(Value::Null)));
}
