//! Virtual components that are made and deleted at run time (V8, A10).

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;

use crate::client::{rpc, rpc_error};

async fn start(model: &str) -> (SimFleet, SimHandle) {
    let device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 11, 1])).expect("a model of the catalogue");
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

async fn keys(device: &SimHandle) -> Vec<String> {
    let mut keys = Vec::new();
    loop {
        let params = json!({"dynamic_only": true, "offset": keys.len()});
        let page = rpc(device.endpoint(), "Shelly.GetComponents", params).await;
        let items = page["components"].as_array().expect("a list").clone();
        keys.extend(items.iter().map(|item| item["key"].as_str().expect("a key").to_owned()));
        if items.is_empty() || page["total"] == keys.len() {
            return keys;
        }
    }
}

async fn revision(device: &SimHandle) -> u64 {
    rpc(device.endpoint(), "Shelly.GetStatus", json!({})).await["sys"]["cfg_rev"].as_u64().expect("a revision")
}

#[tokio::test]
async fn a10_virtual_components_come_and_go() {
    let (_fleet, device) = start("S3SW-002P16EU").await;
    let to = device.endpoint();
    let before = revision(&device).await;
    for kind in ["boolean", "number", "text", "enum", "button", "group"] {
        assert_eq!(rpc(to, "Virtual.Add", json!({"type": kind})).await, json!({"id": 200}), "{kind}");
    }
    assert_eq!(revision(&device).await, before + 6);
    let config = json!({"name": "Target", "min": 5, "max": 30, "default_value": 21});
    let added = rpc(to, "Virtual.Add", json!({"type": "number", "id": 230, "config": config})).await;
    assert_eq!((added, revision(&device).await), (json!({"id": 230}), before + 7));
    let kept = rpc(to, "Number.GetConfig", json!({"id": 230})).await;
    assert_eq!((&kept["name"], &kept["max"], &kept["default_value"]), (&json!("Target"), &json!(30.0), &json!(21.0)));
    assert_eq!(rpc(to, "Number.GetStatus", json!({"id": 230})).await["value"], 21.0);
    rpc(to, "Boolean.Set", json!({"id": 200, "value": true})).await;
    rpc(to, "Text.Set", json!({"id": 200, "value": "hello"})).await;
    rpc(to, "Group.Set", json!({"id": 200, "value": ["number:230"]})).await;
    assert_eq!(rpc(to, "Text.GetStatus", json!({"id": 200})).await["value"], "hello");
    assert_eq!(rpc(to, "Group.GetStatus", json!({"id": 200})).await["value"], json!(["number:230"]));
    assert_eq!(keys(&device).await.len(), 7);
    assert!(device.config_json().get("number:230").is_none(), "only pages of components show them");
    assert_eq!(rpc(to, "Virtual.Delete", json!({"key": "number:230"})).await, Value::Null);
    assert_eq!(rpc_error(to, "Number.GetConfig", json!({"id": 230})).await, -105);
    assert_eq!((keys(&device).await.len(), revision(&device).await), (6, before + 8));
}

#[tokio::test]
async fn a10_what_cannot_be_added_is_refused() {
    let (_fleet, device) = start("S3SW-002P16EU").await;
    let to = device.endpoint();
    for wrong in [
        json!({}),
        json!({"type": "object"}),
        json!({"type": "number", "id": 199}),
        json!({"type": "number", "id": 300}),
        json!({"type": "number", "config": {"min": "low"}}),
    ] {
        assert_eq!(rpc_error(to, "Virtual.Add", wrong.clone()).await, -103, "{wrong}");
    }
    assert_eq!(keys(&device).await, Vec::<String>::new(), "nothing is left of what was refused");
    for _ in 0..10 {
        rpc(to, "Virtual.Add", json!({"type": "boolean"})).await;
    }
    assert_eq!(rpc_error(to, "Virtual.Add", json!({"type": "boolean"})).await, -108);
    assert_eq!(rpc_error(to, "Virtual.Delete", json!({"key": "switch:0"})).await, -105);
    let (_fleet, plus) = start("SNSW-001X16EU").await;
    assert_eq!(rpc_error(plus.endpoint(), "Virtual.Add", json!({"type": "boolean"})).await, 404);
    let methods = |device: &SimHandle| rpc(device.endpoint(), "Shelly.ListMethods", json!({}));
    let (able, not) = (methods(&device).await.to_string(), methods(&plus).await.to_string());
    assert!(able.contains("Virtual.Add") && !not.contains("Virtual.Add"));
}

/// Scripts are not interpreted: they run as far as anybody can see, and evaluate nothing.
#[tokio::test]
async fn scripts_run_and_evaluate_nothing() {
    let (_fleet, device) = start("S3SW-002P16EU").await;
    let to = device.endpoint();
    let id = rpc(to, "Script.Create", json!({"name": "night"})).await["id"].clone();
    rpc(to, "Script.Start", json!({"id": id})).await;
    assert_eq!(rpc(to, "Script.GetStatus", json!({"id": id})).await["running"], true);
    assert_eq!(rpc_error(to, "Script.Eval", json!({"id": id, "code": "1 + 1"})).await, 404);
    rpc(to, "Script.Stop", json!({"id": id})).await;
    assert_eq!(rpc(to, "Script.GetStatus", json!({"id": id})).await["running"], false);
}
