//! Addresses that several devices have: raised as an alarm, and nothing is written there (B7).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use fleet_model::{Actor, DeviceRecord, FleetEvent, NewEvent, SightingRecord, SightingSource};
use shelly_types::Mac;

use crate::{Error, ErrorKind, Fleet, connect::endpoint};

/// Devices that are named where several are at one address; of the others only the number is told.
const NAMED: usize = 8;

/// The addresses at which several devices are, by what was seen or by our records.
#[derive(Debug, Default)]
pub(crate) struct Conflicts(Mutex<BTreeMap<String, Place>>);

/// Where a conflict is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Several devices were seen there at once.
    Seen,
    /// Several records have this address. Who is really there can be asked.
    Recorded,
}

#[derive(Debug, Default)]
struct Place {
    seen: BTreeSet<Mac>,
    recorded: BTreeSet<Mac>,
    /// The device of which a person said, and it confirmed, that it is there.
    trusted: Option<Mac>,
}

/// Devices that a change brought into a conflict, and those that it freed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Change {
    came: BTreeSet<Mac>,
    left: BTreeSet<Mac>,
    all: BTreeSet<Mac>,
}

impl Place {
    fn all(&self) -> BTreeSet<Mac> {
        &self.seen | &self.recorded
    }
}

impl Conflicts {
    fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is at an address at once; fewer than two for no conflict.
    fn set(&self, address: &str, origin: Origin, macs: BTreeSet<Mac>) -> Change {
        let mut places = self.places();
        let place = places.entry(address.to_owned()).or_default();
        let before = place.all();
        let macs = if macs.len() > 1 { macs } else { BTreeSet::new() };
        match origin {
            Origin::Seen => place.seen = macs,
            Origin::Recorded => place.recorded = macs,
        }
        let all = place.all();
        if all.is_empty() {
            places.remove(address);
        }
        Change { came: &all - &before, left: &before - &all, all }
    }

    /// The addresses where something is wrong.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.places().keys().cloned().collect()
    }

    /// The addresses that several records have.
    fn recorded(&self) -> Vec<String> {
        let places = self.places();
        places.iter().filter(|(_, place)| !place.recorded.is_empty()).map(|(address, _)| address.clone()).collect()
    }

    /// A person said where a device is, and it confirmed that.
    pub(crate) fn trust(&self, address: &str, mac: Mac) {
        if let Some(place) = self.places().get_mut(address) {
            place.trusted = Some(mac);
        }
    }

    /// Why nothing is written to a device: several devices were seen at its address at once.
    pub(crate) fn held(&self, record: &DeviceRecord) -> Option<String> {
        let places = self.places();
        let place = places.get(&record.endpoint)?;
        if place.seen.is_empty() || place.trusted == Some(record.mac) {
            return None;
        }
        Some(format!(
            "several devices are at {} at once: {}; nothing is written there until only one is left, or until \
             `devices move` says which one it is",
            record.endpoint,
            list(place.seen.iter())
        ))
    }

    /// What is wrong with the address of a device, for people.
    pub(crate) fn reason(&self, record: &DeviceRecord) -> Option<String> {
        self.held(record).or_else(|| {
            let places = self.places();
            let place = places.get(&record.endpoint).filter(|place| place.recorded.contains(&record.mac))?;
            Some(shared(&record.endpoint, place.recorded.iter().filter(|other| **other != record.mac)))
        })
    }
}

/// Devices by name, as many as a person reads, and how many more there are.
fn list<'a>(mut macs: impl Iterator<Item = &'a Mac>) -> String {
    let named: Vec<String> = macs.by_ref().take(NAMED).map(ToString::to_string).collect();
    let named = named.join(", ");
    match macs.count() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn shared<'a>(address: &str, others: impl Iterator<Item = &'a Mac>) -> String {
    let others = list(others);
    format!(
        "device {others} has the address {address} too; only to the one that answers there is written. Find the other \
         with a scan, or forget it"
    )
}

impl Fleet {
    /// Notes who is at an address at once, and tells it of the devices that are ours.
    pub(crate) async fn conflict_set(&self, address: &str, origin: Origin, macs: BTreeSet<Mac>) -> Result<(), Error> {
        let Change { came, left, all } = self.conflicts().set(address, origin, macs);
        if came.is_empty() && left.is_empty() {
            return Ok(());
        }
        let mut events = Vec::new();
        for record in self.store().devices_of((&came | &left).into_iter().collect()).await? {
            let mac = record.mac;
            let event = if came.contains(&mac) {
                let others = all.iter().copied().filter(|other| *other != mac).take(NAMED).collect();
                tracing::warn!(device.mac = %mac, address, "other devices are at the address of this one");
                FleetEvent::AddressConflictFound { address: address.to_owned(), others }
            } else {
                FleetEvent::AddressConflictSettled { address: address.to_owned() }
            };
            events.push(NewEvent::of_device(self.now(), &Actor::System, mac, event));
        }
        self.publish(self.store().events_append(events).await?);
        Ok(())
    }

    /// Compares the addresses of all records.
    pub(crate) async fn conflicts_of_records(&self) -> Result<(), Error> {
        let mut shared: BTreeMap<String, BTreeSet<Mac>> = BTreeMap::new();
        let found = self.store().device_endpoints_shared().await?;
        let callers = self.only_callers(found.iter().map(|(_, mac)| *mac).collect()).await?;
        for (address, mac) in found.into_iter().filter(|(_, mac)| !callers.contains(mac)) {
            shared.entry(address).or_default().insert(mac);
        }
        for address in self.conflicts().recorded() {
            shared.entry(address).or_default();
        }
        for (address, macs) in shared {
            self.conflict_set(&address, Origin::Recorded, macs).await?;
        }
        Ok(())
    }

    /// The devices of these that are known by nothing but their own calls. Their address is that of a router, which many
    /// may have.
    async fn only_callers(&self, macs: Vec<Mac>) -> Result<BTreeSet<Mac>, Error> {
        let sightings = self.store().sightings_of(macs).await?;
        let calls = |sighting: &SightingRecord| sighting.sources.keys().eq([&SightingSource::OutboundSocket]);
        Ok(sightings.into_iter().filter(calls).map(|sighting| sighting.identity.mac).collect())
    }

    /// Refuses to write to a device while it is not certain that it alone is at its address.
    pub(crate) async fn writable(&self, record: &DeviceRecord) -> Result<(), Error> {
        let conflict = |why: String| Error::new(why, ErrorKind::AddressConflict);
        if self.lanes().road(record.mac).links.current().is_some() {
            // It is at the other end of its connection, whatever else is at its address.
            return Ok(());
        }
        if let Some(why) = self.conflicts().held(record) {
            return Err(conflict(why));
        }
        let there = self.store().macs_at(record.endpoint.clone()).await?;
        let mut others: BTreeSet<Mac> = there.into_iter().filter(|mac| *mac != record.mac).collect();
        if !others.is_empty() {
            others = &others - &self.only_callers(others.iter().copied().collect()).await?;
        }
        if others.is_empty() {
            return Ok(());
        }
        let found = self.options().driver.probe(&endpoint(&record.endpoint)?).await?.identity;
        if found.mac == record.mac { Ok(()) } else { Err(conflict(shared(&record.endpoint, others.iter()))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "192.0.2.7:80";

    fn macs(numbers: &[u8]) -> BTreeSet<Mac> {
        numbers.iter().map(|number| Mac::new([*number; 6])).collect()
    }

    #[test]
    fn b7_of_many_devices_at_one_address_a_few_are_named() {
        let many: Vec<Mac> = (0..20).map(|number| Mac::new([number; 6])).collect();
        let told = list(many.iter());
        assert!(told.contains("070707070707 and 12 more") && !told.contains("080808080808"), "{told}");
        assert_eq!(list(many[..2].iter()), "000000000000, 010101010101");
    }

    #[test]
    fn b7_a_conflict_is_told_once_and_taken_back_when_nothing_is_left_of_it() {
        let conflicts = Conflicts::default();
        let first = conflicts.set(ADDRESS, Origin::Seen, macs(&[1, 2]));
        assert_eq!(first, Change { came: macs(&[1, 2]), left: macs(&[]), all: macs(&[1, 2]) });
        assert_eq!(conflicts.set(ADDRESS, Origin::Seen, macs(&[1, 2])).came, macs(&[]), "known");
        let more = conflicts.set(ADDRESS, Origin::Recorded, macs(&[1, 3]));
        assert_eq!((more.came, more.left), (macs(&[3]), macs(&[])));
        let fewer = conflicts.set(ADDRESS, Origin::Seen, macs(&[]));
        assert_eq!((fewer.came, fewer.left), (macs(&[]), macs(&[2])), "1 and 3 have it by their records");
        assert_eq!(conflicts.set(ADDRESS, Origin::Recorded, macs(&[1])).left, macs(&[1, 3]));
        assert!(conflicts.addresses().is_empty());
    }
}
