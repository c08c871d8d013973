//! Oddities, one switch each (A13, C1, C2, C3, D7, M1).

use std::time::Duration;

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, Pace, Quirk, SimDevice, SimFleet, SimHandle, Timing, Wakes};
use shelly_types::Mac;

use crate::client::{digest, get, nonce, rpc, rpc_error, send};

fn mac(number: u8) -> Mac {
    Mac::new([0xA8, 0x03, 0x2A, 0, 12, number])
}

fn device(model: &str, number: u8) -> SimDevice {
    SimDevice::of_model(model, mac(number)).expect("a model of the catalogue")
}

async fn start(plan: FleetPlan) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(plan).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

async fn one(device: SimDevice) -> (SimFleet, SimHandle) {
    start(FleetPlan::new(vec![device])).await
}

/// Waits for something a device does by itself.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} never happens");
}

/// A13: a full table of nonces is a lock-out from the start, with the time to wait.
#[tokio::test]
async fn a_full_nonce_table_locks_out() {
    let timing = Timing { lockout: Duration::from_millis(300), ..Timing::default() };
    let plug = device("SNPL-00112EU", 1).with_password("tango").with_quirk(Quirk::FullNonceTable);
    let (_fleet, plug) = start(FleetPlan::new(vec![plug]).with_timing(timing)).await;
    let refused = get(plug.endpoint(), "/rpc/Shelly.GetStatus").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert!(plug.counters().lockouts > 0);
}

/// A12: nonces age by the clock of the fleet; a stale one is said to be stale and a new one works.
#[tokio::test]
async fn nonces_age_with_the_clock() {
    let pace = Pace { speed: 36_000.0, start_unix_s: None };
    let plug = device("SPSW-004PE16EU", 1).with_password("tango");
    let (_fleet, plug) = start(FleetPlan::new(vec![plug]).with_pace(pace)).await;
    let (to, target) = (plug.endpoint(), "/rpc/Shelly.GetStatus");
    let ask = async |nonce: &str, nc: &str| {
        let header = digest(plug.id(), "tango", nonce, nc, "GET", target);
        send(to, "GET", target, &header, "").await.expect("an answer")
    };
    let first = nonce(&get(to, target).await);
    let count = std::cell::Cell::new(0_u32);
    let again = async || {
        count.set(count.get() + 1);
        ask(&first, &format!("{:08x}", count.get())).await
    };
    eventually("the end of an hour", async || again().await.status == 401).await;
    let refused = again().await;
    assert!(refused.header("www-authenticate").expect("a challenge").contains("stale=true"));
    assert_eq!(ask(&nonce(&refused), "00000001").await.status, 200);
}

/// A12: Wall Displays count in text and give decimal nonces whatever their version says.
#[tokio::test]
async fn wall_displays_count_in_text() {
    let (_fleet, display) = one(device("SPSW-004PE16EU", 1).with_password("tango").with_quirk(Quirk::TextNc)).await;
    let body = json!({"id": 1, "method": "Shelly.GetStatus"}).to_string();
    let refused = send(display.endpoint(), "POST", "/rpc", "", &body).await.expect("an answer").json();
    let asked: Value = serde_json::from_str(refused["error"]["message"].as_str().expect("text")).expect("JSON");
    assert!(asked["nonce"].is_u64() && asked["nc"] == "1", "{asked}");
}

/// D7: the open access point closes after a quarter of an hour; a power cycle opens it, a network completes the setup.
#[tokio::test]
async fn the_setup_window_closes() {
    let pace = Pace { speed: 3000.0, start_unix_s: None };
    let plug = device("SPSW-004PE16EU", 1).with_quirk(Quirk::SetupWindow);
    let (_fleet, plug) = start(FleetPlan::new(vec![plug]).with_pace(pace)).await;
    assert_eq!(get(plug.endpoint(), "/shelly").await.json()["provision"], "pending");
    eventually("the end of the window", async || !plug.is_up()).await;
    plug.power_cycle();
    plug.until_up().await;
    let config = json!({"config": {"sta": {"ssid": "house", "pass": "secret-pass", "enable": true}}});
    rpc(plug.endpoint(), "WiFi.SetConfig", config).await;
    eventually("the confirmation", async || plug.status_json()["sys"]["provisioning"]["stage"] != "pending").await;
    eventually("the end of the setup", async || plug.status_json()["sys"]["provisioning"]["stage"] == "complete").await;
    assert_eq!(plug.config_json()["wifi"]["ap"]["enable"], false);
    assert!(plug.is_up());
}

/// M1: a device in deep sleep answers only for moments.
#[tokio::test]
async fn deep_sleepers_wake_by_plan() {
    let sleep = Wakes { every: Duration::from_millis(400), stays: Duration::from_millis(150) };
    let timing = Timing { sleep, ..Timing::default() };
    let sleeper = device("SNSN-0013A", 1).with_quirk(Quirk::DeepSleep);
    let (_fleet, sleeper) = start(FleetPlan::new(vec![sleeper]).with_timing(timing)).await;
    for _ in 0..2 {
        eventually("sleep", async || !sleeper.is_up()).await;
        eventually("a wake", async || sleeper.is_up()).await;
    }
}

/// Without a time server schedules do nothing and say nothing; with one they run.
#[tokio::test]
async fn schedules_need_a_clock() {
    let pace = Pace { speed: 600.0, start_unix_s: Some(1_764_072_295) };
    let plain = device("SNPL-00112EU", 1);
    let clockless = device("SNPL-00112EU", 2).with_quirk(Quirk::NoClock);
    let old = SimDevice::of_model("SHSW-1", mac(3)).expect("a model").with_quirk(Quirk::NoClock);
    let fleet = SimFleet::start(FleetPlan::new(vec![plain, clockless, old]).with_pace(pace)).await.expect("ports");
    let call = json!({"method": "Switch.Set", "params": {"id": 0, "on": true}});
    let job = json!({"enable": true, "timespec": "0 */2 * * * *", "calls": [call]});
    for plug in &fleet.devices()[..2] {
        rpc(plug.endpoint(), "Schedule.Create", job.clone()).await;
    }
    let (plug, clockless, old) = (&fleet.devices()[0], &fleet.devices()[1], &fleet.devices()[2]);
    eventually("the schedule", async || plug.status_json()["switch:0"]["source"] == "loopback").await;
    let status = clockless.status_json();
    assert_eq!((&status["switch:0"]["output"], &status["sys"]["unixtime"]), (&json!(false), &Value::Null));
    assert_eq!(old.status_json()["unixtime"], 0);
    let refused = get(old.endpoint(), "/settings/relay/0?schedule_rules=0700-0123456-on").await;
    assert_eq!((refused.status, refused.text().contains("time")), (400, true));
    rpc(clockless.endpoint(), "Sys.SetTime", json!({"unixtime": 1_764_072_300})).await;
    eventually("the schedule", async || clockless.status_json()["switch:0"]["output"] == true).await;
}

/// Gen1 rules run too.
#[tokio::test]
async fn gen1_rules_run() {
    // 12:04:50 UTC on a Tuesday.
    let pace = Pace { speed: 100.0, start_unix_s: Some(1_764_072_290) };
    let (_fleet, relay) = start(FleetPlan::new(vec![device("SHSW-1", 1)]).with_pace(pace)).await;
    get(relay.endpoint(), "/settings/relay/0?schedule=1&schedule_rules=1205-1-on,1207-1-off").await;
    eventually("the rule", async || relay.status_json()["relays"][0]["source"] == "schedule").await;
    eventually("the second rule", async || relay.status_json()["relays"][0]["ison"] == false).await;
}

/// Fifteen fast writes send old firmware into a reboot loop; paced writes do not.
#[tokio::test]
async fn a_storm_of_writes_ends_in_a_loop() {
    let timing = Timing { reboot: Duration::from_millis(60), ..Timing::default() };
    let old = device("SHSW-1", 1).with_quirk(Quirk::RebootLoop);
    let (_fleet, relay) = start(FleetPlan::new(vec![old]).with_timing(timing)).await;
    for number in 0..15 {
        let _ = send(relay.endpoint(), "GET", &format!("/settings?name=n{number}"), "", "").await;
    }
    eventually("the third restart", async || relay.counters().reboots == 3).await;
    relay.until_up().await;
    let pace = Pace { speed: 100.0, start_unix_s: None };
    let old = device("SHSW-1", 1).with_quirk(Quirk::RebootLoop);
    let (_fleet, relay) = start(FleetPlan::new(vec![old]).with_pace(pace)).await;
    for number in 0..16 {
        get(relay.endpoint(), &format!("/settings?name=n{number}")).await;
        tokio::time::sleep(Duration::from_millis(12)).await;
    }
    assert_eq!(relay.counters().reboots, 0);
}

/// Scripts and Matter share one small heap.
#[tokio::test]
async fn one_heap_for_all() {
    let (_fleet, relay) = one(device("S4SW-001P16EU", 1).with_quirk(Quirk::SharedHeap)).await;
    let to = relay.endpoint();
    for id in 1..=3 {
        rpc(to, "Script.Create", json!({"name": format!("s{id}")})).await;
        rpc(to, "Script.Start", json!({"id": id})).await;
    }
    let running = async || {
        let scripts = rpc(to, "Script.List", json!({})).await["scripts"].clone();
        scripts.as_array().expect("a list").iter().filter(|script| script["running"] == true).count()
    };
    assert_eq!(running().await, 2, "the first had to stop");
    let first = rpc(to, "Script.GetStatus", json!({"id": 1})).await;
    assert_eq!((&first["running"], &first["errors"]), (&json!(false), &json!(["out_of_memory"])), "{first}");
    let free = async || rpc(to, "Sys.GetStatus", json!({})).await["ram_free"].as_u64().expect("a size");
    let before = free().await;
    rpc(to, "Matter.SetConfig", json!({"config": {"enable": true}})).await;
    assert_eq!(running().await, 0);
    assert!(free().await < before, "what the scripts gave back is less than what Matter took");
    rpc(to, "Script.Start", json!({"id": 3})).await;
    assert_eq!(running().await, 0, "while Matter is on there is no memory for it");
    let third = rpc(to, "Script.GetStatus", json!({"id": 3})).await;
    assert_eq!(third["errors"], json!(["out_of_memory"]), "{third}");
    rpc(to, "Matter.SetConfig", json!({"config": {"enable": false}})).await;
    rpc(to, "Script.Start", json!({"id": 3})).await;
    assert_eq!(running().await, 1);
}

/// A backup restarts the device, and so does restoring it.
#[tokio::test]
async fn backups_restart() {
    let (_fleet, plug) = one(device("SPSW-004PE16EU", 1)).await;
    let to = plug.endpoint();
    rpc(to, "KVS.Set", json!({"key": "k", "value": "v"})).await;
    plug.set_config("switch:0.name", json!("Before"));
    rpc(to, "Sys.CreateBackup", json!({})).await;
    eventually("the restart", async || plug.counters().reboots == 1).await;
    plug.until_up().await;
    let mut pieces: Vec<String> = Vec::new();
    let mut offset = 0;
    loop {
        let piece = rpc(to, "Sys.DownloadBackup", json!({"offset": offset, "len": 1026})).await;
        let data = piece["data"].as_str().expect("data").to_owned();
        offset += 1026;
        pieces.push(data);
        if piece["left"] == 0 {
            break;
        }
    }
    plug.set_config("switch:0.name", json!("After"));
    rpc(to, "KVS.Delete", json!({"key": "k"})).await;
    for (number, data) in pieces.iter().enumerate() {
        let last = number + 1 == pieces.len();
        rpc(to, "Sys.UploadBackup", json!({"offset": number * 1026, "data": data, "final": last})).await;
    }
    rpc(to, "Sys.RestoreBackup", json!({})).await;
    eventually("the restart", async || plug.counters().reboots == 2).await;
    plug.until_up().await;
    assert_eq!(plug.config_json()["switch:0"]["name"], "Before");
    assert_eq!(rpc(to, "KVS.Get", json!({"key": "k"})).await["value"], "v");
}

/// The answer to the write of a station may never arrive, though it worked.
#[tokio::test]
async fn the_station_answer_is_lost() {
    let write = json!({"id": 1, "method": "WiFi.SetConfig", "params": {"config": {"sta": {"ssid": "house"}}}});
    let requests =
        [("SHSW-1", "/settings/sta?enabled=1&ssid=house", String::new()), ("SNPL-00112EU", "/rpc", write.to_string())];
    for (model, target, body) in requests {
        let (_fleet, plug) = one(device(model, 1).with_quirk(Quirk::LostStationAnswer)).await;
        assert!(send(plug.endpoint(), "POST", target, "", &body).await.is_err(), "{model}");
        let config = plug.config_json();
        let ssid = if model == "SHSW-1" { &config["wifi_sta"]["ssid"] } else { &config["wifi"]["sta"]["ssid"] };
        assert_eq!(ssid, "house");
    }
}

/// Returned energy is counted forward too.
#[tokio::test]
async fn returned_energy_counts_forward() {
    let fleet = FleetPlan::new(vec![
        device("S3PM-001PCEU16", 1),
        device("S3PM-001PCEU16", 2).with_quirk(Quirk::ReturnedCountsForward),
    ]);
    let fleet = SimFleet::start(fleet).await.expect("ports");
    for (device, share) in fleet.devices().iter().zip([8.0, 9.0]) {
        let status = device.status_json();
        let total = |name: &str| status["pm1:0"][name]["total"].as_f64().expect("a number");
        assert!((total("aenergy") / total("ret_aenergy") - share).abs() < 0.01);
    }
}

/// Lists have limits and revisions.
#[tokio::test]
async fn lists_have_limits() {
    let (_fleet, plug) = one(device("SNPL-00112EU", 1)).await;
    let to = plug.endpoint();
    let call = json!({"method": "Switch.Toggle", "params": {"id": 0}});
    let job = |count: usize| json!({"timespec": "0 0 7 * * *", "calls": vec![call.clone(); count]});
    assert_eq!(rpc_error(to, "Schedule.Create", job(6)).await, -103);
    assert_eq!(rpc(to, "Schedule.Create", job(5)).await["rev"], 1);
    let long = "x".repeat(301);
    let hook = json!({"cid": 0, "event": "switch.on", "urls": [long]});
    assert_eq!(rpc_error(to, "Webhook.Create", hook).await, -103);
    assert_eq!(rpc_error(to, "KVS.Set", json!({"key": "k", "value": "x".repeat(260)})).await, -103);
    let (_fleet, sensor) = one(device("SNSN-0013A", 2)).await;
    let hook = json!({"cid": 0, "event": "temperature.change", "urls": ["http://127.0.0.1/"]});
    for _ in 0..10 {
        rpc(sensor.endpoint(), "Webhook.Create", hook.clone()).await;
    }
    assert_eq!(rpc_error(sensor.endpoint(), "Webhook.Create", hook).await, -108);
}

/// C1, C2, C3: clients of a range extender are at ports of its address, listed there, and gone while it is away.
#[tokio::test]
async fn range_extenders_have_clients() {
    let extender = device("SNSW-001X16EU", 1);
    let old = SimDevice::of_model("SHPLG-S", mac(3)).expect("a model");
    let plan = FleetPlan::new(vec![extender, device("SNPL-00112EU", 2).behind(mac(1)), old.behind(mac(1))]);
    let mut fleet = SimFleet::start(plan).await.expect("ports");
    let (extender, client, old) = (fleet.devices()[0].clone(), fleet.devices()[1].clone(), fleet.devices()[2].clone());
    let listed = rpc(extender.endpoint(), "WiFi.ListAPClients", json!({})).await["ap_clients"].clone();
    assert_eq!(listed[0]["mac"], client.mac().to_string());
    assert_eq!(
        (&listed[0]["mport"], &listed[1]["mport"]),
        (&json!(client.endpoint().port()), &json!(old.endpoint().port()))
    );
    assert_eq!(extender.status_json()["wifi"]["ap_client_count"], 2);
    assert_eq!(get(old.endpoint(), "/shelly").await.json()["type"], "SHPLG-S");
    let before = client.endpoint();
    let after = fleet.change_port(client.mac()).expect("a free port");
    assert_ne!(before, after);
    eventually("the old port closes", async || tokio::net::TcpStream::connect(before).await.is_err()).await;
    assert_eq!(get(after, "/shelly").await.json()["mac"], client.mac().to_string());
    extender.inject(shelly_sim::Fault::Offline);
    eventually("the client is gone with its extender", async || !client.is_up() && !old.is_up()).await;
    extender.heal_all();
    eventually("it comes back", async || client.is_up() && old.is_up()).await;
    let orphan = FleetPlan::new(vec![device("SNPL-00112EU", 2).behind(mac(9))]);
    assert!(SimFleet::start(orphan).await.unwrap_err().to_string().contains("range extender"));
}

/// A device that forgets to notify still answers.
#[tokio::test]
async fn quirks_are_listed() {
    let (_fleet, plug) = one(device("SNPL-00112EU", 1).with_quirk(Quirk::HalfListening)).await;
    assert_eq!(plug.quirks(), [Quirk::HalfListening]);
}
