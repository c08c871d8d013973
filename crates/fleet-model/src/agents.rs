//! Agents: programs on other hosts that join the access points of new devices, and see networks that the manager does not.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AgentCodeId, AgentId, LocationRef, word::words};

words! {
    /// What an agent can do.
    pub enum AgentAbility ("ability of an agent") {
        /// Joins access points.
        Wifi = "wifi",
        /// Provisions over Bluetooth LE.
        Bluetooth = "bluetooth",
        /// Looks for devices on its own networks.
        Discovery = "discovery",
        /// Passes calls on to devices on its own networks.
        Relay = "relay",
    }
}

words! {
    /// How an access point is protected.
    pub enum ApSecurity ("security of an access point") {
        /// Not at all.
        Open = "open",
        /// WEP.
        Wep = "wep",
        /// WPA.
        Wpa = "wpa",
        /// WPA2.
        Wpa2 = "wpa2",
        /// WPA3.
        Wpa3 = "wpa3",
        /// Not known.
        Unknown = "unknown",
    }
}

/// An agent that enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentRecord {
    /// Id; also the subject of its certificate.
    pub id: AgentId,
    /// Name, unique.
    pub name: String,
    /// Where it is.
    pub location: Option<LocationRef>,
    /// When it enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// Label of the code with which it did.
    pub enrolled_with: String,
    /// When its newest certificate ends.
    pub certificate_expires_at: DateTime<Utc>,
    /// Since when it may not come in any more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When something was heard of it last, to about half a minute.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Which manager it is connected to.
    pub connected_to: Option<String>,
    /// What it said of itself last.
    pub about: AgentAbout,
    /// Rises with every change; 0 before it is stored.
    pub revision: i64,
}

/// What an agent says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AgentAbout {
    /// Version of its program.
    pub version: String,
    /// Host name.
    pub host: String,
    /// Operating system.
    pub system: String,
    /// Interfaces.
    pub interfaces: Vec<AgentInterface>,
    /// Abilities.
    pub abilities: Vec<AgentAbility>,
}

/// A network interface of the host of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AgentInterface {
    /// `wlan0`
    pub name: String,
    /// Hardware address, as it was told.
    pub mac: String,
    /// Addresses with prefix length.
    pub addresses: Vec<String>,
    /// It carries the agent's own connection to the manager.
    pub carries_session: bool,
    /// Present for a radio.
    pub radio: Option<AgentRadio>,
}

/// The radio of an interface.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AgentRadio {
    /// What drives it.
    pub control: String,
    /// Network it is in.
    pub ssid: Option<String>,
    /// Work may be given to it.
    pub is_usable: bool,
    /// Why not.
    pub why_not: Option<String>,
}

/// A one-time code with which agents enrol. Only its hash is stored, and that is no part of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentCodeRecord {
    /// Id.
    pub id: AgentCodeId,
    /// What it is for, in words.
    pub label: String,
    /// Where the agents are that enrol with it.
    pub location: Option<LocationRef>,
    /// How many agents it was made for.
    pub uses: u32,
    /// How many it is still good for.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// An access point of a device, as a radio of an agent sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessPointRecord {
    /// Agent.
    pub agent_id: AgentId,
    /// Its interface.
    pub interface: String,
    /// Name of the access point, which is the id of the device.
    pub ssid: String,
    /// Hardware address of the access point, as it was told.
    pub bssid: String,
    /// Signal, dBm.
    pub signal_dbm: i32,
    /// Frequency, MHz; 0 when not known.
    pub frequency_mhz: u32,
    /// How it is protected.
    pub security: ApSecurity,
    /// First time that this radio saw it.
    pub first_seen_at: DateTime<Utc>,
    /// Last time.
    pub last_seen_at: DateTime<Utc>,
}

/// Whose certificates the agents trust, and who signs theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityRecord {
    /// Certificate, DER in base64.
    pub certificate: String,
    /// SHA-256 of the certificate in DER, hex: what an operator gives an agent along with a code.
    pub fingerprint: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl AgentRecord {
    /// Whether it is connected to a manager, as far as is known: one that was killed cannot say that it is not any more.
    pub fn is_online(&self, now: DateTime<Utc>) -> bool {
        let heard = self.last_seen_at.is_some_and(|at| now - at < ONLINE_FOR);
        self.revoked_at.is_none() && self.connected_to.is_some() && heard
    }
}

/// Being heard counts for so long.
const ONLINE_FOR: TimeDelta = TimeDelta::seconds(90);

impl AgentAbout {
    /// Whether it said that it can do this.
    pub fn can(&self, ability: AgentAbility) -> bool {
        self.abilities.contains(&ability)
    }

    /// The radios to which work may be given.
    pub fn radios(&self) -> impl Iterator<Item = &str> {
        let usable = |interface: &&AgentInterface| interface.radio.as_ref().is_some_and(|radio| radio.is_usable);
        self.interfaces.iter().filter(usable).map(|interface| interface.name.as_str())
    }
}
