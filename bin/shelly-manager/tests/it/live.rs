//! What devices tell by themselves is seen at once, long before the next poll (A3, A5).

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

use api_types::{
    devices::DeviceDetail,
    events::{EventQuery, EventView, ReadingView, StreamMessage},
};
use futures::StreamExt;
use serde_json::Value;
use shelly_sim::{Coiot, FleetPlan, Push, SimDevice, SimFleet, SimHandle};
use shelly_types::{ComponentKey, Mac};
use tempfile::TempDir;

use crate::{
    database::Database,
    manager::{KEY_FILE, Manager},
    on_each_database, program,
    support::{adopt, eventually, model, start},
};

on_each_database! {
    a_device_of_gen2_is_followed_over_a_websocket
    a_gen1_device_is_heard_over_coiot
    readings_come_over_the_live_stream
    what_is_measured_is_seen_at_once_and_stored_soon
}

/// No poll comes in the time of a test.
pub(crate) const NO_POLLS: [&str; 2] = ["--poll-interval", "3600"];

async fn output(manager: &Manager, handle: &SimHandle) -> Option<bool> {
    let device: DeviceDetail = manager.client().device(handle.mac()).await.ok()?;
    let status = serde_json::to_value(device.status?).ok()?;
    status["components"]["switch:0"]["reading"]["output"].as_bool()
}

pub(crate) async fn is_seen(manager: &Manager, handle: &SimHandle, on: bool) {
    eventually("the output as it is now", async || (output(manager, handle).await == Some(on)).then_some(())).await;
}

/// Somebody at the device switches it on and off again.
pub(crate) async fn switching_is_seen(manager: &Manager, handle: &SimHandle) {
    for on in [true, false] {
        assert!(handle.set_output(&ComponentKey::instance("switch", 0), on));
        is_seen(manager, handle, on).await;
    }
}

/// A3: switching by hand and a button reach the manager over its open WebSocket, also with a password.
async fn a_device_of_gen2_is_followed_over_a_websocket(database: Database) {
    let plug = model("SNPL-00112EU", 1).with_password("correct horse");
    let (_fleet, handles) = start(vec![plug, model("SNSN-0024X", 2)]).await;
    let manager = Manager::with(database, &[&NO_POLLS[..], &["--follow", "true"]].concat()).await;
    manager.cli_with(&["credentials", "add", "house"], "correct horse").await.ends_with(0);
    adopt(&manager, &handles).await;
    let (plug, inputs) = (&handles[0], &handles[1]);
    switching_is_seen(&manager, plug).await;
    eventually("the push in the events", async || {
        assert!(inputs.push(0, Push::Double));
        let events = manager.client().events(&EventQuery::default()).await.ok()?;
        let is_told = |event: &EventView| event.mac == Some(inputs.mac()) && event.message == "input:0: double_push";
        events.iter().any(is_told).then_some(())
    })
    .await;
}

/// A5: a Gen1 device tells by CoIoT that somebody switched it.
async fn a_gen1_device_is_heard_over_coiot(database: Database) {
    // A port that was free a moment ago.
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let relay = SimDevice::of_model("SHSW-PM", Mac::new([0xA8, 0x03, 0x2A, 0x11, 0, 1])).unwrap();
    let plan = FleetPlan::new(vec![relay]).with_coiot(Coiot { port: 0, group: own, ..Coiot::default() });
    let fleet = SimFleet::start(plan).await.unwrap();
    let handles = fleet.devices().to_vec();
    let manager = Manager::with(database, &[&NO_POLLS[..], &["--coiot", &own.to_string()]].concat()).await;
    adopt(&manager, &handles).await;
    is_seen(&manager, &handles[0], false).await;
    switching_is_seen(&manager, &handles[0]).await;
    fleet.shutdown().await;
}

/// E1: what a device tells is a reading of that device in the live stream, which says the same as the list.
async fn readings_come_over_the_live_stream(database: Database) {
    let (_fleet, handles) = start(vec![model("SNPL-00112EU", 1)]).await;
    let manager = Manager::with(database, &[&NO_POLLS[..], &["--follow", "true"]].concat()).await;
    adopt(&manager, &handles).await;
    let plug = &handles[0];
    switching_is_seen(&manager, plug).await;
    let mut stream = manager.stream().await;
    assert!(plug.set_output(&ComponentKey::instance("switch", 0), true));
    let told = async {
        loop {
            let message = stream.next().await.expect("the stream goes on").unwrap();
            let Ok(text) = message.to_text() else { continue };
            let Ok(StreamMessage::Readings { readings }) = serde_json::from_str(text) else { continue };
            let is_on = |reading: &ReadingView| reading.outputs.iter().any(|output| output.on == Some(true));
            if let Some(reading) = readings.into_iter().find(|reading| reading.mac == plug.mac() && is_on(reading)) {
                return reading;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_mins(1), told).await.expect("the stream tells of the plug");
    let listed = manager.client().device(plug.mac()).await.unwrap().device;
    assert_eq!(listed.outputs, told.outputs);
}

/// E1: what is measured is seen as soon as it is told, is in the database some seconds later, and at the latest when the
/// manager has stopped.
async fn what_is_measured_is_seen_at_once_and_stored_soon(database: Database) {
    let (_fleet, handles) = start(vec![model("SNPL-00112EU", 1)]).await;
    let mut manager = Manager::with(database, &[&NO_POLLS[..], &["--follow", "true"]].concat()).await;
    adopt(&manager, &handles).await;
    let (plug, output) = (&handles[0], ComponentKey::instance("switch", 0));
    assert!(plug.set_output(&output, true));
    is_seen(&manager, plug, true).await;
    let power = |device: &Value| device["status"]["components"]["switch:0"]["reading"]["meter"]["power_w"].as_f64();
    let is_seen = async |manager: &Manager, watts: f64| {
        let path = format!("/api/v1/devices/{}", plug.mac());
        eventually("the power", async || (power(&manager.get(&path).await) == Some(watts)).then_some(())).await;
    };
    let stored = async |place: &[String]| {
        let mac = plug.mac().to_string();
        let args = ["devices", "show", &mac, "--output", "json"].into_iter().chain(place.iter().map(String::as_str));
        power(&program::run(&args.collect::<Vec<_>>(), "").await.ends_with(0).json())
    };
    assert!(plug.set_load(&output, 60.0));
    is_seen(&manager, 60.0).await;
    // A database that is a file has one user.
    if let Some(url) = manager.database_url() {
        let elsewhere = TempDir::new().unwrap();
        std::fs::copy(manager.data().join(KEY_FILE), elsewhere.path().join(KEY_FILE)).unwrap();
        let place = ["--data", elsewhere.path().to_str().unwrap(), "--database", url].map(str::to_owned);
        eventually("the power in the database", async || (stored(&place).await == Some(60.0)).then_some(())).await;
    }
    assert!(plug.set_load(&output, 75.0));
    is_seen(&manager, 75.0).await;
    assert!(manager.stop().await.success());
    assert_eq!(stored(&manager.place()).await, Some(75.0));
}
