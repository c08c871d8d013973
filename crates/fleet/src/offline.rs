//! Finds out why devices do not answer: gathers what is known around them, and has it judged (B12, B13).

mod around;
mod machine;

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use chrono::{DateTime, Utc};
use discovery::Neighbours;
use fleet_model::{DeviceRecord, OfflineReason, PowerSource, SightingRecord};
use shelly_driver::{Class, Diagnosis, Evidence, Neighbour, diagnose};
use shelly_http::Endpoint;
use shelly_types::{ComponentStatus, DeviceStatus, Mac};

pub(crate) use self::{
    around::{Around, Place, Sign},
    machine::{Machine, ThisMachine},
};

/// Hardware addresses that one device has: WiFi, access point, Bluetooth and Ethernet follow each other.
const OWN_ADDRESSES: u64 = 4;

/// What was tried with a device that does not answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    /// The kinds of trouble of the last attempts, the newest last.
    pub(crate) attempts: Vec<Class>,
    /// Another device that answered at its address.
    pub(crate) other_device: Option<Mac>,
    /// When it was told to restart.
    pub(crate) restarted_at: Option<DateTime<Utc>>,
}

/// What is known around the devices of one batch. Each part of it is looked up once for all of them.
pub(crate) struct Scene<'a> {
    /// All devices.
    around: &'a Around<'a>,
    /// The newest readings, of these devices and of those that feed them.
    statuses: &'a HashMap<Mac, &'a DeviceStatus>,
    /// Where these devices were found last.
    sightings: &'a HashMap<Mac, SightingRecord>,
    /// Who is at which address.
    neighbours: &'a Neighbours,
    /// Our own machine.
    machine: &'a dyn Machine,
    ways: HashMap<Place, Option<bool>>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        around: &'a Around<'a>,
        statuses: &'a HashMap<Mac, &'a DeviceStatus>,
        sightings: &'a HashMap<Mac, SightingRecord>,
        neighbours: &'a Neighbours,
        machine: &'a dyn Machine,
    ) -> Self {
        Self { around, statuses, sightings, neighbours, machine, ways: HashMap::new() }
    }

    /// Why a device does not answer.
    pub(crate) fn diagnosis(&mut self, record: &DeviceRecord, tried: &Tried, now: DateTime<Utc>) -> Diagnosis {
        diagnose(&self.evidence(record, tried, now))
    }

    fn evidence(&mut self, record: &DeviceRecord, tried: &Tried, now: DateTime<Utc>) -> Evidence {
        let endpoint: Option<Endpoint> = record.endpoint.parse().ok();
        let address: Option<IpAddr> = endpoint.as_ref().and_then(|endpoint| endpoint.host().parse().ok());
        let extender = endpoint.as_ref().and_then(|endpoint| self.around.extender_of(record.mac, endpoint));
        // Who refuses us, or answers in another's place, proves that we are in the network.
        let is_silent = tried.attempts.last().is_some_and(|class| Sign::of(*class) == Sign::Silence);
        let place = address.map(Place::of).filter(|_| is_silent);
        let is_at_own_address = extender.is_none() && endpoint.as_ref().is_some_and(around::has_usual_port);
        Evidence {
            attempts: tried.attempts.clone(),
            neighbour: address.filter(|_| is_at_own_address).and_then(|address| self.neighbour(record.mac, address)),
            other_device: tried.other_device,
            seen_elsewhere: self.seen_elsewhere(record),
            last_rssi_dbm: self.statuses.get(&record.mac).and_then(|status| rssi(status)),
            others: place.and_then(|place| self.around.others(place, record.mac)),
            we_are_connected: place.zip(address).and_then(|(place, address)| self.has_way(place, address)),
            extender_answers: extender.map(|extender| self.around.sign(extender) != Sign::Silence),
            parent_is_on: record.powered_by.as_ref().and_then(|source| self.is_on(source)),
            restarted: tried.restarted_at.and_then(|at| (now - at).to_std().ok()),
        }
    }

    fn neighbour(&self, mac: Mac, address: IpAddr) -> Option<Neighbour> {
        let IpAddr::V4(address) = address else { return None };
        Some(match self.neighbours.get(&address)? {
            None => Neighbour::Nobody,
            Some(found) if is_same_hardware(mac, *found) => Neighbour::Device,
            Some(_) => Neighbour::Other,
        })
    }

    fn seen_elsewhere(&self, record: &DeviceRecord) -> Option<String> {
        let sighting = self.sightings.get(&record.mac)?;
        let is_later = record.last_seen_at.is_none_or(|seen| sighting.last_seen_at > seen);
        (is_later && sighting.endpoint != record.endpoint).then(|| sighting.endpoint.clone())
    }

    fn has_way(&mut self, place: Place, address: IpAddr) -> Option<bool> {
        *self.ways.entry(place).or_insert_with(|| self.machine.has_way(address))
    }

    /// Whether an output gives power; none while nobody knows.
    fn is_on(&self, source: &PowerSource) -> Option<bool> {
        // What is fed by a device without power has none either.
        if self.around.offline_reason(source.mac) == Some(OfflineReason::ParentOff) {
            return Some(false);
        }
        let status = self.statuses.get(&source.mac).filter(|_| self.around.sign(source.mac) == Sign::Reading)?;
        match output(status.components.get(&source.component)?)? {
            Output::On => Some(true),
            Output::Off => Some(false),
            Output::Unknown => None,
        }
    }
}

/// The sentence for people: what it is, on what evidence, and what the last attempt said.
pub(crate) fn sentence(diagnosis: &Diagnosis, trouble: &str) -> String {
    format!("{diagnosis} ({trouble})")
}

/// The reason as it is kept.
pub(crate) fn reason(diagnosis: &Diagnosis) -> OfflineReason {
    use shelly_driver::OfflineReason as Found;
    match diagnosis.reason {
        Found::Power => OfflineReason::Power,
        Found::Wifi => OfflineReason::Wifi,
        Found::Address => OfflineReason::Address,
        Found::Password => OfflineReason::Password,
        Found::Extender => OfflineReason::Extender,
        Found::ParentOff => OfflineReason::ParentOff,
        Found::OurNetwork => OfflineReason::OurNetwork,
        // And what may be added to the list.
        _ => OfflineReason::Unknown,
    }
}

/// What an output does that can feed a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Gives power.
    On,
    /// Gives none.
    Off,
    /// The device does not say.
    Unknown,
}

/// What a component does that can feed a device; none when it is no output.
pub(crate) fn output(reading: &ComponentStatus) -> Option<Output> {
    let on = match reading {
        ComponentStatus::Switch(switch) => switch.output,
        ComponentStatus::Light(light) => light.output,
        _ => return None,
    };
    Some(match on {
        Some(true) => Output::On,
        Some(false) => Output::Off,
        None => Output::Unknown,
    })
}

/// The devices whose readings tell something about these ones: they themselves, and what feeds them.
pub(crate) fn concerned(records: &[DeviceRecord]) -> HashSet<Mac> {
    let own = records.iter().map(|record| record.mac);
    own.chain(records.iter().filter_map(|record| Some(record.powered_by.as_ref()?.mac))).collect()
}

fn is_same_hardware(mac: Mac, found: Mac) -> bool {
    let number = |mac: Mac| mac.bytes().into_iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(byte));
    number(found).checked_sub(number(mac)).is_some_and(|further| further < OWN_ADDRESSES)
}

fn rssi(status: &DeviceStatus) -> Option<i64> {
    status.components.values().find_map(|reading| match reading {
        ComponentStatus::Wifi(wifi) => wifi.rssi_dbm,
        _ => None,
    })
}

#[cfg(test)]
mod tests;
