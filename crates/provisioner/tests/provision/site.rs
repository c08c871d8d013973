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

use bluetooth_control::{Advertised, FakeBluetooth, FakePeripheral, FakeService, Seen};
use chrono::{DateTime, Utc};
use provisioner::{
    Addressing, Agent, AgentOptions, Clock, FileJournal, FindOnLan, FirmwareFile, Found, FoundBy, Known, Network,
    Outcome, Patience, Provision, Tools, Way,
};
use secrets::Secret;
use serde_json::{Value, json};
use shelly_driver::{Manners, Options, RestartWait, Rules};
use shelly_http::{Limits, Tls};
use shelly_sim::{FleetPlan, SimDevice, SimFleet, SimGatt, SimHandle, Timing};
use shelly_types::Firmware;
use tempfile::TempDir;
use wifi_control::{AccessPoint, Bssid, FakeAccessPoint, FakeWifi, Security, Ssid};

pub(crate) const HOME: &str = "home-iot";
pub(crate) const KEY: &str = "correct horse battery";

/// A site with one new device.
pub(crate) struct Site {
    pub(crate) device: Resident,
    pub(crate) wifi: FakeWifi,
    pub(crate) bluetooth: FakeBluetooth,
    /// How tasks reach the device.
    pub(crate) by: Way,
    pub(crate) folder: TempDir,
    pub(crate) fleet: SimFleet,
    /// Whom the agent trusts when a device speaks TLS.
    pub(crate) tls: Option<Tls>,
    /// What the device gets first.
    pub(crate) firmware: Option<FirmwareFile>,
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
    let (reboot, update) = (Duration::from_millis(20), Duration::from_millis(60));
    let timing = Timing { restart_delay, reboot, update, ..Timing::default() };
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
        self.is_powered() && self.handle.is_up() && open
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
        let wifi = FakeWifi::new("wlan9", Some(HOME.parse().unwrap())).with_address(IpAddr::from([127, 0, 0, 1]));
        let resident = device.clone();
        wifi.weather(move |points| {
            if resident.is_open() {
                points.insert(resident.ssid(), resident.access_point());
            } else {
                points.remove(&resident.ssid());
            }
        });
        let bluetooth = FakeBluetooth::default();
        bluetooth.add(device.clone());
        Self {
            device,
            wifi,
            bluetooth,
            by: Way::AccessPoint,
            folder: tempfile::tempdir().unwrap(),
            fleet,
            tls: None,
            firmware: None,
        }
    }

    /// A file in which there is an image of a model, said to be for another one perhaps.
    pub(crate) fn image(&self, of: &str, build: &str, said_for: &str) -> FirmwareFile {
        let path = self.folder.path().join(format!("{of}.zip"));
        std::fs::write(&path, shelly_sim::firmware_image(of, build)).unwrap();
        FirmwareFile::new(&path, Some(said_for), Some(Firmware::new(build).version())).unwrap()
    }

    /// The same with firmware for the device.
    pub(crate) fn with_firmware(mut self, build: &str) -> Self {
        let model = self.device.handle.model().code().to_owned();
        self.firmware = Some(self.image(&model, build, &model));
        self
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    pub(crate) fn task(&self, key: &str) -> Provision {
        let network = Network { ssid: HOME.parse().unwrap(), key: Some(Secret::from(key)) };
        Provision {
            by: self.by,
            ssid: self.device.ssid(),
            expected: None,
            access_point_key: self.device.ap_key.as_deref().map(Secret::from),
            credentials: None,
            network,
            fallback: None,
            address: Addressing::Dhcp,
            name: Some("hall".to_owned()),
            firmware: self.firmware.clone(),
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
        let journal = FileJournal::open(&self.journal()).unwrap();
        Agent::new(self.wifi.clone(), self.lan(), journal, options).with_bluetooth(Arc::new(self.bluetooth.clone()))
    }

    /// The host is home, and the device is where the outcome says.
    pub(crate) fn holds(&self, outcome: &Outcome, what: &str) {
        assert!(self.wifi.is_home(), "{what}: the host is not back: {outcome:?}");
        assert_eq!(self.bluetooth.connected(), None, "{what}: still connected: {outcome:?}");
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

impl FakePeripheral for Resident {
    fn seen(&self) -> Option<Seen> {
        let said = self.handle.advertisement().filter(|_| self.is_powered())?;
        assert_eq!(said.company, bluetooth_control::SHELLY);
        let address = self.handle.mac().to_string();
        Some(Seen { name: said.name, address, signal_dbm: Some(-50), advertised: Advertised::read(&said.data) })
    }

    fn open(&self) -> Option<Box<dyn FakeService>> {
        Some(Box::new(Service(self.handle.bluetooth()?)))
    }
}

struct Service(SimGatt);

impl FakeService for Service {
    fn write(&mut self, uuid: &str, value: &[u8]) -> bool {
        self.0.write(uuid, value)
    }

    fn read(&mut self, uuid: &str) -> Option<Vec<u8>> {
        self.0.read(uuid)
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
        listen: Duration::ZERO,
        join: Duration::from_secs(1),
        steady: Duration::from_millis(5),
        window: Duration::from_secs(1),
        fetch: Duration::from_millis(600),
        flash: Duration::from_millis(250),
        look: Duration::from_millis(5),
        update: Duration::from_millis(900),
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
    Tools {
        wifi: &site.wifi,
        bluetooth: Some(&site.bluetooth),
        find: lan,
        clock: &Still,
        patience,
        options: &options,
        firmware: &[],
        progress: &|_| {},
    }
}
