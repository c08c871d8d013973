//! A new device comes into the network and into the fleet: the real manager, the real agent, a played radio.

use std::{net::IpAddr, sync::Arc};

use provisioner::{FindOnLan, Found, FoundBy, Known, SystemClock, link::Timetable, tasks::probe::Lan};
use serde_json::{Value, json};
use shelly_driver::Options;
use shelly_sim::{SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use wifi_control::{AccessPoint, Bssid, FakeAccessPoint, FakeWifi, Security, Ssid};

use crate::{
    agent::{Host, NEVER, Working},
    database::Database,
    gateway::free_port,
    manager::Manager,
    on_each_database,
    support::{eventually, model, on_device, start},
};

on_each_database! {
    a_new_device_comes_into_the_fleet
    a_wrong_key_leaves_everything_as_it_was
    a_new_device_is_shown_without_being_asked_for
}

const HOME: &str = "home-iot";
const KEY: &str = "correct horse battery";

/// The network as the agent sees it from its place in it.
struct Around {
    device: SimHandle,
    wifi: FakeWifi,
}

impl FindOnLan for Around {
    async fn look(&self, mac: Mac, _told: Option<IpAddr>) -> Option<Found> {
        if !self.wifi.is_home() || !is_home(&self.device) {
            return None;
        }
        let found = Options::default().probe(&self.device.endpoint().into()).await.ok()?;
        let device = Known::from(&found.identity);
        (device.mac == mac).then_some(Found { endpoint: found.endpoint, by: FoundBy::Scan, device })
    }
}

/// Whether the device is in the network: it was told to, and with the right key.
fn is_home(device: &SimHandle) -> bool {
    let key = device.writes().iter().rev().find_map(|write| {
        let key = write.body["config"]["sta"]["pass"].as_str();
        key.map(str::to_owned)
    });
    on_device(device, "wifi.sta.enable") == true && key.as_deref() == Some(KEY)
}

/// A new device, and the radio of an agent next to it.
struct Place {
    _fleet: SimFleet,
    device: SimHandle,
    wifi: FakeWifi,
}

fn new_device() -> SimDevice {
    model("SNSW-001X16EU", 77)
        .robust()
        .with_setting("wifi.sta.enable", json!(false))
        .with_setting("wifi.sta.ssid", Value::Null)
        .with_setting("wifi.ap.enable", json!(true))
}

impl Place {
    async fn new() -> Self {
        let (fleet, handles) = start(vec![new_device()]).await;
        let device = handles[0].clone();
        let wifi = FakeWifi::new("wlan9", Some(HOME.parse().unwrap()));
        let shown = device.clone();
        wifi.weather(move |points| {
            let ssid: Ssid = shown.id().parse().unwrap();
            if on_device(&shown, "wifi.ap.enable") != true {
                points.remove(&ssid);
                return;
            }
            let (bssid, security) = (Bssid::new([2, 0, 0, 0, 0, 1]), Security::Open);
            let air = AccessPoint { ssid: ssid.clone(), bssid, signal_dbm: -40, frequency_mhz: 2437, security };
            points.insert(ssid, FakeAccessPoint { shown: air, key: None, device: shown.endpoint() });
        });
        Self { _fleet: fleet, device, wifi }
    }

    /// An agent with that radio, which works for the manager.
    async fn agent(&self, manager: &Manager, port: u16, timetable: Timetable) -> Working {
        let find = Around { device: self.device.clone(), wifi: self.wifi.clone() };
        let lan = Lan::new(Options::default(), Arc::new(SystemClock));
        Host { name: "pi", wifi: self.wifi.clone(), find, lan, timetable }.works_for(manager, port).await
    }
}

async fn manager(database: Database) -> (Manager, u16) {
    let port = free_port();
    (Manager::with(database, &["--agents-listen", &format!("127.0.0.1:{port}")]).await, port)
}

/// W14 to W23, L10: found by its access point, told the network, found in it, adopted, named.
async fn a_new_device_comes_into_the_fleet(database: Database) {
    let (manager, port) = manager(database).await;
    let place = Place::new().await;
    let agent = place.agent(&manager, port, NEVER).await;
    let mac = place.device.mac();
    let args = ["provision", "start", &mac.to_string(), "--ssid", HOME, "--name", "Hall lamp"];
    let told = manager.cli_with(&args, &format!("{KEY}\n")).await.ends_with(0).out;
    assert!(!told.contains(KEY), "{told}");
    let adopted = manager.client().device(mac).await.unwrap().device;
    assert_eq!((adopted.name.as_str(), adopted.address), ("Hall lamp", place.device.endpoint().to_string()));
    assert!(is_home(&place.device) && place.wifi.is_home());
    assert_eq!(on_device(&place.device, "wifi.sta.ssid"), HOME);
    let events = manager.cli(&["events", "--output", "json"]).await.ends_with(0).out;
    assert!(!events.contains(KEY), "{events}");
    agent.leaves().await;
}

/// W24, L11: the device is back in its access point, the host in its network, and the manager says why.
async fn a_wrong_key_leaves_everything_as_it_was(database: Database) {
    let (manager, port) = manager(database).await;
    let place = Place::new().await;
    let agent = place.agent(&manager, port, NEVER).await;
    let suffix = &place.device.mac().to_string()[6..];
    let args = ["provision", "start", suffix, "--ssid", HOME];
    let told = manager.cli_with(&args, "wrong horse battery\n").await.ends_with(1);
    assert!(told.out.contains("failed") && !told.out.contains("wrong horse"), "{}", told.out);
    assert!(place.wifi.is_home(), "the host is back");
    assert_eq!(on_device(&place.device, "wifi.sta.enable"), false);
    assert_eq!(on_device(&place.device, "wifi.ap.enable"), true);
    assert!(manager.client().device(place.device.mac()).await.is_err(), "nothing was adopted");
    agent.leaves().await;
}

/// W20: agents tell by themselves which new devices they hear; one entry, whoever hears it.
async fn a_new_device_is_shown_without_being_asked_for(database: Database) {
    let (manager, port) = manager(database).await;
    let place = Place::new().await;
    let first = place.agent(&manager, port, Timetable::default()).await;
    let ssid = place.device.id().to_owned();
    let heard = eventually("the access point", async || manager.client().access_points().await.unwrap().pop()).await;
    assert_eq!((heard.ssid.as_str(), heard.signal_dbm, heard.radios), (ssid.as_str(), -40, 1));
    assert_eq!(heard.kind, ssid.split('-').next().unwrap());
    let find = Around { device: place.device.clone(), wifi: place.wifi.clone() };
    let lan = Lan::new(Options::default(), Arc::new(SystemClock));
    let host = Host { name: "other", wifi: place.wifi.clone(), find, lan, timetable: Timetable::default() };
    let second = host.works_for(&manager, port).await;
    let both = eventually("both agents", async || {
        let points = manager.client().access_points().await.unwrap();
        assert_eq!(points.len(), 1, "one entry: {points:?}");
        points.into_iter().next().filter(|point| point.radios == 2)
    })
    .await;
    assert_eq!(both.first_seen_at, heard.first_seen_at);
    let agents: Vec<&str> = both.heard_by.iter().map(|heard| heard.agent.as_str()).collect();
    assert!(agents.contains(&"pi") && agents.contains(&"other"), "{agents:?}");
    for command in [["provision", "list"], ["discover", "inbox"]] {
        let shown = manager.cli(&command).await.ends_with(0).out;
        assert!(shown.contains(&ssid) && shown.contains("-40 dBm") && shown.contains("other wlan9"), "{shown}");
    }
    first.leaves().await;
    second.leaves().await;
}
