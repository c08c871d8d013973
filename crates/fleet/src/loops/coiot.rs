//! Hears the reports of Gen1 devices over CoIoT.

use std::{collections::HashMap, time::Duration};

use fleet_model::{DeviceRecord, SightingSource};
use shelly_driver::{Coiot, CoiotConfig, Gen1Follower, Heard};
use shelly_types::Mac;
use tokio::time::Instant;

use crate::{Error, Fleet};

/// The list of devices is read again this often.
const LIST_INTERVAL: Duration = Duration::from_mins(1);

/// Time before the port is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// Hears reports until the manager stops. Of devices that are not ours they only say that these are there.
pub(super) async fn run(fleet: Fleet, config: CoiotConfig) {
    loop {
        match Coiot::open(&config) {
            Ok(coiot) => {
                fleet.source_runs(SightingSource::Coiot);
                hear(&fleet, coiot).await;
            }
            Err(error) => fleet.source_failed(SightingSource::Coiot, &error),
        }
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

/// Hears reports until the manager stops or the socket fails.
async fn hear(fleet: &Fleet, mut coiot: Coiot) {
    let mut ours = Ours::default();
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            heard = coiot.next() => match heard {
                Some(heard) => {
                    if let Some(seen) = discovery::coiot::seen(heard.datagram(), fleet.now()) {
                        fleet.tell(seen);
                    }
                    ours.heard(fleet, &heard).await;
                }
                None => return,
            },
        }
    }
}

/// The Gen1 devices that are ours, and those of them that are followed.
#[derive(Default)]
struct Ours {
    records: HashMap<Mac, DeviceRecord>,
    listed: Option<Instant>,
    followers: HashMap<Mac, Gen1Follower>,
}

impl Ours {
    async fn heard(&mut self, fleet: &Fleet, heard: &Heard) {
        if self.listed.is_none_or(|listed| listed.elapsed() > LIST_INTERVAL)
            && let Err(error) = self.list(fleet).await
        {
            tracing::error!(error = error.chain(), "the devices to hear could not be read");
            return;
        }
        let Some(mac) = self.sender(heard) else { return };
        if fleet.broker_links().tells(mac) {
            // Each push would be told twice.
            self.followers.remove(&mac);
            return;
        }
        let follower = match self.followers.get_mut(&mac) {
            Some(follower) => follower,
            None => match self.follower(fleet, mac).await {
                Ok(Some(follower)) => self.followers.entry(mac).or_insert(follower),
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(device.mac = %mac, error = error.chain(), "a reading could not be read");
                    return;
                }
            },
        };
        let signals = heard.told_to(follower);
        if fleet.told(mac, signals).await {
            // The next poll reads it whole, and following begins anew on it.
            self.followers.remove(&mac);
        }
    }

    async fn list(&mut self, fleet: &Fleet) -> Result<(), Error> {
        let devices = fleet.store().devices_all().await?;
        let gen1 = devices.into_iter().filter(|device| device.generation.is_gen1());
        self.records = gen1.map(|device| (device.mac, device)).collect();
        self.listed = Some(Instant::now());
        let records = &self.records;
        self.followers.retain(|mac, _| records.contains_key(mac));
        Ok(())
    }

    /// The device that sent a report: by its whole hardware address, else by the end of it and the address.
    fn sender(&self, heard: &Heard) -> Option<Mac> {
        if let Some(mac) = heard.mac() {
            return self.records.contains_key(&mac).then_some(mac);
        }
        let from = heard.from().to_string();
        let is_there = |record: &&DeviceRecord| record.endpoint.rsplit_once(':').is_some_and(|(host, _)| host == from);
        self.records.values().filter(is_there).map(|record| record.mac).find(|mac| heard.is_of(*mac))
    }

    /// Begins to follow a device from its last reading on; none before there is one.
    async fn follower(&self, fleet: &Fleet, mac: Mac) -> Result<Option<Gen1Follower>, Error> {
        let Some(record) = self.records.get(&mac) else { return Ok(None) };
        let status = fleet.status_of(mac).await?;
        let mode = record.profile.clone();
        Ok(status.map(|known| Gen1Follower::new(&record.model.to_string(), &known.status).with_mode(mode)))
    }
}
