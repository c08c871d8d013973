//! What single models can do beyond outputs: valves, alarms, gateways, add-ons.

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle, catalogue};
use shelly_types::Mac;

use crate::client::{get, rpc, rpc_error};

async fn one(model: &str) -> (SimFleet, SimHandle) {
    let device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 15, 1])).expect("a model of the catalogue");
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

/// Every model starts in every profile, and each component answers for itself as in the whole documents.
#[tokio::test]
async fn every_profile_is_whole() {
    let fleet = SimFleet::start(FleetPlan::all_models()).await.expect("free ports");
    assert!(fleet.devices().len() >= 60 && catalogue().len() >= 55);
    for device in fleet.devices().iter().filter(|device| !device.generation().is_gen1()) {
        let (config, to) = (device.config_json(), device.endpoint());
        let methods = rpc(to, "Shelly.ListMethods", json!({})).await.to_string();
        for key in config.as_object().expect("an object").keys() {
            let (kind, id) = key.split_once(':').unwrap_or((key, ""));
            let params = id.parse::<u32>().map_or(json!({}), |id| json!({"id": id}));
            let one = rpc(to, &format!("{kind}.GetConfig"), params.clone()).await;
            assert_eq!(one, config[key], "{} {key}", device.model());
            assert!(rpc(to, &format!("{kind}.GetStatus"), params).await.is_object());
            let listed = methods.to_lowercase().contains(&format!("\"{}.getstatus\"", kind.to_lowercase()));
            assert!(listed, "{} does not list {kind}", device.model());
        }
    }
}

#[tokio::test]
async fn the_valve_moves() {
    let (_fleet, valve) = one("SHTRV-01").await;
    let to = valve.endpoint();
    let moved = get(to, "/thermostats/0?target_t=23.5&boost_minutes=30").await.json();
    assert_eq!((&moved["target_t"]["value"], &moved["boost_minutes"]), (&json!(23.5), &json!(30.0)));
    assert_eq!(get(to, "/settings").await.json()["thermostats"][0]["target_t"]["value"], 23.5);
    assert_eq!(get(to, "/thermostat/0?target_t=99").await.status, 400);
    let written = get(to, "/settings/thermostats/0?temperature_offset=-1.5").await.json();
    assert_eq!(written["temperature_offset"], -1.5);
    assert!(get(to, "/settings").await.json().get("wifi_sta1").is_none(), "this chip has one network");
}

#[tokio::test]
async fn gas_is_tested_and_muted() {
    let (_fleet, gas) = one("SHGS-1").await;
    assert_eq!(get(gas.endpoint(), "/self_test").await.status, 200);
    assert_eq!(gas.status_json()["gas_sensor"]["self_test_state"], "completed");
    gas.measure("gas_sensor.alarm_state", json!("heavy"));
    assert_eq!(get(gas.endpoint(), "/status").await.json()["gas_sensor"]["alarm_state"], "heavy");
    let (_fleet, relay) = one("SHSW-1").await;
    assert_eq!(get(relay.endpoint(), "/mute").await.status, 404);
}

#[tokio::test]
async fn the_gateway_reaches_its_valve() {
    let (_fleet, gateway) = one("S3GW-1DBT001").await;
    let to = gateway.endpoint();
    let call = |method: &str, params: Value| json!({"id": 200, "method": method, "params": params});
    rpc(to, "BluTRV.Call", call("Trv.SetTarget", json!({"id": 0, "target_C": 23.0}))).await;
    let page = rpc(to, "Shelly.GetComponents", json!({"dynamic_only": true})).await;
    let valve = page["components"].as_array().expect("a list").iter().find(|one| one["key"] == "blutrv:200");
    assert_eq!(valve.expect("a valve")["status"]["target_C"], 23.0);
    assert_eq!(rpc(to, "BluTrv.GetRemoteConfig", json!({"id": 200})).await["config"]["trv:0"]["enable"], true);
    assert_eq!(rpc_error(to, "BluTRV.Call", call("Trv.Dance", json!({}))).await, 404);
    assert!(rpc(to, "BluTrv.CheckForUpdates", json!({})).await.get("fw_id").is_some());
}

#[tokio::test]
async fn odd_components_are_set() {
    let (_fleet, breaker) = one("SPCB-02VENEU").await;
    rpc(breaker.endpoint(), "CB.Set", json!({"id": 0, "output": true})).await;
    assert_eq!(breaker.status_json()["cb:0"]["output"], true);
    let (_fleet, smoke) = one("SNSN-0031Z").await;
    smoke.measure("smoke:0.alarm", json!(true));
    rpc(smoke.endpoint(), "Smoke.Mute", json!({"id": 0})).await;
    assert_eq!(smoke.status_json()["smoke:0"], json!({"id": 0, "alarm": true, "mute": true}));
    let (_fleet, bulb) = one("S3BL-C010007AEU").await;
    rpc(bulb.endpoint(), "RGBCCT.Set", json!({"id": 0, "on": true, "rgb": [1, 2, 3], "ct": 3000})).await;
    let status = bulb.status_json()["rgbcct:0"].clone();
    assert_eq!((&status["rgb"], &status["ct"], &status["output"]), (&json!([1, 2, 3]), &json!(3000), &json!(true)));
    let (_fleet, product) = one("S3XT-0S").await;
    rpc(product.endpoint(), "Enum.Set", json!({"id": 200, "value": "away"})).await;
    assert_eq!(rpc(product.endpoint(), "Enum.GetStatus", json!({"id": 200})).await["value"], "away");
    let (_fleet, relay) = one("S4SW-001X16EU").await;
    let peripherals = rpc(relay.endpoint(), "SensorAddon.GetPeripherals", json!({})).await;
    assert!(peripherals["dht22"].get("temperature:100").is_some(), "{peripherals}");
    let (_fleet, display) = one("SAWD-0A1XX10EU1").await;
    assert_eq!(display.id(), "ShellyWallDisplay-A8032A000F01");
    let target = json!({"id": 0, "config": {"target_C": 18.5}});
    rpc(display.endpoint(), "Thermostat.SetConfig", target).await;
    assert_eq!(display.status_json()["thermostat:0"]["target_C"], 18.5);
}
