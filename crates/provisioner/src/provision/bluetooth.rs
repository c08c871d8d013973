//! The way over Bluetooth: the same device, the same writes, and the WiFi of the host stays as it is (L7).

use std::sync::Arc;

use bluetooth_control::{Bluetooth, Error as BluetoothError, Limits, RpcOverGatt, Seen};
use futures::future::BoxFuture;
use shelly_driver::{CarriedChannel, CarryFrames, Device, Link, NotCarried};
use shelly_types::Mac;
use tokio::time::{Instant, sleep};
use wifi_control::WifiControl;

use super::{Contact, Halt, Provisioning, chain, forward::device_trouble, trouble};
use crate::{FailureKind, FindOnLan, Journal, Provision, Step};

/// Attempts to connect. The radio is shared with whatever else the host does with it, so that the first may fail.
const ATTEMPTS: u32 = 3;

/// Frames over Bluetooth, for the driver.
#[derive(Debug)]
pub(super) struct Frames(RpcOverGatt);

impl CarryFrames for Frames {
    fn exchange<'a>(&'a self, frame: &'a str) -> BoxFuture<'a, Result<Vec<u8>, NotCarried>> {
        Box::pin(async move {
            self.0.exchange(frame.as_bytes()).await.map_err(|error| {
                let sent = !matches!(error, BluetoothError::TooLong { .. });
                NotCarried { why: chain(&error), sent }
            })
        })
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl<W: WifiControl, F: FindOnLan, J: Journal> Provisioning<'_, W, F, J> {
    /// From the device into the network, over Bluetooth.
    pub(super) async fn by_bluetooth(&mut self, task: &Provision) -> Result<(), Halt> {
        if task.firmware.is_some() {
            let text = "firmware is served at the access point of a device only; leave it out, or go that way";
            return trouble(FailureKind::Unsupported, text);
        }
        let Some(bluetooth) = self.tools.bluetooth else {
            return trouble(FailureKind::Unsupported, "this agent has no Bluetooth");
        };
        let seen = self.until_advertised(bluetooth, task).await?;
        let mac = expected_mac(task, &seen)?;
        let signal = seen.signal_dbm.map(|dbm| format!(" at {dbm} dBm")).unwrap_or_default();
        self.told(Step::Joining, format!("{} over Bluetooth{signal}", seen.name));
        let frames = self.talk(bluetooth, &seen).await?;
        self.told(Step::Identifying, "");
        let link = link(&frames, task.ssid.as_str(), task.credentials.clone());
        let device = Device::over(link, mac, (self.tools.options)()).await;
        let mut device = device.map_err(|error| device_trouble(&error))?;
        self.check(task, &device).await?;
        self.write(task, &Contact::Bluetooth(frames), &mut device).await?;
        drop(device);
        self.hang_up().await;
        Ok(())
    }

    async fn until_advertised(&mut self, bluetooth: &dyn Bluetooth, task: &Provision) -> Result<Seen, Halt> {
        self.told(Step::Preparing, format!("looks for {} over Bluetooth", task.ssid));
        let until = Instant::now() + self.tools.patience.appear;
        loop {
            let seen = bluetooth.scan(self.tools.patience.listen).await?;
            if let Some(seen) = seen.into_iter().find(|seen| seen.name.eq_ignore_ascii_case(task.ssid.as_str())) {
                return Ok(seen);
            }
            if Instant::now() >= until {
                let text = format!(
                    "{} is not in range of Bluetooth; switch it off and on, or bring the agent closer",
                    task.ssid
                );
                return trouble(FailureKind::NoAccessPoint, text);
            }
            sleep(self.tools.patience.pause).await;
        }
    }

    async fn talk(&self, bluetooth: &dyn Bluetooth, seen: &Seen) -> Result<Arc<Frames>, BluetoothError> {
        let mut attempt = 1;
        loop {
            match bluetooth.connect(seen, self.tools.patience.join).await {
                Ok(link) => return Ok(Arc::new(Frames(RpcOverGatt::new(link, Limits::default())))),
                Err(error @ BluetoothError::NoRpc { .. }) => return Err(error),
                Err(error) if error.is_permission() || attempt >= ATTEMPTS => return Err(error),
                Err(error) => tracing::info!(error = %chain(&error), "not connected over Bluetooth yet"),
            }
            attempt += 1;
            sleep(self.tools.patience.pause).await;
        }
    }

    /// Ends the connection over Bluetooth, also one of a former life.
    pub(super) async fn hang_up(&self) {
        let Some(bluetooth) = self.tools.bluetooth else { return };
        if let Err(error) = bluetooth.release(self.position.ssid.as_str()).await {
            tracing::warn!(error = %chain(&error), "a Bluetooth connection may still be there");
        }
    }

    /// Connects once more with the device, to put it back; why not, when it did not work.
    pub(super) async fn reconnect(&self, mac: Mac) -> Result<Device, String> {
        let bluetooth = self.tools.bluetooth.ok_or_else(|| "this agent has no Bluetooth".to_owned())?;
        let name = self.position.ssid.as_str();
        let seen = bluetooth.scan(self.tools.patience.listen).await.map_err(|error| chain(&error))?;
        let seen = seen.into_iter().find(|seen| seen.name.eq_ignore_ascii_case(name));
        let seen = seen.ok_or_else(|| format!("{name} is not in range of Bluetooth"))?;
        let frames = self.talk(bluetooth, &seen).await.map_err(|error| chain(&error))?;
        let link = link(&frames, name, self.task.and_then(|task| task.credentials.clone()));
        Device::over(link, mac, (self.tools.options)()).await.map_err(|error| chain(&error))
    }
}

fn link(frames: &Arc<Frames>, name: &str, credentials: Option<shelly_types::Credentials>) -> Link {
    let carrier: Arc<dyn CarryFrames> = Arc::<Frames>::clone(frames);
    CarriedChannel::bluetooth(carrier, name, credentials).into()
}

/// Who it has to be: as the task says, else as it is called or advertises.
fn expected_mac(task: &Provision, seen: &Seen) -> Result<Mac, Halt> {
    let expected = task.expected();
    if let Some(mac) = expected.as_ref().and_then(crate::Expected::mac) {
        return Ok(mac);
    }
    let said = seen.mac().and_then(|digits| digits.parse::<Mac>().ok());
    match (expected, said) {
        (Some(expected), Some(said)) if !expected.is(said) => {
            let text = format!("{} says that it is {said}, not {expected}; nothing was written to it", seen.name);
            trouble(FailureKind::WrongDevice, text)
        }
        (_, Some(said)) => Ok(said),
        (_, None) => {
            let text = format!("{} does not say its hardware address; give all 12 digits with the task", seen.name);
            trouble(FailureKind::WrongDevice, text)
        }
    }
}

impl From<BluetoothError> for Halt {
    fn from(error: BluetoothError) -> Self {
        let kind = match &error {
            BluetoothError::NotInRange { .. } => FailureKind::NoAccessPoint,
            BluetoothError::NoRpc { .. } => FailureKind::WindowClosed,
            BluetoothError::Ended { .. } | BluetoothError::Length { .. } | BluetoothError::Pieces { .. } => {
                FailureKind::Device
            }
            _ => FailureKind::Radio,
        };
        Self::Trouble(kind, chain(&error))
    }
}
