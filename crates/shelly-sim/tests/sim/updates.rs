//! Firmware updates: offers, stages, failures, images of one's own (I16).

use std::time::Duration;

use serde_json::{Value, json};
use shelly_sim::{FleetPlan, Quirk, SimDevice, SimFleet, SimHandle, firmware_image};
use shelly_types::Mac;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::client::{get, rpc, rpc_error, send};

const NEW: &str = "20260622-074500/2.0.1-gf0a4d17";
const NEW_GEN1: &str = "20240117-143427/v1.14.1-rc1-gd248c7ff";

fn device(model: &str) -> SimDevice {
    SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 13, 1])).expect("a model of the catalogue")
}

async fn one(device: SimDevice) -> (SimFleet, SimHandle) {
    let fleet = SimFleet::start(FleetPlan::new(vec![device])).await.expect("a free port");
    let handle = fleet.devices()[0].clone();
    (fleet, handle)
}

/// Waits until the update is over and the device is back.
async fn over(device: &SimHandle, reboots: u64) {
    for _ in 0..1000 {
        if !device.is_updating() && device.counters().reboots >= reboots && device.is_up() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the update does not end");
}

/// An offer is told, an update installs it, and afterwards there is none.
#[tokio::test]
async fn what_is_offered_is_installed() {
    let (_fleet, plug) = one(device("SNPL-00112EU").with_update(NEW)).await;
    let to = plug.endpoint();
    let offered = rpc(to, "Shelly.CheckForUpdate", json!({})).await;
    assert_eq!(offered, json!({"stable": {"version": "2.0.1", "build_id": NEW}}));
    assert_eq!(plug.status_json()["sys"]["available_updates"], json!({"stable": {"version": "2.0.1"}}));
    assert_eq!(rpc(to, "Shelly.Update", json!({"stage": "no such stage"})).await, Value::Null);
    assert_eq!(rpc_error(to, "Shelly.Update", json!({})).await, -114, "one at a time");
    over(&plug, 1).await;
    assert_eq!(get(to, "/shelly").await.json()["fw_id"], NEW);
    assert_eq!(rpc(to, "Shelly.CheckForUpdate", json!({})).await, json!({}));
    let (_fleet, hidden) = one(device("SNPL-00112EU").with_update(NEW).with_quirk(Quirk::NoUpdateOffered)).await;
    assert_eq!(rpc(hidden.endpoint(), "Shelly.CheckForUpdate", json!({})).await, json!({}));
}

/// Each stage can fail, and the old firmware stays.
#[tokio::test]
async fn updates_fail() {
    let failing = [
        (Quirk::UpdateDownloadFails, 0),
        (Quirk::UpdateWriteFails, 0),
        (Quirk::UpdateRollsBack, 1),
        (Quirk::SteppingStone, 0),
    ];
    for (quirk, reboots) in failing {
        let old = device("SNPL-00112EU").with_firmware("20231219-133945/1.1.0-g34b5d4f").with_update(NEW);
        let (_fleet, plug) = one(old.with_quirk(quirk)).await;
        let before = plug.firmware();
        rpc(plug.endpoint(), "Shelly.Update", json!({"stage": "stable"})).await;
        over(&plug, reboots).await;
        assert_eq!((plug.firmware(), plug.counters().reboots), (before, reboots), "{quirk}");
    }
    let stone = device("SNPL-00112EU").with_firmware("20240625-123058/1.3.3-gbdfd9b3").with_update(NEW);
    let (_fleet, plug) = one(stone.with_quirk(Quirk::SteppingStone)).await;
    rpc(plug.endpoint(), "Shelly.Update", json!({})).await;
    over(&plug, 1).await;
    assert_eq!(plug.firmware().id(), NEW);
}

/// I16: whoever polls while an update runs breaks it; whoever keeps quiet does not.
#[tokio::test]
async fn an_update_wants_quiet() {
    for (polls, survives) in [(0, true), (6, false)] {
        let (_fleet, plug) = one(device("SNPL-00112EU").with_update(NEW).with_quirk(Quirk::PolledUpdateFails)).await;
        rpc(plug.endpoint(), "Shelly.Update", json!({})).await;
        for _ in 0..polls {
            get(plug.endpoint(), "/shelly").await;
        }
        over(&plug, u64::from(survives)).await;
        assert_eq!(plug.firmware().id() == NEW, survives);
    }
}

/// Gen1: states, the silent answer, beta releases.
#[tokio::test]
async fn gen1_updates() {
    let relay = device("SHSW-1").with_update(NEW_GEN1).with_beta("20241106-112220/v1.14.1-rc2-gfb43488e");
    let (_fleet, relay) = one(relay.with_quirk(Quirk::UpdateIsSilent)).await;
    let to = relay.endpoint();
    let state = get(to, "/ota").await.json();
    assert_eq!(
        (&state["status"], &state["has_update"], &state["new_version"]),
        (&json!("pending"), &json!(true), &json!(NEW_GEN1))
    );
    assert!(state["beta_version"].is_string());
    assert!(send(to, "GET", "/ota?update=1", "", "").await.is_err(), "the answer never comes");
    over(&relay, 1).await;
    assert_eq!(get(to, "/shelly").await.json()["fw"], NEW_GEN1);
    assert_eq!(get(to, "/ota").await.json()["status"], "idle");
}

/// Serves one image to whoever asks.
async fn serve(image: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 1024];
            let _ = stream.read(&mut buffer).await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
            let _ = stream.write_all(&[head.as_bytes(), &image].concat()).await;
        }
    });
    format!("http://{address}/image.zip")
}

/// An image is fetched by the device itself; one of another model is refused.
#[tokio::test]
async fn images_are_fetched() {
    for (model, image_of, build, installed) in [
        ("SHSW-1", "SHSW-1", NEW_GEN1, true),
        ("SNPL-00112EU", "SNPL-00112EU", NEW, true),
        ("SNPL-00112EU", "SNSW-001X16EU", NEW, false),
    ] {
        let (_fleet, device) = one(device(model)).await;
        let url = serve(firmware_image(image_of, build)).await;
        if model == "SHSW-1" {
            assert_eq!(get(device.endpoint(), &format!("/ota?url={url}")).await.json()["status"], "updating");
        } else {
            rpc(device.endpoint(), "Shelly.Update", json!({"url": url})).await;
        }
        over(&device, u64::from(installed)).await;
        assert_eq!(device.firmware().id() == build, installed, "{model}");
    }
    let (_fleet, plug) = one(device("SNPL-00112EU")).await;
    rpc(plug.endpoint(), "Shelly.Update", json!({"url": "http://127.0.0.1:9/none.zip"})).await;
    over(&plug, 0).await;
    assert_eq!(plug.counters().reboots, 0);
}
