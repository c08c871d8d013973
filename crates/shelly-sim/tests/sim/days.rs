//! A scripted day, announcements by mDNS, and devices that report at a rate.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use mdns_sd::{IfKind, ServiceDaemon, ServiceEvent};
use serde_json::json;
use shelly_sim::{DayScript, Fault, FleetPlan, Layout, Mdns, Pace, SimDevice, SimFleet};
use shelly_types::Mac;
use tokio_tungstenite::{connect_async, tungstenite::Message};

fn device(model: &str, number: u8) -> SimDevice {
    SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0, 14, number])).expect("a model of the catalogue")
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} never happens");
}

#[tokio::test]
async fn a_day_is_played() {
    let day = r#"
        [[curve]]
        device = "Kettle"
        load = "switch:0"
        points = [["00:00", 10.0], ["12:00", 1000.0]]

        [[curve]]
        device = "SNSN-0013A"
        measure = "temperature:0.tC"
        points = [["00:00", 15.0], ["12:00", 25.0]]

        [[step]]
        at = "06:00"
        device = "*"
        output = { component = "switch:0", on = true }

        [[step]]
        at = "07:00:30"
        device = "SHIX3-1"
        push = { input = 1, kind = "triple" }

        [[step]]
        at = "08:00"
        device = "Kettle"
        offline = true

        [[step]]
        at = "09:00"
        device = "Kettle"
        offline = false
    "#;
    // 05:30 UTC; an hour passes in half a second.
    let pace = Pace { speed: 7200.0, start_unix_s: Some(1_764_048_600) };
    let devices = vec![device("SNPL-00112EU", 1).named("Kettle"), device("SHIX3-1", 2), device("SNSN-0013A", 3)];
    let plan = FleetPlan::new(devices).with_pace(pace).with_day(DayScript::from_toml(day).expect("a script"));
    let fleet = SimFleet::start(plan).await.expect("free ports");
    let (kettle, buttons, sensor) = (&fleet.devices()[0], &fleet.devices()[1], &fleet.devices()[2]);
    let power = || kettle.status_json()["switch:0"]["apower"].as_f64().unwrap_or(0.0);
    eventually("the switch", || power() > 400.0).await;
    eventually("the push", || buttons.status_json()["inputs"][1]["event"] == "SSS").await;
    eventually("the trouble", || kettle.faults().contains(&Fault::Offline)).await;
    eventually("the end of the trouble", || kettle.faults().is_empty()).await;
    let celsius = sensor.status_json()["temperature:0"]["tC"].as_f64().expect("a number");
    assert!((15.0..=25.0).contains(&celsius), "{celsius}");
}

/// Both families are announced as they announce themselves; a device that goes away is not.
#[tokio::test]
async fn devices_are_announced() {
    let mdns = Mdns { port: 15_353, interface: IpAddr::V4(Ipv4Addr::LOCALHOST) };
    let layout = Layout::Subnet { network: "127.33.1.0/24".parse().expect("a network"), port: 18_400 };
    let hidden = device("SNSW-001X16EU", 3).with_setting("sys.device.discoverable", json!(false));
    let devices = vec![device("SNPL-00112EU", 1).named("Desk lamp"), device("SHSW-25", 2), hidden];
    let plan = FleetPlan::new(devices).with_layout(layout).with_mdns(mdns);
    let fleet = SimFleet::start(plan).await.expect("the loopback network is free");
    let daemon = ServiceDaemon::new_with_port(15_353).expect("a browser");
    daemon.disable_interface(IfKind::All).expect("an option");
    daemon.enable_interface(IfKind::Addr(mdns.interface)).expect("an option");
    let http = daemon.browse("_http._tcp.local.").expect("a browser");
    let mut seen = BTreeSet::new();
    let looking = async {
        while let Ok(event) = http.recv_async().await {
            if let ServiceEvent::ServiceResolved(info) = event {
                let name = info.fullname.split('.').next().unwrap_or_default().to_owned();
                if name.starts_with("shellyswitch25") {
                    assert_eq!(info.get_property_val_str("arch"), Some("esp8266"));
                } else {
                    assert_eq!((info.get_property_val_str("gen"), info.port), (Some("2"), 18_400));
                }
                seen.insert(name);
                if seen.len() == 3 {
                    break;
                }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), looking).await.expect("all are found");
    assert!(seen.contains("Desk lamp") && !seen.iter().any(|name| name.starts_with("shellyplus1-")), "{seen:?}");
    fleet.devices()[1].inject(Fault::Offline);
    let leaving = async {
        while let Ok(event) = http.recv_async().await {
            if matches!(event, ServiceEvent::ServiceRemoved(_, name) if name.starts_with("shellyswitch25")) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), leaving).await.expect("it says goodbye");
    let _ = daemon.shutdown();
    fleet.shutdown().await;
}

/// Load mode: every device reports at its rate to whoever listens.
#[tokio::test]
async fn devices_report_at_a_rate() {
    let devices = (1..=4).map(|number| device("SNPL-00112EU", number)).collect();
    let fleet = SimFleet::start(FleetPlan::new(devices).with_reports(50.0)).await.expect("free ports");
    let mut sockets = Vec::new();
    for device in fleet.devices() {
        let (mut socket, _) = connect_async(format!("ws://{}/rpc", device.endpoint())).await.expect("a WebSocket");
        socket.send(Message::text(r#"{"id":1,"src":"t","method":"Shelly.GetDeviceInfo"}"#)).await.expect("sent");
        sockets.push(socket);
    }
    for socket in &mut sockets {
        let mut heard = 0;
        while heard < 20 {
            let next = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.expect("in time");
            let text = next.expect("a frame").expect("an open socket");
            heard += usize::from(text.to_text().expect("text").contains("NotifyStatus"));
        }
    }
    let status = fleet.devices()[0].status_json();
    assert!(status["switch:0"]["apower"].as_f64().expect("a number") >= 20.0, "what is told is what is read");
    assert!(fleet.devices()[0].counters().notifications >= 20);
}
