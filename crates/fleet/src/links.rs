//! Knows the devices that are at the broker, as the way to those that do not answer at their address.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use shelly_driver::{Device, Link, Memory};
use shelly_types::Mac;

use crate::{Error, Fleet, lanes::Turn};

/// The devices that are at the broker.
#[derive(Debug, Default)]
pub(crate) struct BrokerLinks(Mutex<HashMap<Mac, AtBroker>>);

/// A device at the broker.
#[derive(Debug)]
struct AtBroker {
    /// The way to call it; none for Gen1.
    link: Option<Link>,
    /// It tells there what is new.
    tells: bool,
}

impl BrokerLinks {
    /// The device is there.
    pub(crate) fn arrived(&self, mac: Mac, link: Option<Link>) {
        self.all().entry(mac).or_insert(AtBroker { link, tells: false });
    }

    /// It is there no more.
    pub(crate) fn left(&self, mac: Mac) {
        self.all().remove(&mac);
    }

    /// Nobody is there: the broker is gone.
    pub(crate) fn all_left(&self) {
        self.all().clear();
    }

    /// Whether the device tells there what is new, so that it need not be asked often.
    pub(crate) fn set_tells(&self, mac: Mac, tells: bool) {
        if let Some(device) = self.all().get_mut(&mac) {
            device.tells = tells;
        }
    }

    /// The same, asked.
    pub(crate) fn tells(&self, mac: Mac) -> bool {
        self.all().get(&mac).is_some_and(|device| device.tells)
    }

    /// The way to call a device that is there.
    pub(crate) fn link(&self, mac: Mac) -> Option<Link> {
        self.all().get(&mac)?.link.clone()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Mac, AtBroker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fleet {
    /// The device over the broker, after its address gave `error`; that error again when the device is not there either.
    pub(crate) async fn over_broker(
        &self,
        mac: Mac,
        options: shelly_driver::Options,
        error: shelly_driver::Error,
    ) -> Result<Device, Error> {
        let link = self.broker_links().link(mac).filter(|_| error.is_unreachable());
        let Some(link) = link else { return Err(error.into()) };
        // Its address alone is silent.
        options.manners.is_there();
        match Device::over(link, mac, options).await {
            Ok(device) => {
                tracing::info!(device.mac = %mac, error = error.chain(), "a device is called over the broker");
                Ok(device)
            }
            Err(other) => {
                tracing::debug!(device.mac = %mac, error = other.chain(), "a device does not answer over the broker");
                Err(error.into())
            }
        }
    }

    /// Whether a question that nothing came of can be asked over the broker: nobody was reached, and the device is there.
    pub(crate) fn has_other_way<T>(&self, turn: &Turn, mac: Mac, result: &Result<T, Error>) -> bool {
        let is_unreachable =
            result.as_ref().is_err_and(|error| error.device_class() == Some(shelly_driver::Class::Unreachable));
        is_unreachable
            && turn.device.as_ref().is_some_and(|device| !device.is_over_broker())
            && self.broker_links().link(mac).is_some()
    }

    /// Reads a device to follow it from there on, and has its status stored.
    pub(crate) async fn begin_to_follow(&self, record: &fleet_model::DeviceRecord) -> Result<Memory, Error> {
        let mut turn = self.lanes().background(record.mac).await;
        let result: Result<_, Error> = async {
            let device = self.connected(&mut turn, record).await?;
            Ok(device.begin_to_follow().await?)
        }
        .await;
        match result {
            Ok((status, memory)) => {
                self.note(&mut turn, record.mac, Ok(status)).await;
                Ok(memory)
            }
            Err(error) => {
                self.note(&mut turn, record.mac, Err(&error)).await;
                Err(error)
            }
        }
    }
}
