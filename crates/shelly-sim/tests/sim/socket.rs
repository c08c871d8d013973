//! WebSockets into the device: calls, notifications, authentication, limits (A3, A12).

use std::{collections::BTreeSet, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shelly_sim::{Fault, FleetPlan, Pace, Push, Quirk, SimDevice, SimFleet, SimHandle, Timing};
use shelly_types::{ComponentKey, Mac};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::client::{rpc, sha256};

/// A client that speaks frames and remembers what it was told.
struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    told: Vec<Value>,
    id: u64,
}

impl Client {
    async fn to(device: &SimHandle) -> Self {
        let (socket, _) = connect_async(format!("ws://{}/rpc", device.endpoint())).await.expect("a WebSocket");
        Self { socket, told: Vec::new(), id: 0 }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await.expect("in time")?;
            match message.ok()? {
                Message::Text(text) => return Some(serde_json::from_str(text.as_str()).expect("JSON")),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    async fn frame(&mut self, mut frame: Value) -> Value {
        self.id += 1;
        frame["id"] = json!(self.id);
        self.socket.send(Message::text(frame.to_string())).await.expect("an open socket");
        loop {
            let next = self.next().await.expect("an answer");
            if next.get("id").is_some() {
                assert_eq!(next["id"], self.id);
                return next;
            }
            self.told.push(next);
        }
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        let answer = self.frame(json!({"src": "tester", "method": method, "params": params})).await;
        answer.get("result").unwrap_or_else(|| panic!("{method}: {answer}")).clone()
    }

    /// The next notification of this method that has what is asked for.
    async fn told(&mut self, method: &str, has: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(at) = self.told.iter().position(|note| note["method"] == method && has(&note["params"])) {
                return self.told.remove(at)["params"].clone();
            }
            let next = self.next().await.expect("a notification");
            self.told.push(next);
        }
    }
}

fn device(model: &str) -> SimDevice {
    SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 9, 1])).expect("a model of the catalogue")
}

async fn start(plan: FleetPlan) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(plan).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

async fn one(device: SimDevice) -> (SimFleet, SimHandle) {
    start(FleetPlan::new(vec![device])).await
}

fn key(text: &str) -> ComponentKey {
    text.parse().expect("a component key")
}

/// A3: whoever changes a device, those who listen are told what changed and no more.
#[tokio::test]
async fn every_way_of_change_is_told() {
    let (_fleet, plug) = one(device("SNPL-00112EU")).await;
    let mut client = Client::to(&plug).await;
    let mut silent = Client::to(&plug).await;
    assert_eq!(client.call("Shelly.GetDeviceInfo", json!({})).await["mac"], plug.mac().to_string());
    client.call("Switch.Set", json!({"id": 0, "on": true, "toggle_after": 0.2})).await;
    let said = client.told("NotifyStatus", |params| params["switch:0"]["output"] == true).await;
    assert_eq!(said["switch:0"]["source"], "WS_in");
    assert!(said["ts"].is_number() && said.get("sys").is_none() && said["switch:0"].get("aenergy").is_none());
    let said = client.told("NotifyStatus", |params| params["switch:0"]["output"] == false).await;
    assert_eq!(said["switch:0"]["source"], "timer");
    assert!(plug.set_output(&key("switch:0"), true));
    client.told("NotifyStatus", |params| params["switch:0"]["source"] == "button").await;
    rpc(plug.endpoint(), "Switch.Set", json!({"id": 0, "on": false})).await;
    client.told("NotifyStatus", |params| params["switch:0"]["source"] == "HTTP_in").await;
    assert!(plug.set_config("switch:0.name", json!("Lamp")));
    let event = client.told("NotifyEvent", |_| true).await["events"][0].clone();
    assert_eq!((&event["component"], &event["event"]), (&json!("switch:0"), &json!("config_changed")));
    let said = client.told("NotifyStatus", |params| params["sys"]["cfg_rev"].is_u64()).await;
    assert_eq!(said["sys"]["cfg_rev"], event["cfg_rev"]);
    // The other client never said who it is, so nothing is pushed to it.
    silent.socket.send(Message::Ping("x".into())).await.expect("an open socket");
    let next = silent.socket.next().await.expect("an answer").expect("an open socket");
    assert!(matches!(next, Message::Pong(_)), "{next:?}");
    assert_eq!(plug.counters().sockets, 2);
}

/// A3: notifications laid over the first status give the current one.
#[tokio::test]
async fn patches_add_up_to_the_status() {
    let (_fleet, strip) = one(device("SPSW-004PE16EU")).await;
    let mut client = Client::to(&strip).await;
    let mut known = client.call("Shelly.GetStatus", json!({})).await;
    for id in [0, 1, 2, 3, 0, 1] {
        client.call("Switch.Toggle", json!({"id": id})).await;
    }
    let last = client.told("NotifyStatus", |params| params["switch:1"]["output"] == false).await;
    let mut now = client.call("Shelly.GetStatus", json!({})).await;
    // The waited-for notification was the last one; those before it are laid over the first status in order.
    for note in std::mem::take(&mut client.told) {
        merge(&mut known, &note["params"]);
    }
    merge(&mut known, &last);
    for id in 0..4 {
        let key = format!("switch:{id}");
        for document in [&mut known, &mut now] {
            let switch = document[&key].as_object_mut().expect("a switch");
            switch.retain(|name, _| !name.ends_with("aenergy"));
        }
        assert_eq!(known[&key], now[&key]);
    }
}

fn merge(target: &mut Value, patch: &Value) {
    let (Some(target), Some(patch)) = (target.as_object_mut(), patch.as_object()) else { return };
    for (name, value) in patch {
        match target.get_mut(name) {
            Some(old) if value.is_object() && old.is_object() => merge(old, value),
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

/// A3: counters are told on the full minute.
#[tokio::test]
async fn counters_come_with_the_minute() {
    let pace = Pace { speed: 600.0, start_unix_s: Some(1_764_000_010) };
    let (_fleet, plug) = start(FleetPlan::new(vec![device("SNPL-00112EU")]).with_pace(pace)).await;
    let mut client = Client::to(&plug).await;
    client.call("Switch.Set", json!({"id": 0, "on": true})).await;
    let said = client.told("NotifyStatus", |params| params["switch:0"].get("aenergy").is_some()).await;
    let energy = &said["switch:0"]["aenergy"];
    assert!(energy["total"].as_f64().expect("a number") > 0.0, "{energy}");
    assert_eq!(energy["minute_ts"].as_u64().expect("a time") % 60, 0);
}

/// A3: buttons and wires at the inputs are events and states.
#[tokio::test]
async fn inputs_are_told() {
    let (_fleet, buttons) = one(device("SNSN-0024X")).await;
    let mut client = Client::to(&buttons).await;
    client.call("Shelly.GetStatus", json!({})).await;
    assert!(buttons.push(2, Push::Double));
    assert!(!buttons.push(9, Push::Single));
    let events = client.told("NotifyEvent", |_| true).await["events"].clone();
    let names: Vec<&str> =
        events.as_array().expect("a list").iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(names, ["btn_down", "btn_up", "double_push"]);
    assert_eq!((&events[0]["component"], &events[0]["id"]), (&json!("input:2"), &json!(2)));
    let (_fleet, relay) = one(device("SNSW-001X16EU")).await;
    let mut client = Client::to(&relay).await;
    client.call("Shelly.GetStatus", json!({})).await;
    assert!(relay.set_input(0, true));
    let said = client.told("NotifyStatus", |params| params.get("input:0").is_some()).await;
    assert_eq!((&said["input:0"]["state"], &said["switch:0"]["output"]), (&json!(true), &json!(true)));
}

/// A12: the password is asked for in each frame; before firmware 2.0 once is enough.
#[tokio::test]
async fn frames_prove_the_password() {
    for (model, modern) in [("SNPL-00112EU", false), ("SPSW-004PE16EU", true)] {
        let (_fleet, plug) = one(device(model).with_password("tango")).await;
        let mut client = Client::to(&plug).await;
        client.call("Shelly.GetDeviceInfo", json!({})).await;
        let frame = json!({"src": "tester", "method": "Switch.Toggle", "params": {"id": 0}});
        let refused = client.frame(frame.clone()).await;
        assert_eq!(refused["error"]["code"], 401);
        let asked: Value = serde_json::from_str(refused["error"]["message"].as_str().expect("text")).expect("JSON");
        assert_eq!(asked["nonce"].is_string(), modern);
        assert_eq!(asked.get("nc").is_none(), modern);
        let nonce = asked["nonce"].as_str().map_or_else(|| asked["nonce"].to_string(), str::to_owned);
        let auth = |nc: u32| {
            let ha1 = sha256(&format!("admin:{}:tango", plug.id()));
            let ha2 = sha256("dummy_method:dummy_uri");
            let response = sha256(&format!("{ha1}:{nonce}:{nc}:abc:auth:{ha2}"));
            json!({
                "realm": plug.id(), "username": "admin", "nonce": asked["nonce"], "nc": nc, "cnonce": "abc",
                "response": response, "algorithm": "SHA-256"
            })
        };
        let mut proven = frame.clone();
        proven["auth"] = auth(1);
        assert!(client.frame(proven).await.get("result").is_some());
        assert_eq!(client.frame(frame.clone()).await.get("error").is_some(), modern);
        if modern {
            let mut again = frame.clone();
            again["auth"] = auth(1);
            let stale = client.frame(again).await;
            assert!(stale["error"]["message"].as_str().expect("text").contains(r#""stale":true"#));
        }
    }
}

/// A3: about six sockets in all; a restart closes them.
#[tokio::test]
async fn sockets_are_few_and_end_with_a_restart() {
    let (_fleet, plug) = one(device("SNPL-00112EU")).await;
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(Client::to(&plug).await);
    }
    assert!(connect_async(format!("ws://{}/rpc", plug.endpoint())).await.is_err(), "the seventh is refused");
    assert_eq!(clients[0].call("Shelly.Reboot", json!({})).await, Value::Null);
    for client in &mut clients {
        while client.next().await.is_some() {}
    }
    plug.until_up().await;
    assert_eq!((plug.counters().reboots, plug.counters().sockets), (1, 0));
    Client::to(&plug).await.call("Shelly.GetStatus", json!({})).await;
}

/// With a small heap the fourth connection is one too many.
#[tokio::test]
async fn a_small_heap_reboots() {
    let (_fleet, plug) = one(device("SNPL-00112EU").with_quirk(Quirk::SmallHeap)).await;
    let mut first = Client::to(&plug).await;
    let (_second, _third) = (Client::to(&plug).await, Client::to(&plug).await);
    let _ = connect_async(format!("ws://{}/rpc", plug.endpoint())).await;
    assert!(first.next().await.is_none(), "all sockets are lost");
    plug.until_up().await;
    assert_eq!(plug.counters().reboots, 1);
}

/// Faults are played on sockets too, and many calls at once are answered by their ids.
#[tokio::test]
async fn sockets_have_faults() {
    let timing = Timing { reboot: Duration::from_millis(50), ..Timing::default() };
    let (_fleet, plug) = start(FleetPlan::new(vec![device("SNPL-00112EU")]).with_timing(timing)).await;
    plug.inject(Fault::Latency { delay: Duration::from_millis(60), jitter: Duration::ZERO });
    let mut client = Client::to(&plug).await;
    let started = std::time::Instant::now();
    for id in 0..10 {
        let frame = json!({"id": id, "src": "tester", "method": "Shelly.GetDeviceInfo"});
        client.socket.send(Message::text(frame.to_string())).await.expect("an open socket");
    }
    let mut ids = BTreeSet::new();
    while ids.len() < 10 {
        ids.insert(client.next().await.expect("an answer")["id"].as_u64().expect("an id"));
    }
    assert!(started.elapsed() >= Duration::from_millis(60));
    plug.heal_all();
    plug.inject(Fault::DropConnection);
    let frame = json!({"id": 99, "src": "tester", "method": "Shelly.GetDeviceInfo"});
    client.socket.send(Message::text(frame.to_string())).await.expect("an open socket");
    assert!(client.next().await.is_none());
    plug.heal_all();
    plug.inject(Fault::RebootOnWrite);
    let mut client = Client::to(&plug).await;
    let frame = json!({"id": 1, "src": "tester", "method": "Switch.Toggle", "params": {"id": 0}});
    client.socket.send(Message::text(frame.to_string())).await.expect("an open socket");
    assert!(client.next().await.is_none());
    plug.until_up().await;
    assert_eq!(plug.counters().reboots, 1);
}

/// What is no request is told so or ignored, and the socket lives on.
#[tokio::test]
async fn bad_frames_do_no_harm() {
    let (_fleet, plug) = one(device("SNPL-00112EU")).await;
    let mut client = Client::to(&plug).await;
    for bad in ["", "[]", "{", "{\"method\":7}", "{\"id\":null,\"method\":\"Shelly.GetStatus\"}", "nul"] {
        client.socket.send(Message::text(bad.to_owned())).await.expect("an open socket");
    }
    client.socket.send(Message::text(r#"{"id":"a","method":"No.Such"}"#)).await.expect("an open socket");
    loop {
        let next = client.next().await.expect("an answer");
        if next["id"] == "a" {
            assert_eq!((&next["error"]["code"], next.get("dst")), (&json!(404), None));
            break;
        }
        assert_eq!(next["error"]["code"], 400);
    }
    client.socket.send(Message::text("x".repeat(100_000))).await.expect("an open socket");
    assert!(client.next().await.is_none(), "a frame larger than its memory ends the connection");
}

/// A10: a component that comes or goes is told, as nothing else tells of it.
#[tokio::test]
async fn a10_virtual_components_are_told() {
    let (_fleet, switch) = one(device("S3SW-002P16EU")).await;
    let mut client = Client::to(&switch).await;
    client.call("Shelly.GetDeviceInfo", json!({})).await;
    client.call("Virtual.Add", json!({"type": "boolean", "config": {"name": "Holiday"}})).await;
    let events = client.told("NotifyEvent", |_| true).await["events"].clone();
    assert_eq!(events.as_array().map(Vec::len), Some(1), "{events}");
    let event = &events[0];
    assert_eq!((&event["component"], &event["event"]), (&json!("sys"), &json!("component_added")));
    assert_eq!((&event["target"], event["cfg_rev"].is_u64()), (&json!("boolean:200"), true));
    client.call("Boolean.Set", json!({"id": 200, "value": true})).await;
    client.told("NotifyStatus", |params| params["boolean:200"]["value"] == true).await;
    client.call("Virtual.Delete", json!({"key": "boolean:200"})).await;
    let event = client.told("NotifyEvent", |_| true).await["events"][0].clone();
    assert_eq!((&event["event"], &event["target"]), (&json!("component_removed"), &json!("boolean:200")));
}
