//! What is done about a device that was seen: it is asked who it is, kept in the inbox, followed, adopted.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use chrono::{DateTime, Utc};
use discovery::{About, Seen, Suffix};
use fleet_model::{
    Actor, AddressIs, DeviceRecord, DeviceState, FleetEvent, NewEvent, SightingRecord, SightingSource, SightingState,
};
use shelly_driver::{Class, Found};
use shelly_http::Endpoint;
use shelly_types::{Identity, Mac};

use crate::{Error, Fleet, at_broker::AtBroker, connect::endpoint, loops::poll_one, sources::kept_as};

/// A device that announces itself while it starts is not ready to answer yet, so it is asked once more after this time.
const ONCE_MORE: Duration = Duration::from_secs(2);

/// Which sources saw a device, and when last.
pub(crate) type SeenBy = BTreeMap<SightingSource, DateTime<Utc>>;

/// An address at which a device was seen, and what is known of the device.
#[derive(Debug, Clone)]
pub(crate) struct Clue {
    /// Its hardware address.
    pub(crate) mac: Option<Mac>,
    /// The end of it, where no more is known.
    pub(crate) suffix: Option<Suffix>,
    /// Where it listens.
    pub(crate) endpoint: Endpoint,
    /// Who saw it.
    pub(crate) by: SeenBy,
    /// What it lets know of itself at the broker.
    pub(crate) at_broker: Option<AtBroker>,
}

/// Who saw a device, in the words that are kept.
pub(crate) fn seen_by(about: &About) -> SeenBy {
    about.sources.iter().filter_map(|(kind, at)| Some((kept_as(*kind)?, *at))).collect()
}

impl Clue {
    /// Whether this device may be the one that was seen.
    fn fits(&self, mac: Mac) -> bool {
        match (self.mac, self.suffix) {
            (Some(known), _) => known == mac,
            (None, Some(suffix)) => suffix == Suffix::of(mac),
            (None, None) => true,
        }
    }
}

impl Fleet {
    /// Keeps a sighting; a device of ours that was found elsewhere is followed.
    pub(crate) async fn sighting_keep(
        &self,
        endpoint: String,
        address: AddressIs,
        identity: Identity,
        by: SeenBy,
    ) -> Result<SightingState, Error> {
        let mac = identity.mac;
        self.lanes().goes_directly(mac);
        let source = by.iter().max_by_key(|(_, at)| **at).map_or(SightingSource::Scan, |(source, _)| *source);
        self.sighting_store((endpoint.clone(), address), identity, source, by).await?;
        let state = self.store().sighting_get(mac).await?.map_or(SightingState::New, |sighting| sighting.state);
        if address == AddressIs::Proven {
            self.device_moved(mac, &endpoint).await?;
        }
        self.device_is_back(mac);
        Ok(state)
    }

    /// Stores that a device was seen now, `source` being what its address is from.
    pub(crate) async fn sighting_store(
        &self,
        (endpoint, address): (String, AddressIs),
        identity: Identity,
        source: SightingSource,
        sources: SeenBy,
    ) -> Result<(), Error> {
        let now = self.now();
        let seen = FleetEvent::DeviceSeen { endpoint: endpoint.clone(), model: identity.model.to_string() };
        let seen = NewEvent::of_device(now, &Actor::System, identity.mac, seen);
        let sighting = SightingRecord {
            identity,
            endpoint,
            source,
            sources,
            first_seen_at: now,
            last_seen_at: now,
            state: SightingState::New,
            note: None,
        };
        self.publish(self.store().sighting_upsert(sighting, address, vec![seen]).await?.events);
        Ok(())
    }

    /// Remembers where a device of ours was reached.
    pub(crate) async fn device_moved(&self, mac: Mac, endpoint: &str) -> Result<(), Error> {
        let Some(mut record) = self.store().device_get(mac).await? else { return Ok(()) };
        if record.endpoint == endpoint {
            return Ok(());
        }
        let event = FleetEvent::DeviceMoved { from: record.endpoint.clone(), to: endpoint.to_owned() };
        endpoint.clone_into(&mut record.endpoint);
        let event = NewEvent::of_device(self.now(), &Actor::System, mac, event);
        let moved = self.store().device_update(record, vec![event]).await?;
        self.publish(moved.events);
        self.ring();
        self.look_at(moved.value);
        Ok(())
    }

    /// A scan heard a device answer; the others that listen are told.
    pub(crate) async fn scan_found(&self, address: String, identity: Identity) -> Result<SightingState, Error> {
        let (now, endpoint) = (self.now(), endpoint(&address)?);
        self.rivals_tell(&identity, &endpoint).await?;
        self.tell(Seen::answered(&identity, endpoint, now));
        let by = SeenBy::from([(SightingSource::Scan, now)]);
        self.sighting_keep(address, AddressIs::Proven, identity, by).await
    }

    /// Asks who is at the address of a clue, and keeps who answers. Says who that was.
    pub(crate) async fn clue_follow(&self, clue: &Clue) -> Result<Mac, Error> {
        let Found { identity, endpoint } = match self.ask_twice(&clue.endpoint).await {
            Ok(found) => found,
            Err(error) => return self.clue_at_broker(clue, error).await,
        };
        let (mac, now) = (identity.mac, self.now());
        // Another device than the one that was meant was found by asking there.
        let by = if clue.fits(mac) { clue.by.clone() } else { SeenBy::from([(SightingSource::Scan, now)]) };
        self.rivals_tell(&identity, &endpoint).await?;
        if let Some(record) = self.store().device_get(mac).await?
            && record.endpoint != endpoint.to_string()
            && self.stays(&record).await
        {
            self.store().sighting_seen(mac, now, by).await?;
            return Ok(mac);
        }
        self.sighting_decide_by_rule(endpoint, AddressIs::Proven, identity, by).await
    }

    /// Asks who is at an address, for those who compare what several sources say.
    pub(crate) async fn ask_and_tell(&self, address: &str) -> Result<(), Error> {
        let address = endpoint(address)?;
        let found = self.options().driver.probe(&address).await?;
        self.tell(Seen::answered(&found.identity, address, self.now()));
        Ok(())
    }

    async fn ask_twice(&self, endpoint: &Endpoint) -> Result<Found, Error> {
        let driver = &self.options().driver;
        match driver.probe(endpoint).await {
            Err(error) if error.class() == Class::Unreachable => {
                tokio::time::sleep(ONCE_MORE).await;
                Ok(driver.probe(endpoint).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Another device of ours was at this address a moment ago: both count as seen there.
    async fn rivals_tell(&self, found: &Identity, endpoint: &Endpoint) -> Result<(), Error> {
        let there = self.store().devices_at(vec![endpoint.to_string()]).await?;
        for other in there.into_iter().filter(|record| record.mac != found.mac) {
            let Some(at) = other.last_seen_at.filter(|_| other.state == DeviceState::Online) else { continue };
            let mut seen = Seen::new(discovery::Source::Scan, at);
            (seen.mac, seen.address) = (Some(other.mac), Some(endpoint.clone()));
            self.tell(seen);
            self.tell(Seen::answered(found, endpoint.clone(), self.now()));
        }
        Ok(())
    }

    /// Whether a device that was seen at another address is still where it was: it has several, or a name.
    async fn stays(&self, record: &DeviceRecord) -> bool {
        let Ok(known) = endpoint(&record.endpoint) else { return false };
        if record.state != DeviceState::Online {
            return false;
        }
        // What answers at the broker may have a name that leads nowhere.
        let has_name = known.host().parse::<IpAddr>().is_err() && self.broker_links().link(record.mac).is_none();
        has_name || self.options().driver.probe(&known).await.is_ok_and(|found| found.identity.mac == record.mac)
    }

    /// Reads the status of a device that moved, instead of waiting for its next poll.
    pub(crate) fn look_at(&self, record: DeviceRecord) {
        let fleet = self.clone();
        self.spawn(async move {
            tokio::select! {
                () = fleet.stop_token().cancelled() => {}
                _ = poll_one(&fleet, &record) => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b1_a_clue_fits_the_device_that_was_meant() {
        let (mac, other) = (Mac::new([0xC4, 0x5B, 0xBE, 1, 2, 3]), Mac::new([0xA8, 3, 0x2A, 1, 2, 3]));
        let clue = Clue {
            mac: Some(mac),
            suffix: None,
            endpoint: Endpoint::new("192.0.2.7", 80),
            by: SeenBy::new(),
            at_broker: None,
        };
        assert!(clue.fits(mac) && !clue.fits(other));
        let short = Clue { mac: None, suffix: Some(Suffix::of(mac)), ..clue };
        assert!(short.fits(mac) && short.fits(other), "they end alike");
        assert!(!short.fits(Mac::new([1; 6])));
    }
}
