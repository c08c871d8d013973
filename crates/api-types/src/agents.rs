//! Agents: programs on other hosts that bring new devices into a network.

use chrono::{DateTime, Utc};
use fleet_model::{AgentAbility, ApSecurity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

use crate::discovery::{SightingSource, SightingState};

/// State of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Connected.
    Online,
    /// Not connected.
    Offline,
    /// May not come in any more.
    Revoked,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentView {
    /// Id.
    pub id: Uuid,
    /// Name, unique.
    pub name: String,
    /// State.
    pub state: AgentState,
    /// Name of its location.
    pub location: Option<String>,
    /// Host name.
    pub host: String,
    /// Operating system.
    pub system: String,
    /// Version of its program.
    pub version: String,
    /// What it can do.
    pub abilities: Vec<AgentAbility>,
    /// Network interfaces of its host.
    pub interfaces: Vec<AgentInterfaceView>,
    /// When it enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// Label of the code with which it did.
    pub enrolled_with: String,
    /// When its certificate ends; it renews it before.
    pub certificate_expires_at: DateTime<Utc>,
    /// When something was heard of it last, to about half a minute.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// A network interface of the host of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentInterfaceView {
    /// `wlan0`
    pub name: String,
    /// Hardware address.
    pub mac: String,
    /// Addresses with prefix length.
    pub addresses: Vec<String>,
    /// It carries the connection to the manager.
    pub carries_session: bool,
    /// It is a radio.
    pub is_radio: bool,
    /// It is a radio to which work may be given.
    pub is_usable: bool,
    /// Why not.
    pub why_not: Option<String>,
    /// What drives the radio.
    pub control: Option<String>,
    /// Network that the radio is in.
    pub ssid: Option<String>,
}

/// An agent and what it works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentDetail {
    /// The agent.
    #[serde(flatten)]
    pub agent: AgentView,
    /// What it works on.
    pub tasks: Vec<crate::agent_tasks::TaskView>,
    /// Devices that it sees on its own networks, by MAC address.
    #[serde(default)]
    pub devices: Vec<AgentDeviceView>,
}

/// A device that an agent sees on its own networks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentDeviceView {
    /// Device.
    pub mac: Mac,
    /// Where, as the agent reaches it.
    pub address: String,
    /// What the agent saw it by.
    pub source: SightingSource,
    /// Name that it gives itself, where known.
    pub name: Option<String>,
    /// Product name or order code, where known.
    pub product: Option<String>,
    /// Whether it is ours, where known.
    pub state: Option<SightingState>,
    /// When the agent saw it first.
    pub first_seen_at: DateTime<Utc>,
    /// When last.
    pub last_seen_at: DateTime<Utc>,
}

/// Changes to an agent. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAgentRequest {
    /// Another name, unique, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name of its location; empty text for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// Something for an agent to do at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentErrandRequest {
    /// Look for access points of devices.
    Scan {
        /// On this interface; on every radio that may be used when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interface: Option<String>,
    },
    /// Look for devices on its own networks; what is found is in the inbox.
    Probe {
        /// Networks or hosts to ask one by one, as for a scan; none: only listen.
        #[serde(default)]
        targets: Vec<String>,
        /// Seconds to listen, 10 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listen_s: Option<u32>,
    },
    /// Give a radio the network back that it had before the agent used it.
    Restore {
        /// The radio.
        interface: String,
    },
}

/// A code with which agents enrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentCodeView {
    /// Id.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// Name of the location of the agents.
    pub location: Option<String>,
    /// Agents that it was made for.
    pub uses: u32,
    /// Agents that it is still good for.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A new code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAgentCodeRequest {
    /// What it is for, 1 to 64 characters.
    pub label: String,
    /// Agents that it is good for, 1 to 1000; one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// Minutes until it ends, up to a week; 60 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Name of the location of the agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// A code that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewAgentCodeView {
    /// What is known of it.
    #[serde(flatten)]
    pub about: AgentCodeView,
    /// The code. It is shown this once.
    pub code: String,
    /// SHA-256 of the certificate that agents trust, hex. It goes to the agent along with the code.
    pub fingerprint: String,
}

/// A radio that hears an access point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeardByView {
    /// Name of its agent.
    pub agent: String,
    /// The radio.
    pub interface: String,
    /// Signal there, dBm.
    pub signal_dbm: i32,
    /// When it heard it last.
    pub last_seen_at: DateTime<Utc>,
}

/// An access point of a new device, whoever hears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessPointView {
    /// Its name, which is the id of the device.
    pub ssid: String,
    /// The end of the device's MAC address, as far as the name tells it.
    pub device: String,
    /// What kind of device it is, as its name spells it: `ShellyPlus1PM`.
    #[serde(default)]
    pub kind: String,
    /// How it is protected.
    pub security: ApSecurity,
    /// Signal at the agent that hears it best, dBm.
    pub signal_dbm: i32,
    /// That agent.
    pub agent: String,
    /// Its radio.
    pub interface: String,
    /// Radios that hear it.
    pub radios: u32,
    /// Each of these radios, the one that hears it best first.
    #[serde(default)]
    pub heard_by: Vec<HeardByView>,
    /// First time that one heard it.
    pub first_seen_at: DateTime<Utc>,
    /// Last time.
    pub last_seen_at: DateTime<Utc>,
    /// When the device closes it at the latest, if it is one that does: 15 minutes after it was started.
    pub window_ends_at: Option<DateTime<Utc>>,
}
