//! A4, A5: what a device tells by itself is what a poll would have read.

use std::{net::SocketAddr, time::Instant};

use serde_json::json;
use shelly_driver::{Device, Follower, Gen1Follower, Signal};
use shelly_gen1::coiot::{self, Resource, Timing};
use shelly_gen2_rpc::{WebSocketChannel, WebSocketOptions};
use shelly_sim::{Coiot, FleetPlan, Layout, Push, SimFleet, SimHandle};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus, status::SystemStatus};

use crate::support::{connect, endpoint, model, options, start};

/// Puts what was told into what was read.
fn apply(status: &mut DeviceStatus, signals: Vec<Signal>) {
    for signal in signals {
        match signal {
            Signal::Component(key, reading) => drop(status.components.insert(key, reading)),
            Signal::Gone(key) => drop(status.components.remove(&key)),
            _ => {}
        }
    }
}

/// What both ways tell. Clocks go on, and who switched is not told over `CoIoT`.
fn comparable(status: &DeviceStatus) -> DeviceStatus {
    let mut status = status.clone();
    for reading in status.components.values_mut() {
        match reading {
            ComponentStatus::System(system) => {
                let (temperature_c, overtemperature) = (system.temperature_c, system.overtemperature);
                **system = SystemStatus::default();
                (system.temperature_c, system.overtemperature) = (temperature_c, overtemperature);
            }
            ComponentStatus::Switch(switch) => switch.source = None,
            ComponentStatus::Cover(cover) => cover.source = None,
            ComponentStatus::Light(light) => light.source = None,
            _ => {}
        }
    }
    status
}

const COIOT_PORT: u16 = 19_683;

async fn packet(handle: &SimHandle) -> coiot::Packet {
    let peer = SocketAddr::new(handle.endpoint().ip(), COIOT_PORT);
    coiot::ask(peer, Resource::Status, Timing::default()).await.unwrap()
}

async fn follow_gen1(handle: &SimHandle) {
    let device: Device = connect(handle).await.unwrap();
    let mut followed = device.status().await.unwrap();
    let mode = device.identity().profile.clone();
    let mut follower = Gen1Follower::new(handle.model().code(), &followed).with_mode(mode);
    apply(&mut followed, follower.take_packet(&packet(handle).await, Instant::now()));
    for kind in ["switch", "light", "cover"] {
        let key = ComponentKey::instance(kind, 0);
        handle.set_load(&key, 42.5);
        handle.set_output(&key, true);
    }
    handle.set_input(0, true);
    handle.push(0, Push::Double);
    // Energy goes on between the two questions, so the poll lies between two packets that agree.
    for attempt in 0.. {
        let before = packet(handle).await;
        apply(&mut followed, follower.take_packet(&before, Instant::now()));
        let polled = device.status().await.unwrap();
        let after = packet(handle).await;
        if before.body == after.body {
            assert_eq!(comparable(&followed), comparable(&polled), "{}", handle.model().code());
            return;
        }
        assert!(attempt < 50, "{} does not come to rest", handle.model().code());
    }
}

/// A5.
#[tokio::test]
async fn gen1_tells_what_a_poll_reads() {
    let models =
        ["SHSW-1", "SHSW-PM", "SHPLG-S", "SHSW-25", "SHDM-2", "SHRGBW2", "SHBDUO-1", "SHEM", "SHEM-3", "SHUNI-1"];
    let known = models.iter().filter(|code| shelly_sim::find(code).is_some());
    let devices = known.map(|code| model(code)).collect();
    let coiot = Coiot { port: COIOT_PORT, ..Coiot::default() };
    let network = "127.33.7.0/24".parse().unwrap();
    let plan = FleetPlan::new(devices).with_layout(Layout::Subnet { network, port: 18_400 }).with_coiot(coiot);
    let fleet = SimFleet::start(plan).await.unwrap();
    assert!(fleet.devices().len() >= 5);
    for handle in fleet.devices() {
        follow_gen1(handle).await;
    }
    fleet.shutdown().await;
}

/// A4: the same over a WebSocket.
#[tokio::test]
async fn gen2_tells_what_a_poll_reads() {
    let plug = model("SNSW-001X16EU").with_setting("input:0.type", json!("button"));
    let (fleet, handle) = start(plug).await;
    let device = Device::connect(endpoint(&handle), None, None, options()).await.unwrap();
    let channel = WebSocketChannel::dial(&endpoint(&handle), &WebSocketOptions::default(), None).await.unwrap();
    let (status, mut news) = channel.subscribe().await.unwrap();
    let mut follower = Follower::new(&status);
    let mut followed = device.status().await.unwrap();
    let key = ComponentKey::instance("switch", 0);
    handle.set_output(&key, true);
    let mut events = Vec::new();
    while !matches!(&followed.components[&key], ComponentStatus::Switch(switch) if switch.output == Some(true)) {
        let signals = follower.take(news.next().await.unwrap());
        apply(&mut followed, signals);
    }
    let polled = device.status().await.unwrap();
    let output = |status: &DeviceStatus| match &status.components[&key] {
        ComponentStatus::Switch(switch) => (switch.output, switch.temperature_c.is_some()),
        _ => panic!(),
    };
    assert_eq!(output(&followed), output(&polled));

    handle.push(0, Push::Double);
    while events.is_empty() {
        for signal in follower.take(news.next().await.unwrap()) {
            if let Signal::Event { component, name, .. } = signal
                && name == "double_push"
            {
                events.push(component);
            }
        }
    }
    assert_eq!(events, [Some(ComponentKey::instance("input", 0))]);
    fleet.shutdown().await;
}
