//! Evidence from what devices say on a broker.

use std::{collections::HashMap, net::Ipv4Addr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use shelly_gen1::mqtt::{Announcement, Body, DeviceOrder, Message};
use shelly_gen2_rpc::frame::Frame;
use shelly_http::Endpoint;
use shelly_mqtt::{Broker, Delivery, Filter, Received, State};
use shelly_types::{Generation, Mac, Model};

use crate::{
    DeviceId, Ending, Seen, Source, SourceError, SourceKind,
    seen::fact,
    sources::{Context, News},
};

/// Topics that announce devices: two of Gen1, two of Gen2 and later (reference/gen1/mqtt.json, gen2 protocol 3.5).
const TOPICS: [&str; 4] = ["shellies/announce", "shellies/+/announce", "+/online", "+/events/rpc"];

/// Topics whose last evidence is remembered.
const MOST_TOPICS: usize = 4096;

/// One topic is read again after so long, in seconds. A device is no less there in between.
const PAUSE_SECONDS: i64 = 30;

/// On which broker to listen.
#[derive(Debug, Clone)]
pub struct MqttOptions {
    /// The connection. It stays open when the source stops.
    pub broker: Broker,
    /// More topics, for devices whose owner chose a topic of several levels: `house/+/events/rpc`.
    pub also: Vec<Filter>,
}

impl MqttOptions {
    /// This broker, with the topics that devices have unless told otherwise.
    pub fn new(broker: Broker) -> Self {
        Self { broker, also: Vec::new() }
    }
}

/// What a message says about a device; none when it is about none.
///
/// A message that the broker kept says nothing about now, except that a device is online: the broker takes that back
/// when the device is gone.
pub fn seen(topic: &str, payload: &[u8], retained: bool, at: DateTime<Utc>) -> Option<Seen> {
    let mut seen = if let Some(prefix) = topic.strip_suffix("/online") {
        (payload == b"true").then(|| by_topic(prefix, at))?.filter(|(_, id)| id.is_shelly())?.0
    } else if retained {
        return None;
    } else if let Some(prefix) = topic.strip_suffix("/events/rpc") {
        match by_topic(prefix, at) {
            // The id is the topic unless the owner chose another, and then nothing needs to be read.
            Some((seen, id)) if id.is_shelly() && id.ending().mac().is_some() => seen,
            _ => by_frame(payload, at)?,
        }
    } else {
        let Body::Announce(announcement) = Message::parse(topic, payload).body else { return None };
        announced(&announcement, at)?
    };
    if let Some(prefix) = topic.strip_suffix("/online").or_else(|| topic.strip_suffix("/events/rpc")) {
        seen.facts.insert(fact::TOPIC, prefix);
    }
    Some(seen)
}

fn by_topic(prefix: &str, at: DateTime<Utc>) -> Option<(Seen, DeviceId)> {
    let last = prefix.rsplit('/').next().unwrap_or(prefix);
    let id: DeviceId = last.parse().ok()?;
    Some((Seen::new(Source::Mqtt, at).with_id(last, &id), id))
}

fn by_frame(payload: &[u8], at: DateTime<Utc>) -> Option<Seen> {
    let Ok(Frame::Notification(notification)) = Frame::parse(payload) else { return None };
    let src = notification.src?;
    let id: DeviceId = src.parse().ok()?;
    Some(Seen::new(Source::Mqtt, at).with_id(&src, &id))
}

/// What an announcement says. Gen2 and later announce themselves with `gen` in it.
fn announced(announcement: &Announcement, at: DateTime<Utc>) -> Option<Seen> {
    let mac: Option<Mac> = announcement.mac.as_str().and_then(|mac| mac.parse().ok());
    let id = announcement.id.as_str();
    let mut seen = Seen::new(Source::Mqtt, at);
    match (mac, id.and_then(|id| id.parse::<DeviceId>().ok())) {
        (Some(mac), _) => seen = seen.with_ending(Ending::Mac(mac)),
        (None, Some(id)) => seen = seen.with_ending(id.ending()),
        (None, None) => return None,
    }
    let extra = |word: &str| announcement.extra.get(word);
    let generation = extra("gen").map_or(Some(1), |told| told.as_u64().and_then(|told| u8::try_from(told).ok()));
    seen.generation = generation.map(Generation);
    seen.id = id.map(str::to_owned);
    seen.model = announcement.model.as_str().map(Model::new);
    seen.app = extra("app").and_then(Value::as_str).map(str::to_owned);
    seen.name = extra("name").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned);
    let firmware = announcement.firmware.as_str().or_else(|| extra("fw_id").and_then(Value::as_str));
    let facts = [
        (fact::FIRMWARE, firmware),
        (fact::VERSION, extra("ver").and_then(Value::as_str)),
        (fact::PROFILE, announcement.mode.as_str()),
        (fact::IP, announcement.ip.as_str()),
    ];
    for (word, value) in facts {
        if let Some(value) = value {
            seen.facts.insert(word, value);
        }
    }
    if let Some(offered) = announcement.new_fw.get() {
        seen.facts.insert(fact::UPDATE, offered.is_on().to_string());
    }
    seen.address = announcement.ip.as_str().and_then(reachable).map(|ip| Endpoint::new(ip.to_string(), 80));
    Some(seen)
}

/// The address, unless it is one behind the access point of a device (192.168.33.0/24), where only that device is.
fn reachable(text: &str) -> Option<Ipv4Addr> {
    let ip: Ipv4Addr = text.parse().ok()?;
    (!ip.is_unspecified() && ip.octets()[..3] != [192, 168, 33]).then_some(ip)
}

/// Listens until the broker is closed, and asks for announcements whenever a connection begins.
pub(crate) async fn run(options: &MqttOptions, context: &Context) -> SourceError {
    let own: Vec<Filter> = TOPICS.iter().filter_map(|topic| topic.parse().ok()).collect();
    let mut messages = options.broker.subscribe(own.iter().chain(&options.also).cloned());
    let mut topics = Recent::default();
    let listen = async {
        while let Some(received) = messages.recv().await {
            let Received::Message(message) = received else { continue };
            let now = context.now();
            if topics.is_due(&message.topic, now)
                && let Some(seen) = seen(&message.topic, &message.payload, message.retained, now)
            {
                topics.note(&message.topic, now);
                context.reporter().tell(seen).await;
            }
        }
    };
    tokio::select! {
        () = listen => {}
        () = watch(&options.broker, &own, context) => {}
    }
    SourceError::Ended
}

/// Reports how the connection is, and asks for announcements when it begins.
async fn watch(broker: &Broker, filters: &[Filter], context: &Context) {
    let mut state = broker.state();
    loop {
        let now = state.borrow_and_update().clone();
        match now {
            State::Connected => {
                context.report(News::Running(SourceKind::Mqtt)).await;
                if let Err(error) = ask(broker, filters).await {
                    context.report(News::Failed { kind: SourceKind::Mqtt, error: error.into() }).await;
                }
            }
            State::Lost { reason, .. } => {
                let error = SourceError::Broker { address: broker.address().to_string(), reason };
                context.report(News::Failed { kind: SourceKind::Mqtt, error }).await;
            }
            _ => {}
        }
        if state.changed().await.is_err() {
            return;
        }
    }
}

async fn ask(broker: &Broker, filters: &[Filter]) -> Result<(), shelly_mqtt::Error> {
    for filter in filters {
        broker.established(filter).await?;
    }
    let message = Message::to_everyone(DeviceOrder::Announce);
    broker.publish(&message.topic(), message.payload(), Delivery::default())
}

/// When topics last gave evidence.
#[derive(Debug, Default)]
struct Recent(HashMap<Arc<str>, DateTime<Utc>>);

impl Recent {
    fn is_due(&self, topic: &str, now: DateTime<Utc>) -> bool {
        // All announcements share one topic.
        topic == TOPICS[0] || self.0.get(topic).is_none_or(|at| now - *at >= TimeDelta::seconds(PAUSE_SECONDS))
    }

    fn note(&mut self, topic: &Arc<str>, now: DateTime<Utc>) {
        if self.0.len() >= MOST_TOPICS {
            self.0.clear();
        }
        self.0.insert(Arc::clone(topic), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const MAC: &str = "A8032AB12345";

    #[test]
    fn b1_announcements_of_gen1_are_read() {
        let payload = br#"{"id":"shellyplug-s-6A1122","model":"SHPLG-S","mac":"C45BBE6A1122","ip":"10.0.0.7",
            "new_fw":true,"fw_ver":"20230913-113421/v1.14.0-gcb84623"}"#;
        let whole = seen("shellies/announce", payload, false, AT).unwrap();
        assert_eq!((whole.mac, whole.generation), ("C45BBE6A1122".parse().ok(), Some(Generation::GEN1)));
        assert_eq!((whole.model, whole.address), (Some(Model::new("SHPLG-S")), Some(Endpoint::new("10.0.0.7", 80))));
        assert_eq!(whole.facts.get(fact::UPDATE), Some("true"));
        assert!(seen("shellies/plug/announce", payload, false, AT).is_some());
        assert_eq!(seen("shellies/announce", payload, true, AT), None, "kept announcements are old");
        let hidden = String::from_utf8_lossy(payload).replace("10.0.0.7", "192.168.33.3");
        assert_eq!(seen("shellies/announce", hidden.as_bytes(), false, AT).unwrap().address, None);
        let short = br#"{"id":"shellyht-6A1122","model":"SHHT-1"}"#;
        assert_eq!(seen("shellies/announce", short, false, AT).unwrap().suffix, "6A1122".parse().ok());
    }

    #[test]
    fn b1_later_generations_are_known_by_topic_or_frame() {
        let online = seen("shellyplus1-a8032ab12345/online", b"true", true, AT).unwrap();
        assert_eq!((online.mac, online.facts.get(fact::TOPIC)), (MAC.parse().ok(), Some("shellyplus1-a8032ab12345")));
        assert_eq!(seen("shellyplus1-a8032ab12345/online", b"false", false, AT), None);
        assert_eq!(seen("bridge-a8032ab12345/online", b"true", false, AT), None);
        let frame =
            br#"{"src":"shellyplus1-a8032ab12345","dst":"house/events","method":"NotifyStatus","params":{"ts":1}}"#;
        for topic in ["kitchen/events/rpc", "shellyplus1-a8032ab12345/events/rpc", "house/plug/events/rpc"] {
            assert_eq!(seen(topic, frame, false, AT).unwrap().mac, MAC.parse().ok(), "{topic}");
        }
        let announce = br#"{"id":"shellyplus1-a8032ab12345","mac":"A8032AB12345","model":"SNSW-001X16EU","gen":2,
            "fw_id":"20241011-114455/1.4.4-g6d2a586","ver":"1.4.4","app":"Plus1","ip":"10.0.0.8","name":null}"#;
        let told = seen("shellies/announce", announce, false, AT).unwrap();
        assert_eq!((told.generation, told.app.as_deref()), (Some(Generation::GEN2), Some("Plus1")));
    }

    #[test]
    fn what_is_no_device_is_nothing() {
        for (topic, payload) in [
            ("shellies/announce", &b"announce"[..]),
            ("shellies/announce", b"{}"),
            ("kitchen/events/rpc", b"\xff"),
            ("/online", b"true"),
            ("", b""),
        ] {
            assert_eq!(seen(topic, payload, false, AT), None, "{topic}");
        }
    }
}
