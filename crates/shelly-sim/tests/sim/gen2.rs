//! Gen2+ behaviour over real sockets (V8).

use std::{net::SocketAddr, time::Duration};

use crate::client::{digest, frame, get, nonce, rpc, rpc_error, send, sha256};
use serde_json::{Value, json};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle, Timing};
use shelly_types::Mac;

const MAC: Mac = Mac::new([0xA8, 0x03, 0x2A, 0, 0, 1]);

async fn start(device: SimDevice) -> (SimFleet, SimHandle) {
    let timing = Timing { lockout: Duration::from_millis(300), ..Timing::default() };
    let fleet = SimFleet::start(FleetPlan::new(vec![device]).with_timing(timing)).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

fn model(code: &str) -> SimDevice {
    SimDevice::of_model(code, MAC).expect("a model of the catalogue")
}

#[tokio::test]
async fn documents_have_the_shape_of_the_family() {
    let (_fleet, device) = start(model("SNSW-102P16EU").named("Shutters")).await;
    let to = device.endpoint();
    let info = get(to, "/shelly").await.json();
    assert_eq!((&info["gen"], &info["name"], &info["profile"]), (&json!(2), &json!("Shutters"), &json!("switch")));
    assert_eq!(info["id"], "shellyplus2pm-a8032a000001");
    assert_eq!(info, rpc(to, "Shelly.GetDeviceInfo", json!({})).await);
    let config = rpc(to, "Shelly.GetConfig", json!({})).await;
    let status = rpc(to, "Shelly.GetStatus", json!({})).await;
    for key in ["sys", "wifi", "mqtt", "cloud", "ble", "ws", "switch:0", "switch:1", "input:0", "input:1"] {
        assert!(config.get(key).is_some() && status.get(key).is_some(), "{key}");
    }
    let sizes = (config.to_string().len(), status.to_string().len());
    assert!(sizes.0 > 2000 && sizes.1 > 1000, "{sizes:?} bytes");
    assert_eq!(rpc(to, "switch.getconfig", json!({"id": 1})).await, config["switch:1"], "names in any case");
    let by_path = get(to, "/rpc/Switch.GetConfig?id=0").await;
    assert_eq!(by_path.json(), config["switch:0"]);
    let missing = get(to, "/rpc/Nothing.Here").await;
    assert_eq!((missing.status, missing.json()), (404, json!({"code": 404, "message": "No handler for Nothing.Here"})));
}

#[tokio::test]
async fn errors_have_their_codes() {
    let (_fleet, device) = start(model("SNSW-001X16EU")).await;
    let to = device.endpoint();
    assert_eq!(rpc_error(to, "Switch.GetConfig", json!({"id": 9})).await, -105);
    assert_eq!(rpc_error(to, "Switch.GetConfig", json!({})).await, -103);
    assert_eq!(rpc_error(to, "Switch.Set", json!({"id": 0, "on": "yes"})).await, -103);
    assert_eq!(rpc_error(to, "Cover.Open", json!({"id": 0})).await, 404);
    let bad = json!({"id": 0, "config": {"initial_state": "sometimes"}});
    assert_eq!(rpc_error(to, "Switch.SetConfig", bad).await, -103);
    assert_eq!(rpc_error(to, "Shelly.Reboot", json!({"delay_ms": 5})).await, -103);
    let large = "x".repeat(9000);
    assert_eq!(send(to, "POST", "/rpc", "", &large).await.unwrap().json()["code"], -108);
}

#[tokio::test]
async fn configuration_merges_deeply_and_counts_real_changes() {
    let (_fleet, device) = start(model("SNSW-001X16EU")).await;
    let to = device.endpoint();
    let revision = |config: &Value| config["sys"]["cfg_rev"].as_u64().unwrap();
    let before = rpc(to, "Shelly.GetConfig", json!({})).await;
    let patch = json!({"id": 0, "config": {"auto_off": true, "auto_off_delay": 30, "name": "Lamp", "invented": 1}});
    assert_eq!(rpc(to, "Switch.SetConfig", patch.clone()).await, json!({"restart_required": false}));
    let after = rpc(to, "Shelly.GetConfig", json!({})).await;
    assert_eq!(after["switch:0"]["auto_off_delay"], 30.0);
    assert!(after["switch:0"].get("invented").is_none(), "unknown keys are ignored with success");
    assert_eq!(after["switch:0"]["initial_state"], before["switch:0"]["initial_state"]);
    assert_eq!(revision(&after), revision(&before) + 1);
    rpc(to, "Switch.SetConfig", patch).await;
    assert_eq!(revision(&rpc(to, "Shelly.GetConfig", json!({})).await), revision(&after), "no change, no count");
    rpc(to, "Switch.SetConfig", json!({"id": 0, "config": {"auto_off_delay": null, "name": null}})).await;
    let reset = rpc(to, "Switch.GetConfig", json!({"id": 0})).await;
    assert_eq!((&reset["auto_off_delay"], &reset["name"]), (&json!(60.0), &Value::Null), "null restores the default");
    rpc(to, "Wifi.SetConfig", json!({"config": {"sta": {"ssid": null}}})).await;
    assert!(rpc(to, "Wifi.GetConfig", json!({})).await["sta"]["ssid"].is_null(), "a set-up network is no default");
    let wifi = json!({"config": {"sta1": {"ssid": "spare", "pass": "hidden-key", "enable": true}}});
    rpc(to, "Wifi.SetConfig", wifi).await;
    let config = rpc(to, "Shelly.GetConfig", json!({})).await;
    assert_eq!((&config["wifi"]["sta1"]["ssid"], &config["wifi"]["sta1"]["is_open"]), (&json!("spare"), &json!(false)));
    assert!(!config.to_string().contains("hidden-key"));
    rpc(to, "Sys.SetConfig", json!({"config": {"device": {"mac": "0", "eco_mode": false}, "ui_data": {"mine": [1]}}}))
        .await;
    let sys = rpc(to, "Sys.GetConfig", json!({})).await;
    assert_eq!((&sys["device"]["mac"], &sys["ui_data"]["mine"]), (&json!("A8032A000001"), &json!([1])));
}

async fn rebooted(device: &SimHandle) {
    while device.counters().reboots == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    device.until_up().await;
}

#[tokio::test]
async fn some_settings_wait_for_a_restart() {
    let (_fleet, device) = start(model("S3SW-001X8EU")).await;
    let to = device.endpoint();
    let mqtt = json!({"config": {"enable": true, "server": "10.0.0.9:1883", "pass": "p"}});
    assert_eq!(rpc(to, "MQTT.SetConfig", mqtt).await, json!({"restart_required": true}));
    let status = rpc(to, "Shelly.GetStatus", json!({})).await;
    assert_eq!((&status["sys"]["restart_required"], &status["mqtt"]["connected"]), (&json!(true), &json!(false)));
    rpc(to, "Switch.Set", json!({"id": 0, "on": true})).await;
    assert_eq!(rpc(to, "Shelly.Reboot", json!({})).await, Value::Null);
    while device.is_up() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(until_refused(to).await, "connections are refused while it restarts");
    rebooted(&device).await;
    let status = rpc(to, "Shelly.GetStatus", json!({})).await;
    assert_eq!((&status["sys"]["restart_required"], &status["mqtt"]["connected"]), (&json!(false), &json!(true)));
    assert_eq!(status["switch:0"]["output"], false);
    assert!(status["sys"]["uptime"].as_u64().unwrap() < 5);
}

async fn until_refused(to: SocketAddr) -> bool {
    for _ in 0..50 {
        if tokio::net::TcpStream::connect(to).await.is_err() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
}

#[tokio::test]
async fn outputs_covers_and_lights_move() {
    let (_fleet, device) = start(model("SNSW-102P16EU").with_profile("cover")).await;
    let to = device.endpoint();
    rpc(to, "Cover.SetConfig", json!({"id": 0, "config": {"maxtime_open": 0.3}})).await;
    rpc(to, "Cover.GoToPosition", json!({"id": 0, "pos": 90})).await;
    let mut status = rpc(to, "Cover.GetStatus", json!({"id": 0})).await;
    while status["state"] != "stopped" {
        status = rpc(to, "Cover.GetStatus", json!({"id": 0})).await;
    }
    assert_eq!(status["current_pos"], 90.0);
    assert_eq!(rpc_error(to, "Cover.GoToPosition", json!({"id": 0, "pos": 120})).await, -103);
    let was = rpc(to, "Shelly.SetProfile", json!({"name": "switch"})).await;
    assert_eq!(was, json!({"profile_was": "cover"}));
    rebooted(&device).await;
    let config = rpc(to, "Shelly.GetConfig", json!({})).await;
    assert!(config.get("cover:0").is_none() && config.get("switch:1").is_some());
    assert_eq!(
        rpc(to, "Switch.Set", json!({"id": 1, "on": true, "toggle_after": 0.05})).await,
        json!({"was_on": false})
    );
    while rpc(to, "Switch.GetStatus", json!({"id": 1})).await["output"] == true {}
    let (_fleet, white) = start(model("SPDC-0D5PE16EU")).await;
    rpc(white.endpoint(), "CCT.Set", json!({"id": 0, "on": true, "ct": 3000})).await;
    assert_eq!(rpc(white.endpoint(), "CCT.GetStatus", json!({"id": 0})).await["ct"], 3000);
    assert_eq!(rpc_error(white.endpoint(), "CCT.Set", json!({"id": 0, "ct": 300})).await, -103);
    let (_fleet, strip) = start(model("SNDC-0D4P10WW").with_profile("rgbw")).await;
    let to = strip.endpoint();
    rpc(to, "RGBW.Set", json!({"id": 0, "on": true, "rgb": [1, 2, 3], "white": 9, "brightness": 40})).await;
    let status = rpc(to, "RGBW.GetStatus", json!({"id": 0})).await;
    assert_eq!((&status["rgb"], &status["white"], &status["output"]), (&json!([1, 2, 3]), &json!(9), &json!(true)));
}

#[tokio::test]
async fn components_come_in_pages_with_those_made_at_run_time() {
    let (_fleet, device) = start(model("SPSW-004PE16EU")).await;
    let to = device.endpoint();
    let (mut keys, mut total) = (Vec::new(), 1);
    while keys.len() < total {
        let params = json!({"offset": keys.len(), "include": ["config", "status"]});
        let page = rpc(to, "Shelly.GetComponents", params).await;
        total = usize::try_from(page["total"].as_u64().unwrap()).unwrap();
        let items = page["components"].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= 5);
        assert!(items.iter().all(|item| item["config"].is_object() && item["status"].is_object()));
        keys.extend(items.iter().map(|item| item["key"].as_str().unwrap().to_owned()));
    }
    assert!(keys.contains(&"number:200".to_owned()) && keys.contains(&"switch:3".to_owned()));
    assert!(rpc(to, "Shelly.GetConfig", json!({})).await.get("number:200").is_none());
    let only = rpc(to, "Shelly.GetComponents", json!({"dynamic_only": true})).await;
    assert_eq!(only["total"], 4);
    rpc(to, "Number.SetConfig", json!({"id": 200, "config": {"name": "Heating"}})).await;
    rpc(to, "Number.Set", json!({"id": 200, "value": 22})).await;
    assert_eq!(rpc(to, "Number.GetConfig", json!({"id": 200})).await["name"], "Heating");
    assert_eq!(rpc(to, "Number.GetStatus", json!({"id": 200})).await["value"], 22.0);
}

#[tokio::test]
async fn lists_are_kept() {
    let (_fleet, device) = start(model("S4SW-001P16EU")).await;
    let to = device.endpoint();
    let job = json!({"enable": true, "timespec": "0 0 7 * * MON", "calls": [{"method": "Switch.Set", "params": {"id": 0, "on": true}}]});
    assert_eq!(rpc(to, "Schedule.Create", job).await, json!({"id": 1, "rev": 1}));
    rpc(to, "Schedule.Update", json!({"id": 1, "enable": false})).await;
    assert_eq!(rpc(to, "Schedule.List", json!({})).await["jobs"][0]["enable"], false);
    assert_eq!(rpc_error(to, "Schedule.Delete", json!({"id": 9})).await, -105);
    rpc(to, "Webhook.Create", json!({"cid": 0, "event": "switch.on", "urls": ["http://10.0.0.2/"]})).await;
    assert_eq!(rpc(to, "Webhook.List", json!({})).await["hooks"][0]["event"], "switch.on");
    rpc(to, "KVS.Set", json!({"key": "owner", "value": "me"})).await;
    assert_eq!(rpc(to, "KVS.Get", json!({"key": "owner"})).await["value"], "me");
    assert_eq!(rpc_error(to, "KVS.Get", json!({"key": "none"})).await, -105);
    let id = rpc(to, "Script.Create", json!({"name": "hello"})).await["id"].clone();
    let code = "x".repeat(1500);
    assert_eq!(rpc(to, "Script.PutCode", json!({"id": id, "code": code, "append": false})).await["len"], 1500);
    let chunk = rpc(to, "Script.GetCode", json!({"id": id, "offset": 0})).await;
    assert_eq!((chunk["data"].as_str().unwrap().len(), &chunk["left"]), (1024, &json!(476)));
    rpc(to, "Script.SetConfig", json!({"id": id, "config": {"enable": true}})).await;
    assert_eq!(rpc(to, "Shelly.GetConfig", json!({})).await["script:1"]["enable"], true);
    let methods = rpc(to, "Shelly.ListMethods", json!({})).await;
    assert!(methods["methods"].as_array().unwrap().contains(&json!("Switch.Set")));
}

#[tokio::test]
async fn digest_in_headers_on_both_firmware_lines() {
    for code in ["SNSW-001X16EU", "S4SW-001P16EU"] {
        let (_fleet, device) = start(model(code).with_password("s3cret")).await;
        let (to, id) = (device.endpoint(), device.id().to_owned());
        assert_eq!(get(to, "/shelly").await.json()["auth_en"], true);
        assert_eq!(rpc(to, "Shelly.GetDeviceInfo", json!({})).await["auth_domain"], id.as_str());
        let uri = "/rpc/Shelly.GetStatus";
        let refused = get(to, uri).await;
        assert_eq!(refused.status, 401);
        let text = nonce(&refused);
        assert_eq!(text.parse::<u64>().is_ok(), code == "SNSW-001X16EU", "decimal on 1.x, base64 on 2.x: {text}");
        for nc in ["00000001", "00000002"] {
            let header = digest(&id, "s3cret", &text, nc, "GET", uri);
            assert_eq!(send(to, "GET", uri, &header, "").await.unwrap().status, 200, "{code} {nc}");
        }
        let replay = digest(&id, "s3cret", &text, "00000002", "GET", uri);
        let replay = send(to, "GET", uri, &replay, "").await.unwrap();
        assert_eq!(replay.status, 401);
        let stale = replay.header("www-authenticate").unwrap().contains("stale=true");
        assert_eq!(stale, code == "S4SW-001P16EU");
        let wrong = digest(&id, "guess", &nonce(&replay), "00000001", "GET", uri);
        let wrong = send(to, "GET", uri, &wrong, "").await.unwrap();
        assert!(wrong.status == 401 && !wrong.header("www-authenticate").unwrap().contains("stale"));
    }
}

#[tokio::test]
async fn digest_in_frames_and_set_auth() {
    let (_fleet, device) = start(model("S3SW-001X8EU")).await;
    let (to, id) = (device.endpoint(), device.id().to_owned());
    let ha1 = sha256(&format!("admin:{id}:tango"));
    rpc(to, "Shelly.SetAuth", json!({"user": "admin", "realm": id, "ha1": ha1})).await;
    let refused = frame(to, &json!({"id": 1, "method": "Shelly.GetStatus"})).await;
    assert_eq!(refused.status, 401);
    let error = refused.json()["error"].clone();
    assert_eq!(error["code"], 401);
    let challenge: Value = serde_json::from_str(error["message"].as_str().unwrap()).unwrap();
    assert_eq!((&challenge["auth_type"], &challenge["nc"]), (&json!("digest"), &json!(1)));
    let ha2 = sha256("dummy_method:dummy_uri");
    let response = sha256(&format!("{ha1}:{}:1:77:auth:{ha2}", challenge["nonce"]));
    let auth = json!({
        "realm": id, "username": "admin", "nonce": challenge["nonce"], "cnonce": 77, "nc": 1, "response": response,
        "algorithm": "SHA-256"
    });
    let granted = frame(to, &json!({"id": 1, "method": "Shelly.SetAuth", "auth": auth, "params": {"user": "admin", "realm": id, "ha1": null}})).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    assert_eq!(get(to, "/shelly").await.json()["auth_en"], false);
}

#[tokio::test]
async fn many_fresh_challenges_lock_out_for_a_while() {
    let (_fleet, device) = start(model("S4SW-001P16EU").with_password("s3cret")).await;
    let to = device.endpoint();
    let mut last = get(to, "/rpc/Shelly.GetStatus").await;
    for _ in 0..40 {
        last = get(to, "/rpc/Shelly.GetStatus").await;
        if last.status == 429 {
            break;
        }
    }
    assert_eq!((last.status, last.header("retry-after").is_some()), (429, true));
    assert_eq!(get(to, "/shelly").await.status, 200, "the identity stays open");
}

#[tokio::test]
async fn others_change_a_device_too() {
    let (mut fleet, device) = start(model("SNSW-001X16EU").with_password("first")).await;
    let (to, id) = (device.endpoint(), device.id().to_owned());
    let uri = "/rpc/Sys.GetConfig";
    device.set_password(Some("second"));
    let text = nonce(&get(to, uri).await);
    let old = digest(&id, "first", &text, "00000001", "GET", uri);
    assert_eq!(send(to, "GET", uri, &old, "").await.unwrap().status, 401);
    let new = digest(&id, "second", &text, "00000002", "GET", uri);
    assert_eq!(send(to, "GET", uri, &new, "").await.unwrap().status, 200);
    device.set_password(None);
    assert!(device.set_config("sys.device.name", json!("Renamed")) && !device.set_config("sys.nothing", json!(1)));
    assert_eq!(get(to, "/shelly").await.json()["name"], "Renamed");
    let output = "switch:0".parse().unwrap();
    assert!(device.set_output(&output, true));
    assert_eq!(device.output(&output), Some(true));
    assert_eq!(device.status_json()["switch:0"]["source"], "button");
    device.power_cycle();
    rebooted(&device).await;
    assert_eq!(device.output(&output), Some(false));
    let late = SimDevice::of_model("SNSN-0024X", Mac::new([2; 6])).unwrap();
    let late = fleet.add(late).expect("a free port");
    assert_eq!(rpc(late.endpoint(), "Shelly.GetDeviceInfo", json!({})).await["app"], "PlusI4");
    assert_eq!(fleet.devices().len(), 2);
}
