//! Reads what a device publishes by itself.

use shelly_mqtt::{Message, Received, Subscription};

use super::super::News;
use crate::frame::Frame;

/// What one device publishes by itself: notifications, whether it is there, and the status of components where it
/// publishes that.
///
/// After a loss of the connection to the broker, [`News::Lagged`] with zero missed says that something may be missing.
#[derive(Debug)]
pub struct MqttNews {
    subscription: Subscription,
    /// Topic prefix of the device, with its slash.
    prefix: String,
}

impl MqttNews {
    pub(super) fn new(subscription: Subscription, prefix: &str) -> Self {
        Self { subscription, prefix: format!("{prefix}/") }
    }

    /// Waits for the next; none when the broker is closed. Loses nothing when it is dropped while it waits.
    pub async fn next(&mut self) -> Option<News> {
        loop {
            match self.subscription.recv().await? {
                Received::Message(message) => {
                    if let Some(news) = self.read(&message) {
                        return Some(news);
                    }
                }
                Received::Lagged { missed } => return Some(News::Lagged { missed }),
                _ => {}
            }
        }
    }

    /// None for topics that are not of this device, and for what the broker kept from before: that says nothing about now,
    /// except whether the device is there, which the broker takes back itself.
    fn read(&self, message: &Message) -> Option<News> {
        let unreadable = Some(News::Lagged { missed: 1 });
        match message.topic.strip_prefix(&self.prefix)? {
            topic if message.retained && topic != "online" => None,
            "events/rpc" => match Frame::parse(&message.payload) {
                Ok(Frame::Notification(news)) => Some(News::Notification(news)),
                _ => unreadable,
            },
            "online" => read_online(&message.payload).map(News::Online).or(unreadable),
            topic => {
                let key = topic.strip_prefix("status/")?.to_owned();
                match serde_json::from_slice(&message.payload) {
                    Ok(status) => Some(News::ComponentStatus { key, status }),
                    Err(_) => unreadable,
                }
            }
        }
    }
}

/// The text of the topic `online`.
pub(super) fn read_online(payload: &[u8]) -> Option<bool> {
    match payload {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}
