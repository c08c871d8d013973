//! What one source tells about one device at one time.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shelly_http::Endpoint;
use shelly_types::{Generation, Identity, Mac, Model};

use crate::{DeviceId, Ending, Suffix};

/// Longest word and value of a fact and longest name, in bytes. A TXT entry of mDNS has no more.
const LONGEST: usize = 255;

/// How a device was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// It answered at its address.
    Scan,
    /// It announces its services.
    Mdns,
    /// It sent a `CoIoT` datagram.
    Coiot,
    /// It spoke on a broker.
    Mqtt,
    /// It opened a WebSocket to us.
    OutboundSocket,
    /// A range extender lists it.
    Extender {
        /// The range extender.
        of: Mac,
    },
}

/// A [`Source`] without what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// Scan of addresses.
    Scan,
    /// mDNS.
    Mdns,
    /// `CoIoT`.
    Coiot,
    /// MQTT.
    Mqtt,
    /// Outbound WebSockets.
    OutboundSocket,
    /// Range extenders.
    Extender,
}

/// Words for facts that have the same meaning whatever the source. Other words are those of the device.
pub mod fact {
    /// Build id of the firmware.
    pub const FIRMWARE: &str = "firmware";
    /// Version of the firmware.
    pub const VERSION: &str = "version";
    /// Profile or mode.
    pub const PROFILE: &str = "profile";
    /// Whether a password is asked for: `true` or `false`.
    pub const AUTH: &str = "auth";
    /// Address that the device has for itself, where that is not how it is reached.
    pub const IP: &str = "ip";
    /// Where a connection of the device came from.
    pub const PEER: &str = "peer";
    /// Device part of its topics.
    pub const TOPIC: &str = "topic";
    /// Processor family of Gen1.
    pub const ARCH: &str = "arch";
    /// Whether a newer firmware is offered: `true` or `false`.
    pub const UPDATE: &str = "update";
}

/// What is known beside who and where: a value for each word. Bounded: the words that sort first are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub struct Facts(BTreeMap<Box<str>, Box<str>>);

/// Evidence: one source saw one device. Can be written and read, so that somebody elsewhere can look (B4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seen {
    /// How.
    pub source: Source,
    /// Hardware address, where the source tells all of it.
    pub mac: Option<Mac>,
    /// The end of the hardware address, where the source tells no more.
    pub suffix: Option<Suffix>,
    /// Generation.
    pub generation: Option<Generation>,
    /// Order code.
    pub model: Option<Model>,
    /// Application name of the firmware (Gen2+).
    pub app: Option<String>,
    /// Device id, as the source spells it.
    pub id: Option<String>,
    /// Name that the owner gave.
    pub name: Option<String>,
    /// Where it listens.
    pub address: Option<Endpoint>,
    /// When, by the clock of whoever merges: evidence from elsewhere gets the time at which it arrives.
    pub at: DateTime<Utc>,
    /// What else is known.
    pub facts: Facts,
}

impl Source {
    /// Which kind it is.
    pub fn kind(self) -> SourceKind {
        match self {
            Self::Scan => SourceKind::Scan,
            Self::Mdns => SourceKind::Mdns,
            Self::Coiot => SourceKind::Coiot,
            Self::Mqtt => SourceKind::Mqtt,
            Self::OutboundSocket => SourceKind::OutboundSocket,
            Self::Extender { .. } => SourceKind::Extender,
        }
    }
}

impl SourceKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Mdns => "mdns",
            Self::Coiot => "coiot",
            Self::Mqtt => "mqtt",
            Self::OutboundSocket => "outbound_socket",
            Self::Extender => "extender",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Facts {
    /// Words that are kept at most. Devices tell fewer.
    pub(crate) const MOST: usize = 24;

    /// Keeps a fact. What is too long is cut; an empty word is nothing.
    pub fn insert(&mut self, word: &str, value: impl AsRef<str>) {
        if word.is_empty() {
            return;
        }
        self.0.insert(cut(word).into(), cut(value.as_ref()).into());
        if self.0.len() > Facts::MOST {
            self.0.pop_last();
        }
    }

    /// The value of a word.
    pub fn get(&self, word: &str) -> Option<&str> {
        self.0.get(word).map(AsRef::as_ref)
    }

    /// Words and values, in the order of the words.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(word, value)| (word.as_ref(), value.as_ref()))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<BTreeMap<String, String>> for Facts {
    fn from(told: BTreeMap<String, String>) -> Self {
        let mut facts = Self::default();
        for (word, value) in &told {
            facts.insert(word, value);
        }
        facts
    }
}

impl Seen {
    /// Nothing but that somebody was seen.
    pub fn new(source: Source, at: DateTime<Utc>) -> Self {
        Self {
            source,
            mac: None,
            suffix: None,
            generation: None,
            model: None,
            app: None,
            id: None,
            name: None,
            address: None,
            at,
            facts: Facts::default(),
        }
    }

    /// A device that said who it is, as `GET /shelly` and `Shelly.GetDeviceInfo` do.
    pub fn identified(source: Source, identity: &Identity, at: DateTime<Utc>) -> Self {
        let mut seen = Self::new(source, at);
        seen.mac = Some(identity.mac);
        seen.generation = Some(identity.generation);
        seen.model = Some(identity.model.clone());
        seen.app.clone_from(&identity.app);
        seen.id.clone_from(&identity.host_name);
        seen.name.clone_from(&identity.name);
        seen.facts.insert(fact::FIRMWARE, identity.firmware.id());
        seen.facts.insert(fact::AUTH, identity.auth_required.to_string());
        if let Some(profile) = &identity.profile {
            seen.facts.insert(fact::PROFILE, profile);
        }
        seen
    }

    /// A device that answered at `address`, best given as an IP address: names of hosts cannot be compared.
    pub fn answered(identity: &Identity, address: Endpoint, at: DateTime<Utc>) -> Self {
        Self { address: Some(address), ..Self::identified(Source::Scan, identity, at) }
    }

    /// Takes over what an id says.
    pub(crate) fn with_id(mut self, text: &str, id: &DeviceId) -> Self {
        self.id = Some(text.to_owned());
        self.with_ending(id.ending())
    }

    /// Takes over what is known of the hardware address.
    pub(crate) fn with_ending(mut self, ending: Ending) -> Self {
        match ending {
            Ending::Mac(mac) => self.mac = Some(mac),
            Ending::Suffix(suffix) => self.suffix = Some(suffix),
        }
        self
    }

    /// Cuts texts that are longer than those of devices.
    pub(crate) fn bounded(mut self) -> Self {
        for text in [&mut self.app, &mut self.id, &mut self.name].into_iter().flatten() {
            text.truncate(cut(text).len());
        }
        self.model = self.model.map(|model| Model::new(cut(model.code())));
        self
    }
}

/// The beginning of a text, no longer than the longest.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_bounded_and_their_order_does_not_matter() {
        let words: Vec<String> = (0..100).map(|number| format!("word{number:02}")).collect();
        let (mut forth, mut back) = (Facts::default(), Facts::default());
        for word in &words {
            forth.insert(word, "ä".repeat(200));
        }
        for word in words.iter().rev() {
            back.insert(word, "ä".repeat(200));
        }
        assert_eq!((forth.iter().count(), forth.get("word00").map(str::len)), (Facts::MOST, Some(254)));
        assert_eq!(forth, back);
    }

    #[test]
    fn b4_evidence_can_be_handed_on() {
        let mut seen = Seen::new(Source::Extender { of: Mac::new([9; 6]) }, DateTime::UNIX_EPOCH);
        seen.suffix = Some(Suffix::of(Mac::new([1; 6])));
        seen.address = Some(Endpoint::new("10.0.0.5", 8001));
        seen.facts.insert(fact::IP, "192.168.33.2");
        let text = serde_json::to_string(&seen).unwrap();
        assert!(text.contains(r#""source":{"extender":{"of":"090909090909"}}"#), "{text}");
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
        let odd = text.replace("\"010101\"", "\"01\"");
        assert!(serde_json::from_str::<Seen>(&odd).is_err());
    }
}
