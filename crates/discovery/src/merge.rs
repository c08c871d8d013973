//! Folds evidence into one sighting per device, whatever its source and order.

mod found;
mod record;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use shelly_http::Endpoint;
use shelly_types::Mac;

use self::record::{Claim, Details, Record};
use crate::{Facts, Seen, Suffix};

pub use self::found::{About, Conflict, Sighting, Stranger};

/// How a [`Merger`] goes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeOptions {
    /// Devices and strangers that are remembered at most; others are refused until there is room.
    pub capacity: usize,
    /// How long a source's word is remembered. Battery devices are silent for a day.
    pub keep: Duration,
    /// Devices that had one address within this time had it at once. mDNS remembers an address for two minutes.
    pub at_once: Duration,
}

impl Default for MergeOptions {
    /// 16,384 devices, 26 hours, 2 minutes.
    fn default() -> Self {
        Self { capacity: 16_384, keep: Duration::from_hours(26), at_once: Duration::from_mins(2) }
    }
}

/// One sighting per hardware address out of all evidence.
///
/// Of each thing the newest is kept, so the order in which evidence comes does not matter. The address is the one told
/// last, by the more trustworthy source if two told it at the same time. Where a datagram came from is only believed
/// while no other source knows better and no other device sends from there: behind a range extender it is not the
/// address of the device.
#[derive(Debug, Default)]
pub struct Merger {
    options: MergeOptions,
    entries: HashMap<Key, Entry>,
    suffixes: HashMap<Suffix, BTreeSet<Mac>>,
    holders: HashMap<Endpoint, BTreeSet<Mac>>,
    refused: u64,
}

/// What evidence is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    Mac(Mac),
    Suffix(Suffix),
    Place(Endpoint),
}

/// What a key stands for now.
#[derive(Debug)]
pub(crate) enum Found {
    Sighting(Sighting),
    Stranger(Stranger),
}

/// What may look different after a change.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) keys: BTreeSet<Key>,
    pub(crate) addresses: BTreeSet<Endpoint>,
}

#[derive(Debug, Default)]
struct Entry {
    /// At most one of each kind.
    records: Vec<Record>,
    /// Where the device is by its own evidence; only for hardware addresses.
    claim: Option<Claim>,
}

impl Key {
    fn of(seen: &Seen) -> Option<Self> {
        let place = || seen.address.clone().map(Self::Place);
        seen.mac.map(Self::Mac).or_else(|| seen.suffix.map(Self::Suffix)).or_else(place)
    }
}

impl Merger {
    /// Remembers nothing yet.
    pub fn new(options: MergeOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes evidence in; false when there is no room for another device. Evidence without hardware address, its end,
    /// or an address says nothing about anybody and is dropped.
    pub fn add(&mut self, seen: Seen) -> bool {
        let refused = self.refused;
        self.take(seen);
        self.refused == refused
    }

    /// Evidence about devices for which there was no room.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Forgets what is older than [`MergeOptions::keep`].
    pub fn expire(&mut self, now: DateTime<Utc>) {
        self.forget(now);
    }

    /// The device with this hardware address.
    pub fn sighting(&self, mac: Mac) -> Option<Sighting> {
        match self.look(&Key::Mac(mac))? {
            Found::Sighting(sighting) => Some(sighting),
            Found::Stranger(_) => None,
        }
    }

    /// All devices, in no order.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting> {
        self.entries.keys().filter_map(|key| match self.look(key)? {
            Found::Sighting(sighting) => Some(sighting),
            Found::Stranger(_) => None,
        })
    }

    /// Those whose hardware address is not known, in no order.
    pub fn strangers(&self) -> impl Iterator<Item = Stranger> {
        self.entries.keys().filter_map(|key| match self.look(key)? {
            Found::Sighting(_) => None,
            Found::Stranger(stranger) => Some(stranger),
        })
    }

    /// All addresses at which several devices are at once, in no order.
    pub fn conflicts(&self) -> impl Iterator<Item = Conflict> {
        self.holders.keys().filter_map(|address| self.conflict(address))
    }

    /// Whether several devices are at this address at once (B7).
    ///
    /// Senders of datagrams do not count, since a range extender sends for all its clients. Nor do clients of one range
    /// extender, which gives each port to one of them: the last one has it.
    pub fn conflict(&self, address: &Endpoint) -> Option<Conflict> {
        let firm = || self.claims_on(address).filter(|(_, claim)| claim.is_firm());
        let newest = firm().map(|(_, claim)| claim.place.at).max()?;
        let mut macs = BTreeSet::new();
        for (mac, claim) in firm().filter(|(_, claim)| newest - claim.place.at <= self.at_once()) {
            let handed_on = claim.place.value.extender.is_some()
                && firm().any(|(_, other)| {
                    other.place.value.extender == claim.place.value.extender && other.place.at > claim.place.at
                });
            if !handed_on {
                macs.insert(mac);
            }
        }
        (macs.len() > 1).then(|| Conflict { address: address.clone(), macs })
    }

    pub(crate) fn take(&mut self, seen: Seen) -> Touched {
        let mut touched = Touched::default();
        let seen = seen.bounded();
        let Some(key) = Key::of(&seen) else { return touched };
        let full = self.entries.len() >= self.options.capacity;
        let entry = match self.entries.entry(key.clone()) {
            hash_map::Entry::Occupied(entry) => entry.into_mut(),
            hash_map::Entry::Vacant(_) if full => {
                self.refused += 1;
                return touched;
            }
            hash_map::Entry::Vacant(entry) => {
                let entry = entry.insert(Entry::default());
                if let Key::Mac(mac) = key {
                    self.suffixes.entry(Suffix::of(mac)).or_default().insert(mac);
                }
                entry
            }
        };
        let (kind, record) = Record::of(seen);
        if let Some(known) = entry.records.iter_mut().find(|known| known.kind == kind) {
            known.merge(record);
        } else {
            // Most devices are seen by one or two kinds of source.
            entry.records.reserve_exact(1);
            entry.records.push(record);
        }
        self.touch(key, &mut touched);
        touched
    }

    pub(crate) fn forget(&mut self, now: DateTime<Utc>) -> Touched {
        let keep = span(self.options.keep);
        let mut touched = Touched::default();
        let mut changed = Vec::new();
        self.entries.retain(|key, entry| {
            let before = entry.records.len();
            entry.records.retain(|record| now - record.last <= keep);
            let stale = |record: &mut Record| record.place.take_if(|place| now - place.at > keep).is_some();
            // Each record is to be looked at, so no short cut.
            let moved = entry.records.iter_mut().map(stale).fold(false, |any, one| any | one);
            if moved || entry.records.len() < before {
                changed.push((key.clone(), entry.claim.take()));
            }
            !entry.records.is_empty()
        });
        // All have to be out of the indexes before any is worked out again.
        for (key, claim) in &changed {
            let Key::Mac(mac) = key else { continue };
            if let Some(claim) = claim {
                self.leave(*mac, &claim.place.value.address, &mut touched);
            }
            if !self.entries.contains_key(key) {
                remove(&mut self.suffixes, &Suffix::of(*mac), *mac);
            }
        }
        for (key, _) in changed {
            self.touch(key, &mut touched);
        }
        touched
    }

    pub(crate) fn look(&self, key: &Key) -> Option<Found> {
        let entry = self.entries.get(key)?;
        match key {
            Key::Mac(mac) => {
                let claim = entry.claim.as_ref().filter(|claim| self.holds(*mac, claim));
                let more = self.sharers(*mac).into_iter().flat_map(|entry| &entry.records);
                let mut about = about(entry.records.iter().chain(more), claim)?;
                self.name(*mac, &mut about);
                Some(Found::Sighting(Sighting { mac: *mac, about }))
            }
            Key::Suffix(suffix) if self.suffixes.get(suffix).is_none_or(|macs| macs.len() != 1) => {
                let claim = entry.records.iter().filter_map(Record::claim).max_by(Claim::order);
                let about = about(entry.records.iter(), claim.as_ref())?;
                Some(Found::Stranger(Stranger { suffix: Some(*suffix), about }))
            }
            Key::Place(address) if !self.holders.contains_key(address) => {
                let claim = entry.records.iter().filter_map(Record::claim).max_by(Claim::order);
                Some(Found::Stranger(Stranger { suffix: None, about: about(entry.records.iter(), claim.as_ref())? }))
            }
            Key::Suffix(_) | Key::Place(_) => None,
        }
    }

    fn at_once(&self) -> TimeDelta {
        span(self.options.at_once)
    }

    /// Works out again where the devices are that a key may be about, and what else may look different.
    fn touch(&mut self, key: Key, touched: &mut Touched) {
        let suffix = match &key {
            Key::Mac(mac) => Some(Suffix::of(*mac)),
            Key::Suffix(suffix) => Some(*suffix),
            Key::Place(address) => {
                touched.keys.extend(self.holders.get(address).into_iter().flatten().map(|mac| Key::Mac(*mac)));
                None
            }
        };
        if let Some(suffix) = suffix {
            let macs: Vec<Mac> = self.suffixes.get(&suffix).into_iter().flatten().copied().collect();
            for mac in macs {
                self.settle(mac, touched);
                touched.keys.insert(Key::Mac(mac));
            }
            touched.keys.insert(Key::Suffix(suffix));
        }
        touched.keys.insert(key);
    }

    /// Works out again where a device is.
    fn settle(&mut self, mac: Mac, touched: &mut Touched) {
        let Some(entry) = self.entries.get(&Key::Mac(mac)) else { return };
        let shared = self.sharers(mac).into_iter().flat_map(|entry| &entry.records);
        let claims: Vec<Claim> = entry.records.iter().chain(shared).filter_map(Record::claim).collect();
        let claim = best(&claims, self.at_once()).cloned();
        let Some(entry) = self.entries.get_mut(&Key::Mac(mac)) else { return };
        let before = std::mem::replace(&mut entry.claim, claim.clone());
        // The word of a sender alone changes nothing for others at its address.
        let firm = before.iter().chain(&claim).any(Claim::is_firm);
        let left = before.map(|claim| claim.place.value.address);
        let came = claim.map(|claim| claim.place.value.address);
        let stays = left == came;
        if let Some(address) = left.filter(|_| !stays) {
            self.leave(mac, &address, touched);
        }
        let Some(address) = came else { return };
        if !stays {
            self.holders.entry(address.clone()).or_default().insert(mac);
        }
        if !stays || firm {
            self.share(&address, touched);
        }
    }

    fn leave(&mut self, mac: Mac, address: &Endpoint, touched: &mut Touched) {
        remove(&mut self.holders, address, mac);
        self.share(address, touched);
    }

    /// Notes that all who are at an address may look different.
    fn share(&self, address: &Endpoint, touched: &mut Touched) {
        touched.keys.extend(self.holders.get(address).into_iter().flatten().map(|mac| Key::Mac(*mac)));
        touched.keys.insert(Key::Place(address.clone()));
        touched.addresses.insert(address.clone());
    }

    /// What is known by the end of the hardware address, if no other device has that end.
    fn sharers(&self, mac: Mac) -> Option<&Entry> {
        let suffix = Suffix::of(mac);
        self.suffixes.get(&suffix).filter(|macs| macs.len() == 1)?;
        self.entries.get(&Key::Suffix(suffix))
    }

    fn claims_on(&self, address: &Endpoint) -> impl Iterator<Item = (Mac, &Claim)> {
        let macs = self.holders.get(address).into_iter().flatten();
        macs.filter_map(|mac| Some((*mac, self.entries.get(&Key::Mac(*mac))?.claim.as_ref()?)))
    }

    /// Whether no other device has the address instead: a newer one if both are sure of it, anybody else if it is only
    /// where a datagram came from.
    fn holds(&self, mac: Mac, claim: &Claim) -> bool {
        let extender = claim.place.value.extender;
        let has_it_instead = |other: &Claim| {
            let newer_by = other.place.at - claim.place.at;
            let at_once = self.at_once();
            match (claim.is_firm(), other.is_firm()) {
                (true, true) if extender.is_some() && extender == other.place.value.extender => {
                    newer_by > TimeDelta::zero()
                }
                (true, true) => newer_by > at_once,
                (true, false) => false,
                (false, true) => true,
                (false, false) => newer_by >= -at_once,
            }
        };
        !self.claims_on(&claim.place.value.address).any(|(other_mac, other)| other_mac != mac && has_it_instead(other))
    }

    /// Adds the name under which a service at the address of this device is announced, if only this device is there.
    fn name(&self, mac: Mac, about: &mut About) {
        let Some(address) = &about.address else { return };
        if self.holders.get(address).is_none_or(|macs| macs.len() != 1 || !macs.contains(&mac)) {
            return;
        }
        let Some(entry) = self.entries.get(&Key::Place(address.clone())) else { return };
        let near = |record: &&Record| (about.last_seen_at - record.last).abs() <= self.at_once();
        let names = entry.records.iter().filter(near).filter_map(|record| record.details.name.clone());
        if about.name.is_none() {
            about.name = names.max().map(|name| name.value);
        }
    }
}

fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

/// Takes a hardware address out of an index.
fn remove<K: Eq + std::hash::Hash>(index: &mut HashMap<K, BTreeSet<Mac>>, key: &K, mac: Mac) {
    if let Some(macs) = index.get_mut(key) {
        macs.remove(&mac);
        if macs.is_empty() {
            index.remove(key);
        }
    }
}

/// Where a device is: what was told last, but where a datagram came from only when nothing better is about as new, and
/// never when it is the range extender of the device.
fn best(claims: &[Claim], at_once: TimeDelta) -> Option<&Claim> {
    let firm = claims.iter().filter(|claim| claim.is_firm()).max_by(|a, b| a.order(b));
    let loose = claims.iter().filter(|claim| !claim.is_firm()).max_by(|a, b| a.order(b));
    match (firm, loose) {
        (Some(firm), Some(loose)) => {
            let host = |claim: &Claim| claim.place.value.address.host().to_owned();
            let behind = firm.place.value.extender.is_some() && host(firm) == host(loose);
            let newer = loose.place.at - firm.place.at > at_once;
            Some(if newer && !behind { loose } else { firm })
        }
        (firm, loose) => firm.or(loose),
    }
}

fn about<'a>(records: impl Iterator<Item = &'a Record>, claim: Option<&Claim>) -> Option<About> {
    let (mut details, mut sources, mut first) = (Details::default(), BTreeMap::new(), None);
    for record in records {
        details.merge(record.details.clone());
        let last = sources.entry(record.kind).or_insert(record.last);
        *last = record.last.max(*last);
        first = Some(first.map_or(record.first, |first: DateTime<Utc>| first.min(record.first)));
    }
    let (source, last_seen_at) =
        sources.iter().max_by_key(|(kind, at)| (**at, **kind)).map(|(kind, at)| (*kind, *at))?;
    let mut facts = Facts::default();
    for (word, told) in &details.facts {
        facts.insert(word, &told.value);
    }
    let place = claim.map(|claim| &claim.place.value);
    Some(About {
        generation: details.generation.map(|told| told.value),
        model: details.model.map(|told| told.value),
        app: details.app.map(|told| told.value),
        id: details.id.map(|told| told.value),
        name: details.name.map(|told| told.value),
        address: place.map(|place| place.address.clone()),
        extender: place.and_then(|place| place.extender),
        sources,
        source,
        first_seen_at: first?,
        last_seen_at,
        facts,
    })
}
