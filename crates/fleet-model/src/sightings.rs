//! A device that was found, before and after it is ours.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Identity;

use crate::word::words;

words! {
    /// What is to become of a found device.
    pub enum SightingState ("sighting state") {
        /// Waits for a decision.
        New = "new",
        /// Not wanted.
        Ignored = "ignored",
        /// Is ours.
        Adopted = "adopted",
    }
}

words! {
    /// How a device was found.
    pub enum SightingSource ("sighting source") {
        /// A scan of addresses.
        Scan = "scan",
        /// Someone named its address.
        Manual = "manual",
        /// It announces itself by mDNS.
        Mdns = "mdns",
        /// It sent a report over `CoIoT`.
        Coiot = "coiot",
        /// It spoke on a broker.
        Mqtt = "mqtt",
        /// A range extender lists it among its clients.
        Extender = "extender",
        /// It dialled the manager.
        OutboundSocket = "outbound_socket",
        /// An agent saw it on a network of its own.
        Agent = "agent",
    }
}

/// What the address of a found device is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressIs {
    /// The device answered there.
    Proven,
    /// The device says so, or calls from there, and nobody has met it there: it may be behind a router, or on another port.
    Told,
}

impl SightingSource {
    /// What an address is worth that is from this source alone.
    pub fn address(self) -> AddressIs {
        match self {
            Self::Mqtt | Self::OutboundSocket => AddressIs::Told,
            Self::Scan | Self::Manual | Self::Mdns | Self::Coiot | Self::Extender | Self::Agent => AddressIs::Proven,
        }
    }
}

/// A device that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SightingRecord {
    /// Who it says it is.
    pub identity: Identity,
    /// Where, `host:port`.
    pub endpoint: String,
    /// How it was found last.
    pub source: SightingSource,
    /// Everything that saw it, and when last.
    pub sources: BTreeMap<SightingSource, DateTime<Utc>>,
    /// First sighting.
    pub first_seen_at: DateTime<Utc>,
    /// Last sighting.
    pub last_seen_at: DateTime<Utc>,
    /// What is to become of it.
    pub state: SightingState,
    /// Why adoption failed last, if it did.
    pub note: Option<String>,
}
