//! The way back: the device into its access point, the host into its network.

use shelly_driver::Device;
use shelly_http::Endpoint;
use sync_engine::Target;
use tokio::time::{Instant, sleep};
use wifi_control::{Join, Joined, WifiControl};

use super::{
    Provisioning, chain,
    device::{is_back, steps_back},
};
use crate::{Before, DevicePlace, FindOnLan, Journal, JournalError, Known, Step, Way, What};

impl<W: WifiControl, F: FindOnLan, J: Journal> Provisioning<'_, W, F, J> {
    /// Takes back what was done, to the end.
    pub(super) async fn back(&mut self) -> Result<(), JournalError> {
        let why = self.position.undoing.as_ref().map(|(_, text, _)| text.clone()).unwrap_or_default();
        self.told(Step::RollingBack, why);
        if self.position.by == Way::Bluetooth {
            self.hang_up().await;
        }
        if self.position.place.is_none() {
            let place = match (self.position.before.clone(), self.position.device.clone()) {
                (Some(before), Some(device)) => self.device_back(&before, &device).await?,
                // It may restart still, with one firmware or the other.
                (None, Some(device)) if self.position.updating.is_some() => {
                    Some(self.is_at_access_point(&device).await?)
                }
                _ => Some(DevicePlace::Untouched),
            };
            if self.position.by == Way::Bluetooth {
                self.hang_up().await;
            }
            // None when it came into the network after all.
            let Some(place) = place else { return Ok(()) };
            self.note(What::Undone { place }).await?;
        }
        let is_back = self.host_back().await?;
        if let Err(text) = &is_back {
            tracing::error!(task.id = %self.position.task, "the WiFi of this host is not back: {text}");
        }
        self.failed(is_back.is_ok()).await
    }

    /// Gets the device back into its access point, and proves it. A device that comes into the network meanwhile is not
    /// taken out of it: then there is no place, but it is found.
    async fn device_back(&mut self, before: &Before, device: &Known) -> Result<Option<DevicePlace>, JournalError> {
        let until = Instant::now() + self.tools.patience.undo;
        loop {
            match self.try_back(before, device).await? {
                Ok(()) => return Ok(Some(DevicePlace::AccessPoint)),
                Err(text) => tracing::info!(device.mac = %device.mac, "not back in its access point yet: {text}"),
            }
            if self.host_back().await?.is_ok() {
                let told = self.position.address;
                if let Some(found) = self.tools.find.look(device.mac, told).await {
                    self.note(What::Found { found }).await?;
                    return Ok(None);
                }
            }
            if Instant::now() >= until {
                return Ok(Some(DevicePlace::Unknown));
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    /// Proves that a device which nothing was written to but firmware is at its access point.
    async fn is_at_access_point(&mut self, device: &Known) -> Result<DevicePlace, JournalError> {
        let until = Instant::now() + self.tools.patience.undo;
        loop {
            match self.try_reach(device).await? {
                Ok(()) => return Ok(DevicePlace::AccessPoint),
                Err(text) => tracing::info!(device.mac = %device.mac, "not in its access point yet: {text}"),
            }
            if Instant::now() >= until {
                return Ok(DevicePlace::Unknown);
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    /// Tries once to get an answer of the device at its access point; why not, when it did not work.
    async fn try_reach(&mut self, known: &Known) -> Result<Result<(), String>, JournalError> {
        let joined = match self.rejoin().await? {
            Ok(joined) => joined,
            Err(text) => return Ok(Err(text)),
        };
        let endpoint = Endpoint::from(joined.device);
        let found = self.options_for(&joined).probe(&endpoint).await;
        Ok(match found {
            Ok(found) if found.identity.mac == known.mac => Ok(()),
            Ok(found) => Err(format!("{} is there instead of {}", found.identity.mac, known.mac)),
            Err(error) => Err(chain(&error)),
        })
    }

    /// Goes to the access point once more; why not, when it did not work.
    async fn rejoin(&mut self) -> Result<Result<Joined, String>, JournalError> {
        let ssid = self.position.ssid.clone();
        let key = self.task.and_then(|task| task.access_point_key.clone());
        if self.position.has_key && key.is_none() {
            return Ok(Err(format!("the key of {ssid} is not known after a restart")));
        }
        let seen = match self.tools.wifi.scan().await {
            Ok(seen) => seen,
            Err(error) => return Ok(Err(chain(&error))),
        };
        let Some(point) = seen.into_iter().find(|point| point.ssid == ssid) else {
            return Ok(Err(format!("{ssid} is not in range")));
        };
        if self.position.is_host_back {
            // The radio goes away once more.
            let wifi = self.remembered();
            self.note(What::Remembered { wifi }).await?;
        }
        let join = Join { ssid, bssid: Some(point.bssid), key, limit: self.tools.patience.join };
        Ok(self.tools.wifi.join(&join).await.map_err(|error| chain(&error)))
    }

    /// Tries once; why not, when it did not work.
    async fn try_back(&mut self, before: &Before, known: &Known) -> Result<Result<(), String>, JournalError> {
        if self.position.by == Way::Bluetooth {
            return Ok(match self.reconnect(known.mac).await {
                Ok(device) => put_back(device, before, known).await,
                Err(text) => Err(text),
            });
        }
        let joined = match self.rejoin().await? {
            Ok(joined) => joined,
            Err(text) => return Ok(Err(text)),
        };
        let credentials = self.task.and_then(|task| task.credentials.clone());
        let options = self.options_for(&joined);
        let connected = Device::connect(Endpoint::from(joined.device), Some(known.mac), credentials, options).await;
        Ok(match connected {
            Ok(device) => put_back(device, before, known).await,
            Err(error) => Err(chain(&error)),
        })
    }
}

/// Writes to a device what it showed before, and reads it back.
async fn put_back(mut device: Device, before: &Before, known: &Known) -> Result<(), String> {
    let is_gen1 = known.generation.is_gen1();
    for step in steps_back(before, is_gen1) {
        match device.write(&step).await {
            Ok(_) => {}
            Err(error) if error.class.leaves_doubt() => break,
            Err(error) => return Err(error.message),
        }
    }
    let shown = device.observe().await.map_err(|error| error.message)?;
    if is_back(before, &shown, is_gen1) { Ok(()) } else { Err("it keeps what was written".to_owned()) }
}
