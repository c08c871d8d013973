//! Provisioning: bringing new devices into a network.

use chrono::{DateTime, Utc};
use fleet_model::{DevicePlace, TaskCounts, TaskFailure, TaskState, TaskStep};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use uuid::Uuid;

/// Devices to bring into a network.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartProvisioningRequest {
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Network that the devices join.
    pub network: WifiLoginRequest,
    /// Network that they use when that is out of reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<WifiLoginRequest>,
    /// The devices, 1 to 1000.
    pub devices: Vec<DeviceToProvisionRequest>,
    /// Gateway of those with a fixed address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub gateway: Option<std::net::Ipv4Addr>,
    /// Name server of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub nameserver: Option<std::net::Ipv4Addr>,
    /// Only by this agent (id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Uuid>,
    /// Minutes to wait for the devices, up to a week; 30, and 2 for each device, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<u32>,
}

/// Name and password of a network.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WifiLoginRequest {
    /// Name.
    pub ssid: String,
    /// Password, 8 to 63 characters; absent for an open network. It is kept sealed until all is done, and never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// A device to bring into a network.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceToProvisionRequest {
    /// MAC address, or its last 6 digits.
    pub device: String,
    /// Name it gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Group it gets into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Profile it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Location it is put into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Fixed address with prefix length, `192.168.1.50/24`; by DHCP when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Password of its access point, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_point_password: Option<String>,
    /// Password of the device, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_password: Option<String>,
    /// Over Bluetooth.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bluetooth: bool,
}

/// Devices that are brought into a network together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisioningView {
    /// Id.
    pub id: Uuid,
    /// What it is, in words.
    pub title: String,
    /// Network that they join.
    pub network: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// Devices by state.
    pub counts: TaskCounts,
}

/// The same, device by device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisioningDetail {
    /// What it is.
    #[serde(flatten)]
    pub provisioning: ProvisioningView,
    /// Its devices, in the order of the list.
    pub devices: Vec<TaskView>,
}

/// What a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Looks for access points.
    Scan,
    /// Brings a device into a network.
    Provision,
    /// Looks for devices on the agent's networks.
    Probe,
    /// Gives a radio its network back.
    Restore,
}

/// Work of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskView {
    /// Id.
    pub id: Uuid,
    /// What it is about.
    pub kind: TaskKind,
    /// State.
    pub state: TaskState,
    /// Why it waits, failed, or is done only in part.
    pub reason: Option<String>,
    /// The device as it was named: its MAC address or the end of it.
    pub device: Option<String>,
    /// Its MAC address, once it has said it.
    pub mac: Option<Mac>,
    /// Name of its access point, once that was seen.
    pub ssid: Option<String>,
    /// Name it gets.
    pub name: Option<String>,
    /// Order code, once it has said it.
    pub model: Option<String>,
    /// Step that the agent is in, or failed in.
    pub step: Option<TaskStep>,
    /// More about that, in words.
    pub detail: Option<String>,
    /// When the device closes its setup window.
    pub window_ends_at: Option<DateTime<Utc>>,
    /// Id of the agent that holds it, or did last.
    pub agent: Option<Uuid>,
    /// Its interface.
    pub interface: Option<String>,
    /// How often it was given to an agent.
    pub attempts: u32,
    /// Where the device is on the network.
    pub address: Option<String>,
    /// What found it there.
    pub found_by: Option<String>,
    /// Why it failed, in a word.
    pub failure: Option<TaskFailure>,
    /// The agent's host has the network it had before.
    pub is_host_restored: Option<bool>,
    /// Where the device is after a failure.
    pub place: Option<DevicePlace>,
    /// Access points or devices that were found.
    pub found: Option<u32>,
    /// Time that the agent took, milliseconds.
    pub took_ms: Option<u64>,
    /// The job that brings it to the wish.
    pub job: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When an agent began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What to call off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelProvisioningRequest {
    /// These tasks; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Uuid>,
}
