//! Takes in what devices tell by themselves.

use std::{collections::HashSet, sync::Arc, time::Duration};

use shelly_driver::{Live, Signal, UpdateProgress};
use shelly_types::{DeviceStatus, Identity, Mac};
use tokio::time::Instant;

use crate::{
    Error, Fleet,
    ingest::Report,
    sockets::{Followed, Opener},
};

/// A changed configuration is read after this time: changes come in flocks, and whoever makes them is not done yet.
const SETTLED: Duration = Duration::from_secs(3);

impl Fleet {
    /// Follows a device of which `live` is open, and has calls go over it, until the connection ends or another takes
    /// its place. `identity` is what the device has just said of itself.
    pub(crate) async fn follow(&self, mac: Mac, mut live: Box<Live>, opener: Opener, identity: Option<Arc<Identity>>) {
        let Some(followed) = Followed::over(self, mac, opener, live.link()) else { return };
        tokio::select! {
            () = followed.replaced() => {}
            () = self.follow_to_the_end(mac, &mut live, identity) => {}
        }
    }

    async fn follow_to_the_end(&self, mac: Mac, live: &mut Live, mut identity: Option<Arc<Identity>>) {
        loop {
            if let Some(status) = live.take_status() {
                self.told_whole(mac, status, identity.take()).await;
            }
            let signals = tokio::select! {
                () = self.stop_token().cancelled() => return,
                signals = live.next() => signals,
            };
            let Some(signals) = signals else { return };
            if self.told(mac, signals).await
                && let Err(error) = live.read_again().await
            {
                let error = Error::from(error);
                tracing::debug!(device.mac = %mac, error = error.chain(), "a device could not be read over its WebSocket");
                return;
            }
        }
    }

    /// What a device said about all of its components.
    async fn told_whole(&self, mac: Mac, status: DeviceStatus, identity: Option<Arc<Identity>>) {
        let news = status.components.into_iter().map(|(component, reading)| (component, Some(reading)));
        self.reports().send(Report::told_whole(mac, self.now(), news.collect(), identity)).await;
    }

    /// Hands on what a device told. Says whether it has to be read again.
    pub(crate) async fn told(&self, mac: Mac, signals: Vec<Signal>) -> bool {
        let (mut news, mut read_again) = (Vec::new(), false);
        for signal in signals {
            match signal {
                Signal::Component(component, reading) => news.push((component, Some(reading))),
                Signal::Gone(component) => news.push((component, None)),
                Signal::Event { component: Some(component), name, .. } => {
                    self.reports().send(Report::input(mac, self.now(), component, name)).await;
                }
                Signal::ConfigChanged { .. } => self.check_soon(mac),
                Signal::ReadAgain => read_again = true,
                Signal::FirmwareUpdate(UpdateProgress::Began) => {
                    self.lanes().road(mac).manners.update_began(Instant::now());
                }
                Signal::FirmwareUpdate(UpdateProgress::Failed { why }) => {
                    tracing::info!(device.mac = %mac, why, "a firmware update failed");
                    self.lanes().road(mac).manners.quiet_until(Instant::now());
                }
                // Events of the whole device are told by what they change; what comes and goes is seen by polls.
                _ => {}
            }
        }
        if !news.is_empty() {
            self.reports().send(Report::told(mac, self.now(), news)).await;
        }
        read_again
    }

    /// Compares a device with its wish, once it is quiet.
    fn check_soon(&self, mac: Mac) {
        if !self.checked_soon(|devices| devices.insert(mac)) {
            return;
        }
        let fleet = self.clone();
        self.spawn(async move {
            tokio::select! {
                () = fleet.stop_token().cancelled() => return,
                () = tokio::time::sleep(SETTLED) => {}
            }
            fleet.checked_soon(|devices: &mut HashSet<Mac>| devices.remove(&mac));
            if let Err(error) = fleet.check(&[mac], |_, _| ()).await {
                tracing::warn!(device.mac = %mac, error = error.chain(), "a changed device could not be compared");
            }
        });
    }
}
