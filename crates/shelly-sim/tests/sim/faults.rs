//! Faults, layouts, captures and the demo fleet over real sockets (V8).

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::client::{get, rpc, send};
use serde_json::json;
use shelly_sim::{Fault, FleetPlan, Layout, SimDevice, SimFleet, SimHandle, Wakes, catalogue};
use shelly_types::Mac;

fn mac(number: u8) -> Mac {
    Mac::new([0xA8, 0x03, 0x2A, 0, 0, number])
}

fn plug(number: u8) -> SimDevice {
    SimDevice::of_model("SNPL-00112EU", mac(number)).expect("a model of the catalogue")
}

async fn one() -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![plug(1)])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

async fn refused(device: &SimHandle) -> bool {
    for _ in 0..100 {
        if tokio::net::TcpStream::connect(device.endpoint()).await.is_err() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
}

async fn reachable(device: &SimHandle) -> bool {
    for _ in 0..500 {
        if let Ok(answer) = send(device.endpoint(), "GET", "/shelly", "", "").await {
            return answer.status == 200;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
}

#[tokio::test]
async fn answers_are_spoilt() {
    let (_fleet, device) = one().await;
    let to = device.endpoint();
    device.inject(Fault::Html);
    assert!(get(to, "/shelly").await.text().starts_with("<!DOCTYPE html>"));
    device.heal_all();
    device.inject(Fault::TruncatedJson);
    let cut = get(to, "/shelly").await;
    assert!(!cut.is_whole() && serde_json::from_slice::<serde_json::Value>(&cut.body).is_err());
    device.heal_all();
    device.inject(Fault::Huge { bytes: 50_000_000 });
    assert_eq!(get(to, "/shelly").await.body.len(), 50_000_000);
    device.heal_all();
    device.inject(Fault::DropConnection);
    assert!(send(to, "GET", "/shelly", "", "").await.is_err());
    device.heal_all();
    device.inject(Fault::NeverAnswer);
    let waited = tokio::time::timeout(Duration::from_millis(100), send(to, "GET", "/shelly", "", "")).await;
    assert!(waited.is_err());
    device.heal_all();
    device.inject(Fault::Latency { delay: Duration::from_millis(80), jitter: Duration::ZERO });
    let start = Instant::now();
    get(to, "/shelly").await;
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn flaky_devices_are_flaky_by_seed() {
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let (_fleet, device) = one().await;
        device.inject(Fault::Flaky { probability: 0.5 });
        let mut round = Vec::new();
        for _ in 0..20 {
            round.push(send(device.endpoint(), "GET", "/shelly", "", "").await.is_ok());
        }
        rounds.push(round);
    }
    assert_eq!(rounds[0], rounds[1], "the same seed is the same luck");
    assert!(rounds[0].contains(&true) && rounds[0].contains(&false));
}

#[tokio::test]
async fn writes_are_bent() {
    let (_fleet, device) = one().await;
    let to = device.endpoint();
    device.inject(Fault::IgnoreField { path: "switch:0.name".into() });
    device.inject(Fault::ClampField { path: "switch:0.auto_off_delay".into(), min: 0.0, max: 100.0 });
    rpc(to, "Switch.SetConfig", json!({"id": 0, "config": {"name": "Lamp", "auto_off_delay": 500}})).await;
    let config = rpc(to, "Switch.GetConfig", json!({"id": 0})).await;
    assert!(config["name"].is_null() && config["auto_off_delay"] == 100.0);
    device.heal_all();
    device.inject(Fault::RebootOnWrite);
    let body = json!({"id": 1, "method": "Switch.SetConfig", "params": {"id": 0, "config": {"name": "Lamp"}}});
    assert!(send(to, "POST", "/rpc", "", &body.to_string()).await.is_err());
    device.heal_all();
    assert!(reachable(&device).await);
    assert_eq!(device.counters().reboots, 1);
}

#[tokio::test]
async fn offline_and_asleep_devices_refuse() {
    let (_fleet, device) = one().await;
    device.inject(Fault::Offline);
    assert!(refused(&device).await);
    device.heal_all();
    assert!(reachable(&device).await);
    device.inject(Fault::Asleep { wakes: None });
    assert!(refused(&device).await);
    device.wake(Duration::from_millis(200));
    assert!(reachable(&device).await);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(refused(&device).await);
    device.heal_all();
    let wakes = Wakes { every: Duration::from_millis(300), stays: Duration::from_millis(150) };
    device.inject(Fault::Asleep { wakes: Some(wakes) });
    assert!(refused(&device).await && reachable(&device).await, "it wakes by itself");
}

/// B7: two devices swap addresses; open sockets end.
#[tokio::test]
async fn two_devices_swap_addresses() {
    let mut fleet = SimFleet::start(FleetPlan::new(vec![plug(1), plug(2)])).await.expect("free ports");
    let (first, second) = (fleet.devices()[0].endpoint(), fleet.devices()[1].endpoint());
    assert!(fleet.swap(mac(1), mac(2)));
    assert_eq!(get(first, "/shelly").await.json()["mac"], mac(2).to_string());
    assert_eq!(get(second, "/shelly").await.json()["mac"], mac(1).to_string());
    assert_eq!(fleet.device(mac(1)).map(SimHandle::endpoint), Some(second));
    assert!(!fleet.swap(mac(1), mac(9)));
}

#[tokio::test]
async fn every_model_serves_its_documents() {
    let devices = catalogue().iter().zip(1..).map(|(spec, number)| SimDevice::new(spec, mac(number))).collect();
    let fleet = SimFleet::start(FleetPlan::new(devices)).await.expect("free ports");
    for device in fleet.devices() {
        let to = device.endpoint();
        if device.generation().is_gen1() {
            assert_eq!(get(to, "/settings").await.json()["device"]["type"], device.model().code());
            assert!(get(to, "/status").await.json()["uptime"].is_u64());
        } else {
            let config = rpc(to, "Shelly.GetConfig", json!({})).await;
            let status = rpc(to, "Shelly.GetStatus", json!({})).await;
            let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(&config), keys(&status), "{}", device.model());
        }
    }
    fleet.shutdown().await;
}

#[tokio::test]
async fn a_subnet_has_a_device_on_each_address() {
    let plan = FleetPlan::new(vec![plug(1), plug(2), plug(3)]).on_subnet("127.31.7.0/29".parse().unwrap(), 18_231);
    let fleet = SimFleet::start(plan).await.expect("the loopback network is free");
    let places: Vec<String> = fleet.devices().iter().map(|device| device.endpoint().to_string()).collect();
    assert_eq!(places, ["127.31.7.1:18231", "127.31.7.2:18231", "127.31.7.3:18231"]);
    for device in fleet.devices() {
        assert_eq!(get(device.endpoint(), "/shelly").await.json()["mac"], device.mac().to_string());
    }
    let place = fleet.devices()[0].endpoint();
    fleet.shutdown().await;
    assert!(tokio::net::TcpStream::connect(place).await.is_err(), "nothing listens after the shutdown");
}

#[tokio::test]
async fn a_plan_must_fit() {
    let layout = Layout::Subnet { network: "127.31.8.0/30".parse().unwrap(), port: 18_232 };
    let plan = FleetPlan::new(vec![plug(1), plug(2), plug(3)]).with_layout(layout);
    assert!(SimFleet::start(plan).await.unwrap_err().to_string().contains("no more addresses"));
    let twice = SimFleet::start(FleetPlan::new(vec![plug(1), plug(1)])).await;
    assert!(twice.unwrap_err().to_string().contains("one device"));
}

#[tokio::test]
async fn captures_are_played_word_for_word() {
    let envelope = r#"{"endpoints": {
        "Shelly.GetDeviceInfo": {"id":"shellyx-a8032a0000aa","mac":"A8032A0000AA","model":"SNSW-X","gen":2,
            "fw_id":"20240101-000000/1.4.4-gabc","ver":"1.4.4","app":"X","auth_en":false,"auth_domain":null},
        "Shelly.GetConfig": {"switch:0":{"id":0,"name":null,"auto_off_delay":60.000000,"zzz":1},"sys":{"cfg_rev":7}},
        "Shelly.GetStatus": {"switch:0":{"id":0,"output":false,"source":"init"},"sys":{"cfg_rev":7}}
    }}"#;
    let device = SimDevice::from_capture_text(envelope).expect("a capture");
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let to = fleet.devices()[0].endpoint();
    assert!(get(to, "/rpc/Shelly.GetConfig").await.text().contains("60.000000"), "number text is kept");
    assert_eq!(get(to, "/shelly").await.json()["app"], "X");
    rpc(to, "Switch.SetConfig", json!({"id": 0, "config": {"name": "Lamp"}})).await;
    rpc(to, "Switch.Set", json!({"id": 0, "on": true})).await;
    let config = rpc(to, "Shelly.GetConfig", json!({})).await;
    assert_eq!((&config["switch:0"]["name"], &config["switch:0"]["zzz"]), (&json!("Lamp"), &json!(1)));
    assert_eq!(rpc(to, "Shelly.GetStatus", json!({})).await["switch:0"]["output"], true);
    let gen1 = json!({"endpoints": {
        "/shelly": {"type": "SHSW-1", "mac": "34945400AA01", "auth": false, "fw": "20230913-112003/v1.14.0-gcb84623"},
        "/settings": {"device": {"type": "SHSW-1", "mac": "34945400AA01", "hostname": "shelly1-34945400AA01"},
            "name": null, "relays": [{"ison": false, "auto_off": 0.5}], "extra": {"kept": true}},
        "/status": {"relays": [{"ison": false}], "uptime": 12}
    }});
    let fleet = SimFleet::start(FleetPlan::new(vec![SimDevice::from_capture(&gen1).unwrap()])).await.unwrap();
    let to = fleet.devices()[0].endpoint();
    assert_eq!(get(to, "/settings").await.json(), gen1["endpoints"]["/settings"]);
    get(to, "/settings/relay/0?auto_off=9").await;
    get(to, "/relay/0?turn=on").await;
    let settings = get(to, "/settings").await.json();
    assert_eq!((&settings["relays"][0]["auto_off"], &settings["extra"]["kept"]), (&json!(9.0), &json!(true)));
    assert_eq!(get(to, "/status").await.json()["relays"][0]["ison"], true);
    assert!(SimDevice::from_capture(&json!({"endpoints": {}})).is_err());
}

#[tokio::test]
async fn the_demo_fleet_is_the_same_for_the_same_seed() {
    let fleet = SimFleet::start(FleetPlan::demo(24, 7)).await.expect("free ports");
    let generations: BTreeSet<u8> = fleet.devices().iter().map(|device| device.generation().0).collect();
    assert_eq!(generations, BTreeSet::from([1, 2, 3, 4]));
    let again = SimFleet::start(FleetPlan::demo(24, 7)).await.expect("free ports");
    for (one, other) in fleet.devices().iter().zip(again.devices()) {
        assert_eq!((one.mac(), one.name(), one.password()), (other.mac(), other.name(), other.password()));
    }
    assert!(fleet.devices().iter().filter(|device| device.is_protected()).count() >= 4);
    let faults: Vec<Fault> = fleet.devices().iter().flat_map(SimHandle::faults).collect();
    assert!(faults.iter().any(|fault| matches!(fault, Fault::Flaky { .. })));
    assert!(faults.iter().any(|fault| matches!(fault, Fault::Latency { .. })));
    assert!(faults.iter().any(|fault| matches!(fault, Fault::Asleep { .. })));
}

#[tokio::test]
async fn a_thousand_devices_start_answer_and_stop() {
    let mut plan = FleetPlan::demo(1000, 3);
    plan.devices = plan.devices.into_iter().map(SimDevice::robust).collect();
    let fleet = SimFleet::start(plan).await.expect("free ports");
    let mut seen = BTreeSet::new();
    for device in fleet.devices().iter().filter(|device| device.faults().is_empty()) {
        seen.insert(get(device.endpoint(), "/shelly").await.json()["mac"].to_string());
    }
    assert!(seen.len() >= 996, "all but the troubled ones: {}", seen.len());
    fleet.shutdown().await;
}
