//! Firmware first: served from our address at the device's access point, fetched and installed by the device itself (I19).

use shelly_driver::Device;
use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};
use wifi_control::{Join, Joined, WifiControl};

use super::{
    Halt, Provisioning, chain,
    forward::{device_trouble, uptime},
    trouble,
};
use crate::{
    FailureKind, FindOnLan, FirmwareFile, Journal, Known, Provision, Step, What,
    firmware::{Served, serve},
};

/// Whom a look at the access point found.
enum Look {
    /// Nobody, or nobody that could be talked to.
    Away,
    /// The device.
    There(Box<Device>),
}

impl<W: WifiControl, F: FindOnLan, J: Journal> Provisioning<'_, W, F, J> {
    /// Gives the device its firmware, where there is some for it that it does not have, and comes back to it.
    pub(super) async fn firmware_first(
        &mut self,
        task: &Provision,
        joined: Joined,
        device: Device,
    ) -> Result<(Joined, Device), Halt> {
        let known = Known::from(device.identity());
        let Some(file) = self.firmware_for(task, &known)? else { return Ok((joined, device)) };
        self.told(Step::Updating, format!("{} gets {file} instead of {}", known.mac, known.firmware));
        // Its access point has to stay open until it has the file; after the restart the window begins anew.
        let needs = self.tools.patience.window + self.tools.patience.fetch;
        self.window(&device, needs).await?;
        let mut served = self.serve(&file, &joined).await?;
        self.note(What::Updating { from: known.firmware.clone(), to: file.version().to_owned() }).await?;
        match device.install_from(served.url()).await {
            // It may begin without an answer (gen1 protocol 8).
            Err(error) if !error.class().leaves_doubt() => {
                return trouble(FailureKind::Firmware, format!("{} refuses {file}: {}", known.mac, chain(&error)));
            }
            Ok(()) | Err(_) => {}
        }
        drop(device);
        self.until_fetched(&known, &file, &mut served).await?;
        self.note(What::Fetched).await?;
        let fetched_at = Instant::now();
        sleep(self.tools.patience.flash).await;
        let joined = self.until_updated(task, &file, &known, joined, fetched_at).await?;
        drop(served);
        let device = self.identify(task, &joined).await?;
        let now = Known::from(device.identity());
        if !file.is_installed(&now.firmware) {
            let text = format!("{} showed {} for a moment, and shows {} now", now.mac, file.version(), now.firmware);
            return trouble(FailureKind::Firmware, text);
        }
        self.note(What::Updated { device: now }).await?;
        Ok((joined, device))
    }

    /// The firmware that this device gets.
    fn firmware_for(&self, task: &Provision, known: &Known) -> Result<Option<FirmwareFile>, Halt> {
        let file = match &task.firmware {
            Some(file) if file.is_for(known) => file,
            Some(file) => {
                let mode = known.profile.as_ref().map(|mode| format!(" ({mode})")).unwrap_or_default();
                let text = format!(
                    "the firmware is {file}, and {} is a {}{mode}; nothing was written to it",
                    known.mac, known.model
                );
                return trouble(FailureKind::Firmware, text);
            }
            None => match self.tools.firmware.iter().find(|file| file.is_for(known)) {
                Some(file) => file,
                None => return Ok(None),
            },
        };
        Ok((!file.is_installed(&known.firmware)).then(|| file.clone()))
    }

    /// Serves the file at our address at the access point, to the device alone.
    async fn serve(&self, file: &FirmwareFile, joined: &Joined) -> Result<Served, Halt> {
        let Some(own) = joined.address else {
            return trouble(FailureKind::Radio, format!("our address at {} is not known", joined.ssid));
        };
        let reads = file.clone();
        let image = match spawn_blocking(move || reads.read()).await {
            Ok(Ok(image)) => image,
            Ok(Err(error)) => return trouble(FailureKind::Firmware, chain(&error)),
            Err(error) => return trouble(FailureKind::Internal, chain(&error)),
        };
        serve(image, own, joined.interface.as_deref(), joined.device.ip()).map_err(|error| {
            let text = format!("the firmware cannot be served at {own}: {error}");
            Halt::Trouble(FailureKind::Radio, text)
        })
    }

    /// Waits until the device has the whole file. Nothing is asked of it meanwhile.
    async fn until_fetched(&self, known: &Known, file: &FirmwareFile, served: &mut Served) -> Result<(), Halt> {
        let limit = self.tools.patience.fetch;
        if timeout(limit, served.is_whole()).await.is_ok() {
            return Ok(());
        }
        let text = format!(
            "{} took {} % of {file} within {} s; it keeps {}",
            known.mac,
            served.percent(),
            limit.as_secs(),
            known.firmware
        );
        trouble(FailureKind::Firmware, text)
    }

    /// Waits until the device is back with its new firmware. Its access point vanishes and returns meanwhile.
    async fn until_updated(
        &self,
        task: &Provision,
        file: &FirmwareFile,
        known: &Known,
        mut joined: Joined,
        fetched_at: Instant,
    ) -> Result<Joined, Halt> {
        let until = Instant::now() + self.tools.patience.update;
        let (mut shows, mut was_away) = (None, false);
        loop {
            match self.look(task, known.mac, &mut joined).await? {
                Look::Away => was_away = true,
                Look::There(device) => {
                    let now = device.identity().firmware.id().to_owned();
                    if file.is_installed(&now) {
                        return Ok(joined);
                    }
                    if was_away && restarted_since(&device, fetched_at).await {
                        let text = format!("{} restarted with {now} instead of {}", known.mac, file.version());
                        return trouble(FailureKind::Firmware, text);
                    }
                    shows = Some(now);
                }
            }
            if Instant::now() >= until {
                break;
            }
            sleep(self.tools.patience.look).await;
        }
        let (mac, waited) = (known.mac, self.tools.patience.update.as_secs());
        let text = if let Some(now) = shows {
            format!("{mac} fetched {file}, and shows {now} still after {waited} s")
        } else {
            format!("{mac} fetched {file}, and did not come back to its access point in {waited} s")
        };
        trouble(FailureKind::Firmware, text)
    }

    /// Looks once who is at the access point, and joins it again where it was gone.
    async fn look(&self, task: &Provision, mac: Mac, joined: &mut Joined) -> Result<Look, Halt> {
        let wifi = self.tools.wifi;
        if !wifi.is_joined(joined).await.unwrap_or(false) {
            let seen = wifi.scan().await.unwrap_or_default();
            let Some(point) = seen.into_iter().find(|point| point.ssid == task.ssid) else { return Ok(Look::Away) };
            let join = Join {
                ssid: task.ssid.clone(),
                bssid: Some(point.bssid),
                key: task.access_point_key.clone(),
                limit: self.tools.patience.join,
            };
            match wifi.join(&join).await {
                Ok(again) => *joined = again,
                Err(error) if error.is_permission() => return Err(error.into()),
                Err(_) => return Ok(Look::Away),
            }
        }
        let (endpoint, options) = (Endpoint::from(joined.device), self.options_for(joined));
        match Device::connect(endpoint, Some(mac), task.credentials.clone(), options).await {
            Ok(device) => Ok(Look::There(Box::new(device))),
            Err(error @ shelly_driver::Error::WrongDevice { .. }) => Err(device_trouble(&error)),
            Err(_) => Ok(Look::Away),
        }
    }
}

/// Whether the device has restarted since then. One that was only busy for a moment has not.
async fn restarted_since(device: &Device, moment: Instant) -> bool {
    let Ok(status) = device.status().await else { return false };
    uptime(&status).is_some_and(|uptime_s| uptime_s < moment.elapsed().as_secs())
}
