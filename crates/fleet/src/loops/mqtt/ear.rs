//! Hears one device at the broker.

use std::{sync::Arc, time::Duration};

use fleet_model::DeviceRecord;
use shelly_driver::{Brokered, Gen1Follower, Leave, Memory, MqttLive, MqttTopic, Signal};
use tokio::{sync::Semaphore, time::Instant};

use crate::{Error, Fleet, loops::poll};

/// Time before a device that could not be read is read again because of what it publishes; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Longest such time.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// A device that was just read is not read again for this time, whatever it says.
const FRESH: Duration = Duration::from_secs(1);

/// Hears a device for as long as it is ours and publishes there.
pub(super) async fn one(
    fleet: Fleet,
    brokered: Brokered,
    reads: Arc<Semaphore>,
    record: DeviceRecord,
    topic: MqttTopic,
) {
    let live = match brokered.hear(&topic) {
        Ok(live) => live,
        Err(error) => {
            tracing::warn!(device.mac = %record.mac, %error, "a device is not heard at the broker: its topic is none");
            return;
        }
    };
    let missed = live.missed();
    let mut ear = Ear { fleet, record, live, reads, missed, pause: FIRST_PAUSE, not_before: Instant::now() };
    while let Some(signals) = ear.live.next().await {
        Box::pin(ear.take(signals)).await;
    }
}

struct Ear {
    fleet: Fleet,
    record: DeviceRecord,
    live: MqttLive,
    /// Room to read a device.
    reads: Arc<Semaphore>,
    /// Lost messages that were told.
    missed: u64,
    pause: Duration,
    /// It is not read before that.
    not_before: Instant,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.fleet.broker_links().left(self.record.mac);
    }
}

impl Ear {
    async fn take(&mut self, mut signals: Vec<Signal>) {
        let mac = self.record.mac;
        if self.live.missed() > self.missed {
            tracing::debug!(device.mac = %mac, missed = self.live.missed(), "messages of a device were lost so far");
            self.missed = self.live.missed();
        }
        if signals.contains(&Signal::Offline(Leave::LastWill)) {
            self.left().await;
            return;
        }
        let has_come = signals.contains(&Signal::Online);
        let is_lost = signals == [Signal::ReadAgain] && !self.live.is_following();
        if !is_lost {
            self.fleet.broker_links().arrived(mac, self.live.link());
        }
        if has_come {
            self.fleet.lanes().road(mac).manners.is_there();
        }
        let is_told_elsewhere = self.fleet.sockets().is_open(mac);
        if is_told_elsewhere {
            // Each push would be told twice.
            signals.retain(|signal| !matches!(signal, Signal::Event { .. }));
        }
        let is_gen1 = self.record.generation.is_gen1();
        let tells = signals.iter().any(|signal| matches!(signal, Signal::Component(..) | Signal::Event { .. }));
        if (tells || is_gen1) && !is_told_elsewhere {
            self.fleet.broker_links().set_tells(mac, true);
        }
        let read_again = self.fleet.told(mac, signals).await;
        if read_again || has_come {
            self.read().await;
        }
    }

    /// The broker lost the device. That says nothing about whether it is there, so it is asked at once, and once more.
    async fn left(&self) {
        let mac = self.record.mac;
        self.fleet.broker_links().left(mac);
        tracing::debug!(device.mac = %mac, "the broker lost a device");
        if !poll::one(&self.fleet, &self.record).await {
            tokio::time::sleep(FIRST_PAUSE).await;
            poll::one(&self.fleet, &self.record).await;
        }
    }

    /// Reads the device whole, and follows it from there on.
    async fn read(&mut self) {
        let now = Instant::now();
        if now < self.not_before {
            return;
        }
        let Ok(_room) = Arc::clone(&self.reads).acquire_owned().await else { return };
        let mac = self.record.mac;
        match self.memory().await {
            Ok(memory) => {
                self.live.follow_on(memory);
                (self.pause, self.not_before) = (FIRST_PAUSE, Instant::now() + FRESH);
            }
            Err(error) => {
                tracing::debug!(device.mac = %mac, error = error.chain(), "a device at the broker could not be read");
                // Polls tell more than it does.
                self.fleet.broker_links().set_tells(mac, false);
                self.not_before = Instant::now() + self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// What it does now; of a Gen1 device that does not answer, as it sleeps, what it did when it was read last.
    async fn memory(&self) -> Result<Memory, Error> {
        let error = match self.fleet.begin_to_follow(&self.record).await {
            Ok(memory) => return Ok(memory),
            Err(error) if !self.record.generation.is_gen1() => return Err(error),
            Err(error) => error,
        };
        let known = self.fleet.status_of(self.record.mac).await?.ok_or(error)?;
        let follower = Gen1Follower::new(self.record.model.code(), &known.status);
        Ok(Memory::Gen1(Box::new(follower.with_mode(self.record.profile.clone()))))
    }
}
