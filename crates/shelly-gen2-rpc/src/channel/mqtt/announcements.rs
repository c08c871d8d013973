//! Finds out which devices there are at a broker.

use std::collections::HashMap;

use serde_json::Value;
use shelly_mqtt::{Broker, Filter, Message, Received, Subscription};

use super::news::read_online;

/// Prefixes that are remembered. With more, those known are forgotten, and told again when they are heard.
const MOST: usize = 10_000;

/// A device at a broker, told when it is first heard and whenever something else is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighted {
    /// Topic prefix, for [`MqttLink::channel`](super::MqttLink::channel).
    pub prefix: String,
    /// Device id, from a notification, or from the prefix where the owner left it as it was.
    pub device: Option<String>,
    /// Whether it is there, where it has said so.
    pub online: Option<bool>,
}

/// Listens for devices of Gen2 and later at a broker: what they publish as `online` and as notifications.
///
/// What Gen1 announces (`shellies/announce`) is for whoever subscribes to it at the [`Broker`].
#[derive(Debug)]
pub struct Announcements {
    subscription: Subscription,
    known: HashMap<String, Sighted>,
}

impl Announcements {
    /// Listens at `broker` for prefixes of the form `prefixes`, topic filters themselves. `+` is for prefixes without
    /// a slash, such as those that devices have from the factory.
    ///
    /// # Errors
    /// When one is no topic filter.
    pub fn new<'a>(
        broker: &Broker,
        prefixes: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, shelly_mqtt::ParseFilterError> {
        let topics =
            prefixes.into_iter().flat_map(|prefix| ["online", "events/rpc"].map(|end| format!("{prefix}/{end}")));
        let filters: Vec<Filter> = topics.map(|topic| topic.parse()).collect::<Result<_, _>>()?;
        Ok(Self { subscription: broker.subscribe(filters), known: HashMap::new() })
    }

    /// Waits until something new is known about a device; none when the broker is closed.
    pub async fn next(&mut self) -> Option<Sighted> {
        loop {
            if let Received::Message(message) = self.subscription.recv().await?
                && let Some(sighted) = self.learn(&message)
            {
                return Some(sighted);
            }
        }
    }

    /// What a message tells that was not known.
    fn learn(&mut self, message: &Message) -> Option<Sighted> {
        let topic = &*message.topic;
        let (prefix, online) = match topic.strip_suffix("/online") {
            Some(prefix) => (prefix, Some(read_online(&message.payload)?)),
            None => (topic.strip_suffix("/events/rpc")?, None),
        };
        let known = self.known.get(prefix);
        let device = match (online, known.and_then(|known| known.device.as_deref())) {
            (_, Some(device)) => Some(device.to_owned()),
            (Some(_), None) => is_device_id(prefix).then(|| prefix.to_owned()),
            (None, None) => Some(sender(&message.payload)?),
        };
        let online = online.or_else(|| known.and_then(|known| known.online));
        let sighted = Sighted { prefix: prefix.to_owned(), device, online };
        if known == Some(&sighted) {
            return None;
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(prefix.to_owned(), sighted.clone());
        Some(sighted)
    }
}

/// Whether a prefix looks like the id of a device: a name, and its hardware address.
fn is_device_id(prefix: &str) -> bool {
    let Some((name, mac)) = prefix.rsplit_once('-') else { return false };
    !name.is_empty() && mac.len() == 12 && mac.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Who sent a notification, if it is a device.
fn sender(payload: &[u8]) -> Option<String> {
    let frame: Value = serde_json::from_slice(payload).ok()?;
    let src = frame.get("src")?.as_str()?;
    is_device_id(src).then(|| src.to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_device_id;

    #[test]
    fn ids_of_devices_are_told_from_other_prefixes() {
        for id in ["shellyplus1pm-a8032ab12345", "ShellyWallDisplay-00A0C9112233"] {
            assert!(is_device_id(id), "{id}");
        }
        for other in ["zigbee2mqtt", "-a8032ab12345", "shelly-a8032ab1234", "shelly-a8032ab1234x", "kitchen-lamp"] {
            assert!(!is_device_id(other), "{other}");
        }
    }
}
