//! What all sources together say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use shelly_http::Endpoint;
use shelly_types::{Firmware, Generation, Identity, Mac, Model};

use crate::{Facts, SourceKind, Suffix, seen::fact};

/// What is known of a device, of each thing the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// Generation.
    pub generation: Option<Generation>,
    /// Order code.
    pub model: Option<Model>,
    /// Application name of the firmware (Gen2+).
    pub app: Option<String>,
    /// Device id, as it was spelt last.
    pub id: Option<String>,
    /// Name that the owner gave.
    pub name: Option<String>,
    /// Where it listens. None when nobody knows, or when another device has the address now.
    pub address: Option<Endpoint>,
    /// The range extender behind which it is.
    pub extender: Option<Mac>,
    /// Which kinds of source saw it, and when last.
    pub sources: BTreeMap<SourceKind, DateTime<Utc>>,
    /// The kind that saw it last.
    pub source: SourceKind,
    /// When it was seen first, of what is remembered.
    pub first_seen_at: DateTime<Utc>,
    /// When it was seen last.
    pub last_seen_at: DateTime<Utc>,
    /// What else is known.
    pub facts: Facts,
}

/// A device, by its hardware address.
///
/// That something was seen does not make it a Shelly: a range extender lists telephones too. Ask it who it is before
/// anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// Hardware address.
    pub mac: Mac,
    /// What is known.
    pub about: About,
}

/// A device whose hardware address nobody told in full. Its address, if it has one, can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stranger {
    /// The end of its hardware address, if that is known.
    pub suffix: Option<Suffix>,
    /// What is known.
    pub about: About,
}

/// An address at which several devices are at once (B7). Nothing should be written there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The address.
    pub address: Endpoint,
    /// The devices; two at least.
    pub macs: BTreeSet<Mac>,
}

impl Sighting {
    /// Who the device is in the words of every generation; none until a source told model, generation, firmware and
    /// whether a password is asked for, as the answer to `GET /shelly` does.
    pub fn identity(&self) -> Option<Identity> {
        let about = &self.about;
        Some(Identity {
            mac: self.mac,
            generation: about.generation?,
            model: about.model.clone()?,
            firmware: Firmware::new(about.facts.get(fact::FIRMWARE)?),
            host_name: about.id.clone(),
            app: about.app.clone(),
            name: about.name.clone(),
            profile: about.facts.get(fact::PROFILE).map(str::to_owned),
            auth_required: about.facts.get(fact::AUTH)?.parse().ok()?,
        })
    }
}
