//! A place with a network, an agent's radio, and new devices whose access points follow from how they are set up.

use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use provisioner::{
    Addressing, Agent, AgentOptions, Clock, FileJournal, FindOnLan, Found, FoundBy, Known, Network, Outcome, Patience,
    Provision, Tools,
};
use secrets::Secret;
use serde_json::{Value, json};
use shelly_driver::{Manners, Options, RestartWait, Rules};
use shelly_http::{Limits, Tls};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimHandle, Timing};
use tempfile::TempDir;
use wifi_control::{AccessPoint, Bssid, FakeAccessPoint, FakeWifi, Security, Ssid};

pub(crate) const HOME: &str = "home-iot";
pub(crate) const KEY: &str = "correct horse battery";

/// A site with one new device.
pub(crate) struct Site {
    pub(crate) device: Resident,
    pub(crate) wifi: FakeWifi,
    pub(crate) folder: TempDir,
    pub(crate) fleet: SimFleet,
    /// Whom the agent trusts when a device speaks TLS.
    pub(crate) tls: Option<Tls>,
}

/// A device of the site, and what is around it. Clones are the same device.
#[derive(Clone)]
pub(crate) struct Resident {
    pub(crate) handle: SimHandle,
    /// It is within range of the network.
    in_range: Arc<AtomicBool>,
    /// It has power.
    powered: Arc<AtomicBool>,
    ap_key: Option<String>,
}

/// Time stands still.
#[derive(Clone, Copy)]
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }
}

/// A device that restarts quickly.
pub(crate) fn plan(device: SimDevice) -> FleetPlan {
    let restart_delay = Duration::from_millis(5);
    let timing = Timing { restart_delay, reboot: Duration::from_millis(20), ..Timing::default() };
    FleetPlan::new(vec![device]).with_timing(timing)
}

/// A factory-new device of this model.
pub(crate) fn new_device(model: &str) -> SimDevice {
    let device = SimDevice::of_model(model, "A8032AB12345".parse().unwrap()).unwrap().robust();
    let settings = if device.spec().generation.is_gen1() {
        [("wifi_sta.enabled", json!(false)), ("wifi_sta.ssid", Value::Null), ("wifi_ap.enabled", json!(true))]
    } else {
        [("wifi.sta.enable", json!(false)), ("wifi.sta.ssid", Value::Null), ("wifi.ap.enable", json!(true))]
    };
    settings.into_iter().fold(device, |device, (path, value)| device.with_setting(path, value))
}

impl Resident {
    fn is_gen1(&self) -> bool {
        self.handle.generation().is_gen1()
    }

    fn station(&self) -> (bool, Option<String>) {
        let config = self.handle.config_json();
        let (station, enabled) =
            if self.is_gen1() { (&config["wifi_sta"], "enabled") } else { (&config["wifi"]["sta"], "enable") };
        (station[enabled] == true, station["ssid"].as_str().map(str::to_owned))
    }

    /// The key that it was given last.
    fn key(&self) -> Option<String> {
        let given = |body: &Value| {
            let key = if self.is_gen1() { &body["key"] } else { &body["config"]["sta"]["pass"] };
            key.as_str().map(str::to_owned)
        };
        self.handle.writes().iter().rev().find_map(|write| given(&write.body))
    }

    pub(crate) fn is_powered(&self) -> bool {
        self.powered.load(Ordering::Relaxed)
    }

    /// Whether it is in the network.
    pub(crate) fn is_home(&self) -> bool {
        let (enabled, ssid) = self.station();
        let reaches = self.is_powered() && self.in_range.load(Ordering::Relaxed);
        reaches && enabled && ssid.as_deref() == Some(HOME) && self.key().as_deref() == Some(KEY)
    }

    /// Whether its access point is open. Gen1 opens it again when it does not get into its network.
    pub(crate) fn is_open(&self) -> bool {
        let config = self.handle.config_json();
        let open = if self.is_gen1() {
            config["wifi_ap"]["enabled"] == true || !self.is_home()
        } else {
            config["wifi"]["ap"]["enable"] == true
        };
        self.is_powered() && open
    }

    /// Whether it is as it came from the factory, as far as networks go.
    pub(crate) fn is_as_new(&self) -> bool {
        let config = self.handle.config_json();
        let ap = if self.is_gen1() { &config["wifi_ap"]["enabled"] } else { &config["wifi"]["ap"]["enable"] };
        *ap == true && !self.station().0
    }

    pub(crate) fn set_range(&self, in_range: bool) {
        self.in_range.store(in_range, Ordering::Relaxed);
        // What a device of Gen2 tells of its station.
        let status = if in_range { Value::Null } else { json!("disconnected") };
        self.handle.measure("wifi.status", status);
    }

    pub(crate) fn set_power(&self, powered: bool) {
        self.powered.store(powered, Ordering::Relaxed);
        let off = shelly_sim::Fault::Offline;
        if powered { self.handle.heal(&off) } else { self.handle.inject(off) }
    }

    pub(crate) fn ssid(&self) -> Ssid {
        self.handle.id().parse().unwrap()
    }

    fn access_point(&self) -> FakeAccessPoint {
        let security = if self.ap_key.is_some() { Security::Psk } else { Security::Open };
        let shown = AccessPoint {
            ssid: self.ssid(),
            bssid: Bssid::new([2, 0, 0, 0, 0, 1]),
            signal_dbm: -40,
            frequency_mhz: 2437,
            security,
        };
        FakeAccessPoint { shown, key: self.ap_key.as_deref().map(Secret::from), device: self.handle.endpoint() }
    }
}

impl Site {
    pub(crate) async fn with(device: SimDevice) -> Self {
        Self::of(plan(device), None).await
    }

    pub(crate) async fn of(plan: FleetPlan, ap_key: Option<&str>) -> Self {
        let fleet = SimFleet::start(plan).await.unwrap();
        let (in_range, powered) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(true)));
        let handle = fleet.devices()[0].clone();
        let device = Resident { handle, in_range, powered, ap_key: ap_key.map(str::to_owned) };
        let wifi = FakeWifi::new("wlan9", Some(HOME.parse().unwrap()));
        let resident = device.clone();
        wifi.weather(move |points| {
            if resident.is_open() {
                points.insert(resident.ssid(), resident.access_point());
            } else {
                points.remove(&resident.ssid());
            }
        });
        Self { device, wifi, folder: tempfile::tempdir().unwrap(), fleet, tls: None }
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    pub(crate) fn task(&self, key: &str) -> Provision {
        let network = Network { ssid: HOME.parse().unwrap(), key: Some(Secret::from(key)) };
        Provision {
            ssid: self.device.ssid(),
            expected: None,
            access_point_key: self.device.ap_key.as_deref().map(Secret::from),
            credentials: None,
            network,
            fallback: None,
            address: Addressing::Dhcp,
            name: Some("hall".to_owned()),
            find: None,
        }
    }

    pub(crate) fn lan(&self) -> Lan {
        Lan { device: self.device.clone(), wifi: self.wifi.clone(), tls: self.tls.clone() }
    }

    pub(crate) fn agent(&self) -> Agent<FakeWifi, Lan> {
        let tls = self.tls.clone();
        let device = move || Options { tls: tls.clone(), ..options() };
        let options = AgentOptions { patience: patience(), device: Box::new(device), clock: Arc::new(Still) };
        Agent::new(self.wifi.clone(), self.lan(), FileJournal::open(&self.journal()).unwrap(), options)
    }

    /// The host is home, and the device is where the outcome says.
    pub(crate) fn holds(&self, outcome: &Outcome, what: &str) {
        assert!(self.wifi.is_home(), "{what}: the host is not back: {outcome:?}");
        match outcome {
            Outcome::Done(done) => {
                assert!(self.device.is_home() && done.device.mac == self.device.handle.mac(), "{what}: {outcome:?}");
            }
            Outcome::Failed(failure) => {
                assert!(failure.is_host_restored, "{what}: {failure:?}");
                assert!(self.device.is_as_new(), "{what}: {failure:?}: {}", self.device.handle.config_json());
            }
        }
        let text = std::fs::read_to_string(self.journal()).unwrap();
        assert!(!text.contains(KEY), "{what}: the journal holds a key");
    }
}

/// The network as the agent sees it: only while its radio is in it.
#[derive(Clone)]
pub(crate) struct Lan {
    device: Resident,
    wifi: FakeWifi,
    tls: Option<Tls>,
}

impl FindOnLan for Lan {
    async fn look(&self, mac: shelly_types::Mac, _told: Option<IpAddr>) -> Option<Found> {
        if !self.wifi.is_home() || !self.device.is_home() {
            return None;
        }
        let options = Options { tls: self.tls.clone(), ..options() };
        let found = options.probe(&self.device.handle.endpoint().into()).await.ok()?;
        let device = Known::from(&found.identity);
        (device.mac == mac).then_some(Found { endpoint: found.endpoint, by: FoundBy::Scan, device })
    }
}

pub(crate) fn patience() -> Patience {
    Patience {
        appear: Duration::from_millis(300),
        join: Duration::from_secs(1),
        steady: Duration::from_millis(5),
        window: Duration::from_secs(1),
        watch: Duration::from_millis(150),
        find: Duration::from_millis(200),
        undo: Duration::from_millis(400),
        restore: Duration::from_secs(1),
        pause: Duration::from_millis(5),
        whole: Duration::from_secs(30),
    }
}

/// Shorter still, for when every part may as well not come to its end.
pub(crate) fn hasty() -> Patience {
    Patience {
        appear: Duration::from_millis(60),
        watch: Duration::from_millis(30),
        find: Duration::from_millis(30),
        undo: Duration::from_millis(150),
        ..patience()
    }
}

/// Short waits and no pauses.
pub(crate) fn options() -> Options {
    let rules =
        Rules { gen1_write_pause: Duration::ZERO, write_pause: Duration::ZERO, failures: 1000, ..Rules::default() };
    let limits = Limits { total: Duration::from_secs(3), ..Limits::default() };
    let restart = RestartWait {
        first_look: Duration::from_millis(20),
        interval: Duration::from_millis(20),
        limit: Duration::from_secs(10),
    };
    Options { limits, manners: Manners::new(rules), restart, ..Options::default() }
}

/// What a task is done with, for those who drive it by themselves.
pub(crate) fn tools<'a>(site: &'a Site, lan: &'a Lan, patience: &'a Patience) -> Tools<'a, FakeWifi, Lan> {
    Tools { wifi: &site.wifi, find: lan, clock: &Still, patience, options: &options, progress: &|_| {} }
}
