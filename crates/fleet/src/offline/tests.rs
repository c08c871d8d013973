//! Reasons from what is around a device, with a machine that says what it is told to.

use chrono::TimeDelta;
use fleet_model::{DeviceState, SightingSource, SightingState};
use shelly_driver::Others;
use shelly_types::{
    ComponentKey, Firmware, Generation, Identity, Model,
    status::{SwitchStatus, WifiStatus},
};

use super::*;

#[derive(Debug, Default)]
struct Told {
    neighbours: Neighbours,
    way: Option<bool>,
}

impl Machine for Told {
    fn neighbours(&self) -> Neighbours {
        self.neighbours.clone()
    }

    fn has_way(&self, _: IpAddr) -> Option<bool> {
        self.way
    }
}

/// A small fleet, and what is known of it.
#[derive(Debug, Default)]
struct World {
    records: Vec<DeviceRecord>,
    signs: HashMap<Mac, Sign>,
    statuses: HashMap<Mac, DeviceStatus>,
    sightings: HashMap<Mac, SightingRecord>,
    machine: Told,
}

fn mac(last: u8) -> Mac {
    Mac::new([0xA8, 3, 0x2A, 0, 0, last])
}

fn identity(last: u8) -> Identity {
    Identity {
        mac: mac(last),
        generation: Generation::GEN2,
        model: Model::new("SNSW-001X16EU"),
        firmware: Firmware::new("20241011-114455/1.4.4-g6d2a586"),
        host_name: None,
        app: None,
        name: None,
        profile: None,
        auth_required: false,
    }
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn record(last: u8, endpoint: &str) -> DeviceRecord {
    DeviceRecord::adopt(&identity(last), endpoint.to_owned(), now(), now())
}

fn silent() -> Tried {
    Tried { attempts: vec![Class::Unreachable; 2], ..Tried::default() }
}

fn with(key: &str, reading: ComponentStatus) -> DeviceStatus {
    DeviceStatus { components: [(key.parse::<ComponentKey>().unwrap(), reading)].into() }
}

impl World {
    /// Devices 1 to 4 at 192.168.1.1 to .4, of which all but the first answer; nobody is at its address.
    fn usual() -> Self {
        let records = (1..=4).map(|last| record(last, &format!("192.168.1.{last}:80"))).collect();
        let signs = (1..=4).map(|last| (mac(last), if last == 1 { Sign::Silence } else { Sign::Reading })).collect();
        let neighbours = [("192.168.1.1".parse().unwrap(), None)].into();
        Self { records, signs, machine: Told { neighbours, way: Some(true) }, ..Self::default() }
    }

    fn of(&self, tried: &Tried) -> (OfflineReason, String) {
        let around = Around::of(&self.records, |mac| self.signs.get(&mac).copied());
        let statuses = self.statuses.iter().map(|(mac, status)| (*mac, status)).collect();
        let neighbours = self.machine.neighbours();
        let mut scene = Scene::new(&around, &statuses, &self.sightings, &neighbours, &self.machine);
        let diagnosis = scene.diagnosis(&self.records[0], tried, now());
        (reason(&diagnosis), diagnosis.because.join("; "))
    }
}

#[test]
fn b12_a_device_without_power_among_others_that_answer() {
    let world = World::usual();
    assert_eq!(
        world.of(&silent()),
        (OfflineReason::Power, "nobody is at its address; 3 of 3 others answer".to_owned())
    );
    let restarted_at = Some(now() - TimeDelta::seconds(20));
    assert_eq!(world.of(&Tried { restarted_at, ..silent() }).0, OfflineReason::Unknown, "it may be late");
}

#[test]
fn b12_a_weak_signal_speaks_for_the_wifi() {
    let mut world = World::usual();
    let weak = WifiStatus { rssi_dbm: Some(-88), ..WifiStatus::default() };
    world.statuses.insert(mac(1), with("wifi", ComponentStatus::Wifi(Box::new(weak))));
    assert_eq!(world.of(&silent()), (OfflineReason::Wifi, "its last signal was weak, -88 dBm".to_owned()));
}

#[test]
fn b12_our_own_network_comes_first() {
    let mut world = World::usual();
    world.machine.way = Some(false);
    assert_eq!(world.of(&silent()).0, OfflineReason::OurNetwork);
    world.machine.way = None;
    world.signs.values_mut().for_each(|sign| *sign = Sign::Silence);
    let (reason, because) = world.of(&silent());
    assert_eq!(reason, OfflineReason::OurNetwork);
    assert_eq!(because, "none of the other 3 devices of its network answers");
    // Whoever refuses us is in the network, and so are we.
    let refused = Tried { attempts: vec![Class::Unreachable, Class::Unauthorized], ..Tried::default() };
    assert_eq!(world.of(&refused).0, OfflineReason::Password);
    world.signs.insert(mac(2), Sign::Life);
    assert_eq!(world.of(&silent()).0, OfflineReason::Power, "one that refuses our password is there");
}

#[test]
fn b12_only_devices_of_the_same_network_count() {
    let mut world = World::usual();
    for (last, endpoint) in [(2, "192.168.2.2:80"), (3, "shelly.lan:80"), (4, "[fe80::4]:80")] {
        world.records[last - 1].endpoint = endpoint.to_owned();
    }
    assert_eq!(world.of(&silent()).0, OfflineReason::Unknown, "no other device, no evidence");
    world.records[3].endpoint = "192.168.1.4:80".to_owned();
    world.records[3].sleeps = true;
    assert_eq!(world.of(&silent()).0, OfflineReason::Unknown, "a device that sleeps is no witness");
}

#[test]
fn b12_another_machine_at_its_address() {
    let mut world = World::usual();
    let address = "192.168.1.1".parse().unwrap();
    world.machine.neighbours.insert(address, Some(mac(0x77)));
    assert_eq!(world.of(&silent()), (OfflineReason::Address, "another machine is at its address".to_owned()));
    world.machine.neighbours.insert(address, Some(mac(4)));
    assert_eq!(world.of(&silent()).0, OfflineReason::Unknown, "its Ethernet has a hardware address three further");
    let tried = Tried { attempts: vec![Class::WrongDevice], other_device: Some(mac(9)), ..Tried::default() };
    assert_eq!(world.of(&tried), (OfflineReason::Address, "device A8032A000009 answers at its address".to_owned()));
}

#[test]
fn b12_a_device_that_was_found_elsewhere_meanwhile() {
    let mut world = World::usual();
    let sighting = SightingRecord {
        identity: identity(1),
        endpoint: "192.168.1.99:80".to_owned(),
        source: SightingSource::Scan,
        sources: [(SightingSource::Scan, now())].into(),
        first_seen_at: now(),
        last_seen_at: now() + TimeDelta::seconds(9),
        state: SightingState::Adopted,
        note: None,
    };
    world.sightings.insert(mac(1), sighting.clone());
    assert_eq!(world.of(&silent()), (OfflineReason::Address, "it was seen at 192.168.1.99:80".to_owned()));
    world.sightings.insert(mac(1), SightingRecord { last_seen_at: now(), ..sighting });
    assert_eq!(world.of(&silent()).0, OfflineReason::Power, "that was before it answered last");
}

#[test]
fn b12_a_client_of_a_range_extender() {
    let mut world = World::usual();
    world.records[0].endpoint = "192.168.1.2:10015".to_owned();
    world.signs.insert(mac(2), Sign::Silence);
    assert_eq!(world.of(&silent()).0, OfflineReason::Extender);
    world.signs.insert(mac(2), Sign::Reading);
    world.machine.neighbours.insert("192.168.1.2".parse().unwrap(), Some(mac(2)));
    assert_eq!(world.of(&silent()).0, OfflineReason::Unknown, "who is at that address is the extender");
}

#[test]
fn b13_the_relay_that_feeds_it() {
    let mut world = World::usual();
    world.records[0].powered_by = Some("A8032A000002/switch:0".parse().unwrap());
    let switch = |output| ComponentStatus::Switch(Box::new(SwitchStatus { output, ..SwitchStatus::default() }));
    world.statuses.insert(mac(2), with("switch:0", switch(Some(false))));
    assert_eq!(world.of(&silent()).0, OfflineReason::ParentOff);
    world.statuses.insert(mac(2), with("switch:0", switch(Some(true))));
    assert_eq!(world.of(&silent()).0, OfflineReason::Power);
    world.statuses.insert(mac(2), with("switch:0", switch(Some(false))));
    world.signs.insert(mac(2), Sign::Life);
    assert_eq!(world.of(&silent()).0, OfflineReason::Power, "what the relay did before it refused us is no evidence");
    world.signs.insert(mac(2), Sign::Silence);
    (world.records[1].state, world.records[1].offline_reason) = (DeviceState::Offline, Some(OfflineReason::ParentOff));
    assert_eq!(world.of(&silent()).0, OfflineReason::ParentOff, "it is fed by what has no power itself");
}

#[test]
fn b12_one_pass_counts_the_networks() {
    let mut world = World::usual();
    world.records[1].offline_reason = Some(OfflineReason::ParentOff);
    let around = Around::of(&world.records, |mac| world.signs.get(&mac).copied());
    let place = Place::of("192.168.1.77".parse().unwrap());
    assert_eq!(around.others(place, mac(1)), Some(Others { answer: 2, all: 2 }));
    assert_eq!(around.others(place, mac(3)), Some(Others { answer: 1, all: 2 }));
    assert_eq!(around.others(place, mac(99)), Some(Others { answer: 2, all: 3 }));
    assert_eq!(around.others(Place::of("10.0.0.1".parse().unwrap()), mac(1)), None);
}
