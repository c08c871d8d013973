//! WiFi networks around the devices: who is in which, and who is out of reach (C10, C11).

use std::time::Duration;

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, RadioJoined, SimDevice, SimFleet, SimHandle, SimNetwork, WishedNetwork};
use shelly_types::Mac;
use tokio::time::timeout;

use crate::client::{get, rpc};

const PLUS_1: &str = "SNSW-001X16EU";
const SHELLY_1: &str = "SHSW-1";

async fn start(model: &str, network: &str) -> SimFleet {
    let device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 12, 1])).expect("a model of the catalogue");
    let networks = vec![
        SimNetwork::new("house-iot", "the house key"),
        SimNetwork::new("new", "the new key").with_addresses(network.parse().expect("a network")),
        SimNetwork::open("guests"),
    ];
    SimFleet::start(FleetPlan::new(vec![device]).with_networks(networks)).await.expect("a free port")
}

async fn until(device: &SimHandle, network: Option<&str>) {
    let there = async {
        while device.network().as_deref() != network || device.is_up() != network.is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), there).await.expect("in time");
}

async fn join(device: &SimHandle, slot: &str, ssid: &str, key: &str) {
    if device.generation().is_gen1() {
        let path = format!("/settings/{slot}?enabled=true&ssid={ssid}&key={}", key.replace(' ', "%20"));
        get(device.endpoint(), &path).await;
    } else {
        let config = json!({"config": {slot: {"enable": true, "ssid": ssid, "pass": key}}});
        rpc(device.endpoint(), "WiFi.SetConfig", config).await;
    }
}

/// C11: a device leaves for a network whose key is right, gets an address of it, and goes to its second one when it is wrong.
#[tokio::test]
async fn devices_go_where_their_keys_fit() {
    for (model, addresses) in [(PLUS_1, "127.80.1.0/24"), (SHELLY_1, "127.80.2.0/24")] {
        let fleet = start(model, addresses).await;
        let device = fleet.devices()[0].clone();
        assert_eq!(device.network().as_deref(), Some("house-iot"));
        let first = device.endpoint();
        join(&device, "sta", "new", "the new key").await;
        until(&device, Some("new")).await;
        assert!(device.endpoint().to_string().starts_with(&addresses[..8]), "{}", device.endpoint());
        join(&device, "sta1", "house-iot", "the house key").await;
        join(&device, "sta", "new", "a wrong key").await;
        until(&device, Some("house-iot")).await;
        assert_eq!(device.endpoint(), first, "the lease of before");
        fleet.shutdown().await;
    }
}

/// C10: without a second network a device with a wrong key is out of reach, until somebody helps.
#[tokio::test]
async fn a_wrong_key_without_a_second_network_strands() {
    for (model, on, key) in
        [(PLUS_1, "wifi.sta1.enable", "wifi.sta1.ssid"), (SHELLY_1, "wifi_sta1.enabled", "wifi_sta1.ssid")]
    {
        let fleet = start(model, "127.80.3.0/24").await;
        let device = fleet.devices()[0].clone();
        join(&device, "sta", "new", "a wrong key").await;
        until(&device, None).await;
        assert!(device.set_config(key, json!("guests")) && device.set_config(on, json!(true)));
        until(&device, Some("guests")).await;
        fleet.shutdown().await;
    }
}

/// W21: a radio that is played outside hears what a new device wants, and the device tells what came of it.
#[tokio::test]
async fn w21_a_radio_outside_hears_wishes_and_brings_news() {
    for model in [PLUS_1, SHELLY_1] {
        let device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 12, 1])).expect("a model");
        let fleet = SimFleet::start(FleetPlan::new(vec![device.as_new().with_outside_radio()])).await.expect("a port");
        let device = fleet.devices()[0].clone();
        let is_gen1 = device.generation().is_gen1();
        let first = device.radio_wish();
        let point = first.access_point.expect("a new device opens its access point");
        assert!(point.ssid.to_ascii_uppercase().ends_with("A8032A000C01") && point.key.is_none(), "{point:?}");
        assert_eq!(first.networks, []);
        join(&device, "sta", "house-iot", "the house key").await;
        let wished = WishedNetwork { ssid: "house-iot".into(), key: Some("the house key".into()) };
        assert_eq!(device.radio_wish().networks, [wished]);
        assert_eq!(device.radio_wish().access_point.is_none(), is_gen1, "Gen1 has one or the other");
        let told = || {
            let status = device.status_json();
            if is_gen1 { status["wifi_sta"]["ssid"].clone() } else { status["wifi"]["ssid"].clone() }
        };
        assert_eq!(told(), Value::Null);
        let address = "10.0.0.7".parse().expect("an address");
        device.radio_joined(Some(RadioJoined { ssid: "house-iot".into(), address }));
        assert_eq!(told(), "house-iot");
        device.radio_joined(None);
        assert_eq!(told(), Value::Null);
        fleet.shutdown().await;
    }
}
