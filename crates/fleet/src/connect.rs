//! Opens conversations with devices, and keeps the record of how that went.

use chrono::{DateTime, Utc};
use fleet_model::{DeviceRecord, DeviceState};
use shelly_driver::{Class, Configuration, Device, Reading, Wanted};
use shelly_http::Endpoint;
use shelly_types::{Credentials, DeviceStatus, Mac};

use crate::{
    Error, Fleet,
    at_broker::is_elsewhere,
    ingest::{Report, is_later_start},
    lanes::Turn,
};

impl Fleet {
    /// The device of a turn, connected: the one that is open, or a new conversation. Its MAC is confirmed. What the turn
    /// wants is read along with its configuration.
    pub(crate) async fn connected<'t>(
        &self,
        turn: &'t mut Turn,
        record: &DeviceRecord,
    ) -> Result<&'t mut Device, Error> {
        // It may have been reached elsewhere: where the address sent us, over TLS, or at the broker.
        let is_there = turn.device.as_ref().is_some_and(|device| {
            turn.dialled.as_ref() == Some(&record.endpoint) || device.endpoint().to_string() == record.endpoint
        });
        if !is_there {
            turn.device = None;
            turn.device = Some(Box::pin(self.open(turn, record)).await?);
            turn.dialled = Some(record.endpoint.clone());
        }
        let wanted = turn.wanted.clone();
        let device = turn.device.as_mut().ok_or_else(|| Error::internal("keep a conversation", "it is gone"))?;
        device.want(wanted);
        Ok(device)
    }

    async fn open(&self, turn: &mut Turn, record: &DeviceRecord) -> Result<Device, Error> {
        let dialled = endpoint(&record.endpoint)?;
        if let Some(device) = self.password_settle(turn, record).await? {
            return Ok(device);
        }
        let credentials = self.credentials_of(record.mac).await?;
        let connected = Device::connect(dialled.clone(), Some(record.mac), credentials.clone(), self.manners_of(turn));
        let mut connected = connected.await;
        if connected.as_ref().is_err_and(|error| is_elsewhere(error.class())) && turn.road.go_directly() {
            // It may be reached itself by now.
            let options = self.manners_of(turn);
            options.manners.is_there();
            connected = Device::connect(dialled.clone(), Some(record.mac), credentials.clone(), options).await;
        }
        match connected {
            Ok(device) => {
                if *device.endpoint() != dialled {
                    self.device_moved(record.mac, &device.endpoint().to_string()).await?;
                }
                Ok(device)
            }
            Err(error) => match self.over_broker(record.mac, self.manners_of(turn), error).await {
                Ok(device) => Ok(device),
                Err(error) => self.over_agent(turn, record, credentials.as_ref(), error).await,
            },
        }
    }

    /// How the device of a turn is spoken to: with the manners that its lane remembers, which no other device shares, and
    /// over the connection that is open to it.
    pub(crate) fn manners_of(&self, turn: &Turn) -> shelly_driver::Options {
        turn.road.options(&self.options().driver)
    }

    /// The login that is known for a device: its own, else that of the credential set which opened it.
    pub(crate) async fn credentials_of(&self, mac: Mac) -> Result<Option<Credentials>, Error> {
        Ok(self.store().device_credentials(mac).await?)
    }

    /// Reads a device's status in its turn, and has what came of it stored.
    pub(crate) async fn read_status(&self, turn: &mut Turn, record: &DeviceRecord) -> Result<DeviceStatus, Error> {
        let result = self.status_any_way(turn, record).await;
        self.note(turn, record.mac, result.as_ref().map(Clone::clone)).await;
        result
    }

    /// The same for who does not need the status.
    pub(crate) async fn poll_status(&self, turn: &mut Turn, record: &DeviceRecord) -> Result<(), Error> {
        match self.status_any_way(turn, record).await {
            Ok(status) => {
                self.note(turn, record.mac, Ok(status)).await;
                Ok(())
            }
            Err(error) => {
                self.note(turn, record.mac, Err(&error)).await;
                Err(error)
            }
        }
    }

    async fn status_any_way(&self, turn: &mut Turn, record: &DeviceRecord) -> Result<DeviceStatus, Error> {
        self.any_way(turn, record, async |device| device.status().await).await
    }

    /// Reads something of the device of a turn, and tries once more over the broker when nobody was reached and it is there.
    async fn any_way<T>(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        read: impl AsyncFn(&mut Device) -> Result<T, shelly_driver::Error>,
    ) -> Result<T, Error> {
        let result = match self.connected(turn, record).await {
            Ok(device) => read(device).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        if !self.has_other_way(turn, record.mac, &result) {
            return result;
        }
        turn.device = None;
        Ok(read(self.connected(turn, record).await?).await?)
    }

    /// Reads a device's status and configuration in its turn, with what is wanted of its resources, and has the status
    /// stored.
    pub(crate) async fn read_all(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        wanted: Wanted,
    ) -> Result<Reading, Error> {
        turn.wanted = wanted;
        let read = async |device: &mut Device| {
            let reading = device.read().await?;
            device.learn_name(&reading.configuration.observed);
            Ok(reading)
        };
        let result = self.any_way(turn, record, read).await;
        self.note(turn, record.mac, result.as_ref().map(|reading: &Reading| reading.status.clone())).await;
        result
    }

    /// Reads a device's configuration in its turn. The status of one that was away is read and stored as well.
    pub(crate) async fn read_configuration(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        wanted: Wanted,
    ) -> Result<Configuration, Error> {
        if record.state != DeviceState::Online {
            return Ok(self.read_all(turn, record, wanted).await?.configuration);
        }
        turn.wanted = wanted;
        let read = async |device: &mut Device| {
            let configuration = device.configuration().await?;
            device.learn_name(&configuration.observed);
            Ok(configuration)
        };
        let result = self.any_way(turn, record, read).await;
        if let Err(error) = &result {
            self.note(turn, record.mac, Err(error)).await;
        }
        result
    }

    /// Hands what became of talking to a device on to be stored. Trouble ends the conversation.
    pub(crate) async fn note(&self, turn: &mut Turn, mac: Mac, result: Result<DeviceStatus, &Error>) {
        let report = match result {
            Ok(status) => {
                let at = self.now();
                introduced_after_restart(turn, &status, at).await;
                let identity = turn.device.as_ref().map(Device::shared_identity);
                if let Some(device) = &turn.device {
                    turn.road.note_carried(device);
                }
                Report::answered(mac, at, status, identity)
            }
            Err(error) => {
                turn.device = None;
                if error.device_class() == Some(Class::Unauthorized) {
                    // The connection was logged in with a password that is no longer right.
                    turn.road.links.detach();
                }
                match Trouble::of(error) {
                    Some(trouble) => Report::trouble(mac, self.now(), trouble),
                    None => return,
                }
            }
        };
        self.reports().send(report).await;
    }
}

/// Has a device that started since its last reading say once more who it is: it may have other firmware. One that does not
/// is asked when the next conversation begins.
async fn introduced_after_restart(turn: &mut Turn, status: &DeviceStatus, at: DateTime<Utc>) {
    let booted_at = fleet_query::booted_at(status, at);
    let before = turn.booted_at;
    turn.booted_at = booted_at.or(before);
    if is_later_start(before, booted_at)
        && let Some(device) = &mut turn.device
        && device.introduce().await.is_err()
    {
        turn.device = None;
    }
}

/// Why a device could not be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) state: DeviceState,
    pub(crate) class: Class,
    /// Another device that answered in its place.
    pub(crate) other_device: Option<Mac>,
    pub(crate) reason: String,
}

impl Trouble {
    /// The state a device is in after `error`; none when the error says nothing about reaching it.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        if error.is_left_to_update() {
            return None;
        }
        let class = error.device_class()?;
        let state = match class {
            _ if error.is_about_trust() => DeviceState::Offline,
            Class::Unreachable | Class::Interrupted | Class::Garbled => DeviceState::Offline,
            Class::Unauthorized => DeviceState::Unauthorized,
            Class::LockedOut => DeviceState::LockedOut,
            Class::WrongDevice => DeviceState::WrongDevice,
            Class::Refused | Class::Unsupported => return None,
        };
        Some(Self { state, class, other_device: error.other_device(), reason: error.chain() })
    }
}

/// An address as it is kept.
pub(crate) fn endpoint(text: &str) -> Result<Endpoint, Error> {
    text.parse().map_err(|error| Error::internal(format!("read the address `{text}`"), error))
}
