//! A new device comes into the network and into the fleet: the real manager, the real agent, a played radio.

use std::{net::IpAddr, sync::Arc, time::Duration};

use provisioner::{
    Agent, AgentOptions, Clock, FileJournal, FindOnLan, Found, FoundBy, Known, Patience, SystemClock,
    link::{About, Applicant, Enrolled, Link, enroll, v1},
    tasks::probe::Lan,
};
use secrets::Secret;
use serde_json::{Value, json};
use shelly_driver::Options;
use shelly_sim::{SimDevice, SimFleet, SimHandle};
use shelly_types::Mac;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wifi_control::{AccessPoint, Bssid, FakeAccessPoint, FakeWifi, Security, Ssid};

use crate::{
    database::Database,
    gateway::free_port,
    manager::Manager,
    on_each_database,
    support::{eventually, model, on_device, start},
};

on_each_database! {
    a_new_device_comes_into_the_fleet
    a_wrong_key_leaves_everything_as_it_was
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

/// An agent with a radio, next to a new device.
struct Place {
    _fleet: SimFleet,
    device: SimHandle,
    wifi: FakeWifi,
    folder: TempDir,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
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
        let (folder, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        Self { _fleet: fleet, device, wifi, folder, stop, running: None }
    }

    /// Enrols with a code of the manager, and works for it.
    async fn work_for(&mut self, manager: &Manager, port: u16) {
        let made = manager.cli(&["agents", "code", "Pi", "--output", "json"]).await.ends_with(0).json();
        let who = Applicant {
            manager: format!("127.0.0.1:{port}"),
            fingerprint: made["fingerprint"].as_str().unwrap().to_owned(),
            name: "pi".to_owned(),
            version: "1".to_owned(),
        };
        let code = Secret::from(made["code"].as_str().unwrap());
        let credentials = enroll(&who, &code, SystemClock.now()).await.unwrap();
        assert!(enroll(&who, &code, SystemClock.now()).await.is_err(), "a code is good for one agent");
        let dial = Enrolled::new(credentials, self.folder.path().to_owned(), Arc::new(SystemClock));
        let patience = Patience {
            appear: Duration::from_secs(2),
            steady: Duration::from_millis(20),
            watch: Duration::from_millis(300),
            find: Duration::from_secs(1),
            undo: Duration::from_secs(2),
            pause: Duration::from_millis(20),
            ..Patience::default()
        };
        let options = AgentOptions { patience, device: Box::new(Options::default), clock: Arc::new(SystemClock) };
        let around = Around { device: self.device.clone(), wifi: self.wifi.clone() };
        let journal = FileJournal::open(&self.folder.path().join("journal")).unwrap();
        let agent = Arc::new(Agent::new(self.wifi.clone(), around, journal, options));
        let about = About {
            epoch: "one".to_owned(),
            version: "1".to_owned(),
            host: "pi".to_owned(),
            system: "Linux".to_owned(),
            interfaces: Box::new(|| {
                let wifi = v1::WifiRadio { is_usable: true, ..v1::WifiRadio::default() };
                vec![v1::Interface { name: "wlan9".to_owned(), wifi: Some(wifi), ..v1::Interface::default() }]
            }),
            why_not: None,
        };
        let lan = Lan { options: Options::default(), mdns: None, clock: Arc::new(SystemClock) };
        let (link, stop) = (Link::new(agent, dial, about, lan), self.stop.clone());
        self.running = Some(tokio::spawn(async move { link.run(stop, || {}).await.unwrap() }));
        eventually("the agent", async || {
            let agents = manager.cli(&["agents", "list"]).await.ends_with(0).out;
            agents.contains("pi").then_some(())
        })
        .await;
    }

    async fn leave(mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.unwrap();
        }
    }
}

async fn manager(database: Database) -> (Manager, u16) {
    let port = free_port();
    (Manager::with(database, &["--agents-listen", &format!("127.0.0.1:{port}")]).await, port)
}

/// W14 to W23, L10: found by its access point, told the network, found in it, adopted, named.
async fn a_new_device_comes_into_the_fleet(database: Database) {
    let (manager, port) = manager(database).await;
    let mut place = Place::new().await;
    place.work_for(&manager, port).await;
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
    place.leave().await;
}

/// W24, L11: the device is back in its access point, the host in its network, and the manager says why.
async fn a_wrong_key_leaves_everything_as_it_was(database: Database) {
    let (manager, port) = manager(database).await;
    let mut place = Place::new().await;
    place.work_for(&manager, port).await;
    let suffix = &place.device.mac().to_string()[6..];
    let args = ["provision", "start", suffix, "--ssid", HOME];
    let told = manager.cli_with(&args, "wrong horse battery\n").await.ends_with(1);
    assert!(told.out.contains("failed") && !told.out.contains("wrong horse"), "{}", told.out);
    assert!(place.wifi.is_home(), "the host is back");
    assert_eq!(on_device(&place.device, "wifi.sta.enable"), false);
    assert_eq!(on_device(&place.device, "wifi.ap.enable"), true);
    assert!(manager.client().device(place.device.mac()).await.is_err(), "nothing was adopted");
    place.leave().await;
}
