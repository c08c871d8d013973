//! Discovery: scans and the inbox of found devices.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{Generation, Mac, Model};
use uuid::Uuid;

/// A scan to start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartScanRequest {
    /// Where to look: `192.168.1.0/24`, `192.168.1.10-192.168.1.50`, `shelly.lan`, each with an optional `:port`.
    pub targets: Vec<String>,
    /// Adopt what is found at once.
    #[serde(default)]
    pub adopt: bool,
}

/// State of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Runs.
    Running,
    /// Every address was tried.
    Done,
    /// Broken off; the error says why.
    Failed,
}

/// A scan and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanView {
    /// Id.
    pub id: Uuid,
    /// Where it looks.
    pub targets: Vec<String>,
    /// State.
    pub state: ScanState,
    /// Addresses to try.
    pub total: u64,
    /// Addresses tried.
    pub probed: u64,
    /// Devices found.
    pub found: u64,
    /// Devices adopted by this scan.
    pub adopted: u64,
    /// Beginning.
    pub started_at: DateTime<Utc>,
    /// End.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it broke off.
    pub error: Option<String>,
}

/// State of a found device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SightingState {
    /// Waits for a decision.
    New,
    /// Not wanted.
    Ignored,
    /// Is ours.
    Adopted,
}

/// What sees devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SightingSource {
    /// A scan of addresses.
    Scan,
    /// Someone named its address.
    Manual,
    /// Announcements by mDNS.
    Mdns,
    /// Reports over CoIoT.
    Coiot,
    /// A broker.
    Mqtt,
    /// A range extender that lists its clients.
    Extender,
    /// It dialled the manager.
    OutboundSocket,
    /// An agent saw it on a network of its own.
    Agent,
}

/// A source that saw a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenByView {
    /// Which.
    pub source: SightingSource,
    /// When last.
    pub last_seen_at: DateTime<Utc>,
}

/// An agent that sees a device on a network of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenThroughView {
    /// Name of the agent.
    pub agent: String,
    /// Where, as the agent reaches it.
    pub address: String,
    /// What the agent saw it by.
    pub source: SightingSource,
    /// When first.
    pub first_seen_at: DateTime<Utc>,
    /// When last.
    pub last_seen_at: DateTime<Utc>,
}

/// A source that hears of devices by itself, and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceView {
    /// Which.
    pub source: SightingSource,
    /// It hears.
    pub running: bool,
    /// Since when it is so.
    pub since: DateTime<Utc>,
    /// Why it failed last, also when it runs again.
    pub last_error: Option<String>,
}

/// A found device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SightingView {
    /// Identity.
    pub mac: Mac,
    /// Where, `host:port`.
    pub address: String,
    /// Order code.
    pub model: Model,
    /// Product name, where known.
    pub product: Option<String>,
    /// Generation.
    pub generation: Generation,
    /// Firmware version.
    pub firmware: String,
    /// Name it gives itself.
    pub name: Option<String>,
    /// It asks for a password.
    pub auth_required: bool,
    /// State.
    pub state: SightingState,
    /// Why adoption failed last, if it did.
    pub note: Option<String>,
    /// What saw it, the last one first.
    pub sources: Vec<SeenByView>,
    /// The agents among them, the last one first.
    #[serde(default)]
    pub agents: Vec<SeenThroughView>,
    /// First sighting.
    pub first_seen_at: DateTime<Utc>,
    /// Last sighting.
    pub last_seen_at: DateTime<Utc>,
}

/// Found devices to decide on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// Which; all new ones when `all` is true.
    #[serde(default)]
    pub devices: Vec<Mac>,
    /// Every new one.
    #[serde(default)]
    pub all: bool,
}

/// What became of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecideResult {
    /// Devices decided on.
    pub done: Vec<Mac>,
    /// Devices that could not be, with the reason.
    pub failed: Vec<DecideFailure>,
}

/// A device that could not be adopted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecideFailure {
    /// Device.
    pub mac: Mac,
    /// Why, and what to do.
    pub reason: String,
}
