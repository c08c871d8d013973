//! Hears devices over a broker, and is the way to those of Gen2 and later there.

use std::sync::Arc;

use shelly_gen1::mqtt::Message;
use shelly_gen2_rpc::{
    News,
    channel::{MqttLink, MqttNews, MqttOptions},
};
use shelly_mqtt::{Broker, Filter, Received, Subscription};

use crate::{Follower, Gen1Follower, Link, Signal};

/// Where a device publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MqttTopic {
    /// Gen1: below `shellies/<this>/`, the setting `mqtt.id`.
    Gen1(String),
    /// Gen2 and later: below `<this>/`, the setting `mqtt.topic_prefix`.
    Prefix(String),
}

/// One broker as the way to any number of devices. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Brokered(MqttLink);

/// What one device publishes at a broker, and the memory that following it needs.
#[derive(Debug)]
pub struct MqttLive {
    ear: Ear,
    memory: Option<Memory>,
    missed: u64,
}

#[derive(Debug)]
enum Ear {
    Gen1(Subscription),
    Rpc(MqttNews, Link),
}

/// What is remembered of a device to work into it what the device tells. Made by [`Device::begin_to_follow`].
///
/// [`Device::begin_to_follow`]: crate::Device::begin_to_follow
#[derive(Debug)]
pub enum Memory {
    /// Of Gen1.
    Gen1(Box<Gen1Follower>),
    /// Of Gen2 and later.
    Rpc(Follower),
}

impl Brokered {
    /// Uses this broker. Devices answer at `<name>/rpc`, so nobody else may have that name there.
    ///
    /// # Errors
    /// When the name is no topic.
    pub fn new(broker: Broker, name: &str) -> Result<Self, shelly_mqtt::Error> {
        let options = MqttOptions { source: name.to_owned(), ..MqttOptions::default() };
        MqttLink::new(broker, options).map(Self)
    }

    /// The connection.
    pub fn broker(&self) -> &Broker {
        self.0.broker()
    }

    /// Begins to hear a device, and nothing else that is at the broker.
    ///
    /// # Errors
    /// When the topic is none.
    pub fn hear(&self, topic: &MqttTopic) -> Result<MqttLive, shelly_mqtt::Error> {
        let ear = match topic {
            MqttTopic::Gen1(id) => {
                let address = || self.broker().address().clone();
                let topic = format!("shellies/{id}/#");
                let is_one = shelly_mqtt::is_topic(id);
                let filter: Option<Filter> = topic.parse().ok().filter(|_| is_one);
                let filter = filter.ok_or_else(|| shelly_mqtt::Error::Invalid { address: address(), topic })?;
                Ear::Gen1(self.broker().subscribe([filter]))
            }
            MqttTopic::Prefix(prefix) => {
                let channel = Arc::new(self.0.channel(prefix)?);
                Ear::Rpc(channel.subscribe(), Link::Mqtt(channel))
            }
        };
        Ok(MqttLive { ear, memory: None, missed: 0 })
    }
}

impl MqttLive {
    /// The way to call the device; none for Gen1.
    pub fn link(&self) -> Option<Link> {
        match &self.ear {
            Ear::Gen1(_) => None,
            Ear::Rpc(_, link) => Some(link.clone()),
        }
    }

    /// Works into this what the device tells from now on.
    pub fn follow_on(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// Whether there is something to work the news into.
    pub fn is_following(&self) -> bool {
        self.memory.is_some()
    }

    /// Messages that were lost so far because the reader was too slow.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// What the device tells next; none when the broker is closed. Before [`follow_on`](Self::follow_on), and after a
    /// loss of messages, it is whether the device is there and [`Signal::ReadAgain`]. What the broker kept from before
    /// is not told, except whether the device is there. Loses nothing when it is dropped while it waits.
    pub async fn next(&mut self) -> Option<Vec<Signal>> {
        loop {
            let signals = match &mut self.ear {
                Ear::Gen1(subscription) => {
                    let received = subscription.recv().await?;
                    self.gen1(received)
                }
                Ear::Rpc(news, _) => {
                    let news = news.next().await?;
                    self.rpc(news)
                }
            };
            if !signals.is_empty() {
                return Some(signals);
            }
        }
    }

    fn gen1(&mut self, received: Received) -> Vec<Signal> {
        let message = match received {
            Received::Message(message) => message,
            Received::Lagged { missed } => return self.lost(missed),
            _ => return Vec::new(),
        };
        if message.retained && !message.topic.ends_with("/online") {
            return Vec::new();
        }
        let message = Message::parse(&message.topic, &message.payload);
        match &mut self.memory {
            Some(Memory::Gen1(follower)) => follower.take_message(&message),
            _ => unknown(Gen1Follower::new("", &shelly_types::DeviceStatus::default()).take_message(&message)),
        }
    }

    fn rpc(&mut self, news: News) -> Vec<Signal> {
        if let News::Lagged { missed } = news {
            return self.lost(missed);
        }
        match &mut self.memory {
            Some(Memory::Rpc(follower)) => follower.take(news),
            _ => unknown(Follower::default().take(news)),
        }
    }

    fn lost(&mut self, missed: u64) -> Vec<Signal> {
        self.missed += missed;
        self.memory = None;
        vec![Signal::ReadAgain]
    }
}

/// What can be told without knowing the device: not the half of a reading.
fn unknown(signals: Vec<Signal>) -> Vec<Signal> {
    let (mut told, mut read_again) = (Vec::new(), false);
    for signal in signals {
        match signal {
            Signal::Component(..) | Signal::Gone(_) | Signal::ReadAgain => read_again = true,
            signal => told.push(signal),
        }
    }
    if read_again {
        told.push(Signal::ReadAgain);
    }
    told
}
