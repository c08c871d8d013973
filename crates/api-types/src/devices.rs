//! Devices: list, detail, commands.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, DeviceStatus, Generation, Mac, Model};

/// Whether a device can be reached, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Answered the last request.
    Online,
    /// Does not answer.
    Offline,
    /// Sleeps between wakes; last values are kept.
    Asleep,
    /// Refuses our password.
    Unauthorized,
    /// Another device answers at its address.
    WrongDevice,
    /// Refuses logins for a while.
    LockedOut,
}

/// Why a device does not answer, as far as the evidence tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfflineReason {
    /// It has no power.
    Power,
    /// Its WiFi is too weak, or gone.
    Wifi,
    /// It has another address now, or another machine has its address.
    Address,
    /// It answers, and our password is refused.
    Password,
    /// The range extender that it is reached through is gone.
    Extender,
    /// The relay that feeds it is off.
    ParentOff,
    /// It is the manager that is not in its network.
    OurNetwork,
    /// The evidence does not say.
    Unknown,
}

/// What carries questions to a device, and its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// A WebSocket that the manager opened.
    WebSocket,
    /// A WebSocket that the device opened.
    OutboundWebSocket,
    /// A broker.
    Mqtt,
    /// Datagrams.
    Udp,
    /// An agent that passes HTTP on, for a device that the manager does not reach itself.
    Agent,
}

/// Whether a device is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DriftSummary {
    /// Nothing is wanted of it.
    Unmanaged,
    /// Not checked since the wish or the device changed.
    Unknown,
    /// As it should be.
    InSync,
    /// Differs.
    Drifted {
        /// Number of settings that differ.
        count: u32,
    },
}

/// An output and what it does now, for the device table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OutputView {
    /// `switch:0`, `light:1`, `cover:0`.
    pub component: ComponentKey,
    /// On or off; absent for covers and while unknown.
    pub on: Option<bool>,
    /// Cover position or brightness in percent.
    pub percent: Option<f64>,
    /// State word of a cover.
    pub state: Option<String>,
}

/// A device in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceView {
    /// Identity.
    pub mac: Mac,
    /// Name to show: ours, else the device's, else its host name, else the MAC.
    pub name: String,
    /// Order code.
    pub model: Model,
    /// Product name for people, where known.
    pub product: Option<String>,
    /// Generation.
    pub generation: Generation,
    /// Where it was seen last, `host:port`.
    pub address: String,
    /// Firmware version.
    pub firmware: String,
    /// Newer stable version on offer.
    pub update: Option<String>,
    /// Newer beta version on offer.
    pub update_beta: Option<String>,
    /// Reachability.
    pub state: DeviceState,
    /// Why it is not online, in words: the reason, the evidence for it, and what the last attempt said.
    pub state_reason: Option<String>,
    /// The reason in one word; absent while it is online or asleep.
    pub offline_reason: Option<OfflineReason>,
    /// Other devices are at its address: what that means for it.
    pub address_conflict: Option<String>,
    /// Names of its groups.
    pub groups: Vec<String>,
    /// Name of the location it is in.
    #[serde(default)]
    pub location: Option<String>,
    /// Tags that people gave it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Last answer.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Signal in dBm.
    pub rssi_dbm: Option<i64>,
    /// Sum of its meters in watts.
    pub power_w: Option<f64>,
    /// Its outputs.
    pub outputs: Vec<OutputView>,
    /// Configuration against wish.
    pub drift: DriftSummary,
    /// A setting waits for a restart.
    pub restart_required: bool,
    /// People said that it is critical: jobs leave it out when they could restart it.
    #[serde(default)]
    pub critical: bool,
    /// It asks for a password.
    pub auth_required: bool,
}

/// A device with everything known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceDetail {
    /// The line of the list.
    #[serde(flatten)]
    pub device: DeviceView,
    /// Host name, which is also the vendor's device id.
    pub host_name: Option<String>,
    /// Firmware build id.
    pub firmware_build: String,
    /// Profile or mode.
    pub profile: Option<String>,
    /// Our name for it, if we gave one.
    pub label: Option<String>,
    /// First sighting.
    pub first_seen_at: DateTime<Utc>,
    /// Adoption.
    pub adopted_at: DateTime<Utc>,
    /// Seconds between polls, when it differs from the manager's default.
    pub poll_interval_s: Option<u32>,
    /// The output of another device that feeds it: `C45BBE6A1122/switch:0`.
    pub powered_by: Option<String>,
    /// Revision for changes of this record.
    pub revision: i64,
    /// Last status.
    pub status: Option<DeviceStatus>,
    /// When the status was read.
    pub status_at: Option<DateTime<Utc>>,
    /// What carried the last reading; absent before the first one since the manager started.
    #[serde(default)]
    pub channel: Option<Channel>,
}

/// Which devices are listed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceQuery {
    /// Query, such as `gen:1 tag:kitchen fw<1.14 -drift:no`; all devices when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items on the page, 1 to 500; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Changes to what we keep about a device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDeviceRequest {
    /// Our name; empty text takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Seconds between polls, 5 to 86400; 0 returns to the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_s: Option<u32>,
    /// Where to reach it, `host` or `host:port`. The MAC is confirmed before it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The output of another device that feeds it, as `MAC/switch:0`; empty text takes it away. While that output is off,
    /// the device is expected not to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub powered_by: Option<String>,
    /// Whether it is critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<bool>,
    /// Name of the location it is in; empty text takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Tags it gets: 1 to 64 characters each, kept in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags it loses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

/// Which devices are restarted: `devices`, or all that need it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestartRequest {
    /// These.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// All in which a setting waits for a restart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
}

/// What became of the restart of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestartResult {
    /// Device.
    pub mac: Mac,
    /// Name to show.
    pub name: String,
    /// It was away and runs for less time than before.
    pub restarted: bool,
    /// Why that is not proven.
    pub error: Option<String>,
    /// Seconds it had run before, where it tells.
    pub uptime_before_s: Option<u64>,
    /// Seconds it ran when it was read again, where it tells.
    pub uptime_after_s: Option<u64>,
    /// A setting still waits for a restart.
    pub restart_required: bool,
}

/// The password of a device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDevicePasswordRequest {
    /// User; `admin` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Password that the device has now. Not shown again.
    pub password: String,
}

impl std::fmt::Debug for SetDevicePasswordRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetDevicePasswordRequest").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Something for a device to do now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum CommandRequest {
    /// Switch a relay.
    Switch {
        /// Instance.
        id: u32,
        /// What to do.
        action: SwitchAction,
    },
    /// Move a cover.
    Cover {
        /// Instance.
        id: u32,
        /// What to do.
        action: CoverAction,
        /// Target of `position`, 0 closed to 100 open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position_percent: Option<f64>,
    },
    /// Set a light.
    Light {
        /// Which one: `light:0`, `rgb:0`, `rgbw:0`, `cct:0`.
        component: ComponentKey,
        /// What to do; absent leaves on or off as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<SwitchAction>,
        /// Brightness, 0 to 100.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        brightness_percent: Option<f64>,
    },
    /// Restart the device, and wait until it is back. Outputs fall to their power-on default.
    Restart,
}

/// On, off, or the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwitchAction {
    /// Close the contact.
    On,
    /// Open the contact.
    Off,
    /// The other one.
    Toggle,
}

/// Movement of a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverAction {
    /// Open fully.
    Open,
    /// Close fully.
    Close,
    /// Stop.
    Stop,
    /// Move to `position_percent`.
    Position,
}

/// Totals over all devices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FleetOverview {
    /// Adopted devices.
    pub devices: u64,
    /// Of these, online.
    pub online: u64,
    /// Of these, offline, unauthorised, locked out or replaced by another at their address.
    pub troubled: u64,
    /// Of these, asleep.
    pub asleep: u64,
    /// Of these, with drift.
    pub drifted: u64,
    /// Found devices that wait for a decision.
    pub inbox: u64,
}
