//! Knows the devices that are at the broker, as the way to those that do not answer at their address.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use shelly_driver::{Brokered, Class, Device, Link, Memory, MqttTopic};
use shelly_types::Mac;

use crate::{Error, Fleet, at_broker::is_elsewhere, lanes::Turn};

/// Topics of devices that are remembered, ours and others; more are forgotten all at once.
const MOST: usize = 16_384;

/// The devices that are at the broker.
#[derive(Debug, Default)]
pub(crate) struct BrokerLinks {
    devices: Mutex<HashMap<Mac, AtBroker>>,
    brokered: OnceLock<Brokered>,
    /// Where devices of any owner were heard.
    topics: Mutex<HashMap<Mac, String>>,
}

/// A device at the broker.
#[derive(Debug)]
struct AtBroker {
    /// The way to call it; none for Gen1.
    link: Option<Link>,
    /// It tells there what is new.
    tells: bool,
}

impl BrokerLinks {
    /// From now on devices can be called there.
    pub(crate) fn open(&self, brokered: Brokered) {
        // Loops start once.
        let _ = self.brokered.set(brokered);
    }

    /// The way to call what publishes below a topic; none without a broker, or when this is no topic.
    pub(crate) fn link_to(&self, topic: &str) -> Option<Link> {
        self.brokered.get()?.hear(&MqttTopic::Prefix(topic.to_owned())).ok()?.link()
    }

    /// A device is said to publish below this topic. Who is there is asked before it is used.
    pub(crate) fn heard(&self, mac: Mac, topic: &str) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if topics.len() >= MOST {
            topics.clear();
        }
        topics.insert(mac, topic.to_owned());
    }

    /// Where a device was heard last.
    pub(crate) fn topic(&self, mac: Mac) -> Option<String> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner).get(&mac).cloned()
    }

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
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
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
        let link = self.broker_links().link(mac).filter(|_| is_elsewhere(error.class()));
        let Some(link) = link else { return Err(error.into()) };
        // Its address alone is silent, or somebody else's.
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

    /// Whether a question that nothing came of can be asked over the broker: nobody was reached or it was another device,
    /// so nothing was sent, and the device is there.
    pub(crate) fn has_other_way<T>(&self, turn: &Turn, mac: Mac, result: &Result<T, Error>) -> bool {
        let class = result.as_ref().err().and_then(Error::device_class);
        let is_unsent = matches!(class, Some(Class::Unreachable | Class::WrongDevice));
        is_unsent
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
