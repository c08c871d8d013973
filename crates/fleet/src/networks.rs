//! WiFi networks whose keys are known, and the search for devices that moved.

use std::{collections::BTreeSet, net::Ipv4Addr, time::Duration};

use capability_config::SecretText;
use discovery::{Progress, ScanOptions, address_count, parse_targets, scan};
use fleet_model::{Actor, FleetEvent, NetworkRecord, NewEvent, Permission};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    Error, Fleet,
    connect::endpoint,
    discovery::{hand_on, who},
};

/// Most networks that are searched for devices that moved. Each has 254 addresses.
const SEARCHED: usize = 16;

/// Most addresses of a target of a timetable that is searched.
const MOST: u64 = 1024;

/// Shortest key of a WiFi network, and the longest (IEEE 802.11: 8 to 63 characters).
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=63;

/// Longest name of a WiFi network in bytes.
const MOST_SSID_BYTES: usize = 32;

/// When devices that moved were looked for last. One search serves all who wait.
#[derive(Debug, Default)]
pub(crate) struct Searches(tokio::sync::Mutex<Option<Instant>>);

impl Fleet {
    /// The networks whose keys are known. The keys are not shown.
    pub async fn networks(&self, actor: &Actor) -> Result<Vec<NetworkRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().networks_all().await?)
    }

    /// Stores the key of a network; none for an open one. Nothing is written to a device.
    pub async fn network_set(
        &self,
        actor: &Actor,
        ssid: &str,
        key: Option<SecretText>,
    ) -> Result<Vec<NetworkRecord>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        if ssid.is_empty() || ssid.len() > MOST_SSID_BYTES {
            return Err(Error::invalid("the name of a network has 1 to 32 bytes"));
        }
        if key.as_ref().is_some_and(|key| !KEY_CHARS.contains(&key.expose().chars().count())) {
            return Err(Error::invalid("the key of a network has 8 to 63 characters"));
        }
        self.network_keep(actor, ssid, key, "set").await?;
        self.networks(actor).await
    }

    /// Forgets the key of a network.
    pub async fn network_remove(&self, actor: &Actor, ssid: &str) -> Result<(), Error> {
        Self::authorize(actor, Permission::Configure)?;
        let event = FleetEvent::NetworkChanged { ssid: ssid.to_owned(), action: "removed".to_owned() };
        let event = NewEvent::new(self.now(), actor, event);
        self.publish(self.store().network_delete(ssid.to_owned(), vec![event]).await?.events);
        Ok(())
    }

    /// Remembers the key of a network that a device has joined with it.
    pub(crate) async fn network_learn(&self, ssid: &str, key: Option<SecretText>) -> Result<(), Error> {
        if self.store().network_key(ssid).await?.is_some_and(|known| known == key.clone().into()) {
            return Ok(());
        }
        self.network_keep(&Actor::System, ssid, key, "learnt").await
    }

    async fn network_keep(
        &self,
        actor: &Actor,
        ssid: &str,
        key: Option<SecretText>,
        action: &str,
    ) -> Result<(), Error> {
        let event = FleetEvent::NetworkChanged { ssid: ssid.to_owned(), action: action.to_owned() };
        let event = NewEvent::new(self.now(), actor, event);
        self.publish(self.store().network_set(ssid.to_owned(), key, self.now(), vec![event]).await?.events);
        Ok(())
    }

    /// Looks for devices of ours in the networks in which some of them are, unless that was done within `pause`.
    pub(crate) async fn search(&self, pause: Duration) -> Result<(), Error> {
        let mut last = self.searches().0.lock().await;
        if last.is_some_and(|at| at.elapsed() < pause) {
            return Ok(());
        }
        let mut places = BTreeSet::new();
        for record in self.store().devices_all().await? {
            let Ok(known) = endpoint(&record.endpoint) else { continue };
            if let Ok(address) = known.host().parse::<Ipv4Addr>() {
                let [a, b, c, _] = address.octets();
                places.insert(format!("{a}.{b}.{c}.0/24:{}", known.port()));
            }
        }
        let mut targets = Vec::new();
        let told = self.options().timetables.iter().flat_map(|table| &table.targets);
        for place in places.iter().take(SEARCHED).chain(told) {
            targets.extend(parse_targets([place]).into_iter().filter(|found| address_count(found) <= MOST).flatten());
        }
        let (found, mut finds) = mpsc::channel(64);
        let driver = self.options().driver.clone();
        let ask = move |endpoint, stream| {
            let driver = driver.clone();
            async move { who(endpoint, stream, &driver).await }
        };
        let progress = Progress::default();
        let look = async move { scan(&targets, ScanOptions::default(), &progress, ask, hand_on(found)).await };
        let keep = async {
            while let Some(who) = finds.recv().await {
                if let Err(error) = self.device_moved(who.identity.mac, &who.endpoint.to_string()).await {
                    tracing::warn!(error = error.chain(), "a device that moved could not be followed");
                }
            }
        };
        tokio::join!(look, keep);
        *last = Some(Instant::now());
        Ok(())
    }
}
