//! Work of agents: rows that one agent holds at a time, given out under a number that rises.

use std::{fmt, net::Ipv4Addr, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shelly_types::Mac;

use crate::{AgentId, AgentTaskId, JobId, ProvisioningId, word::words};

words! {
    /// State of a task.
    pub enum TaskState ("state of a task") {
        /// Waits for an agent.
        Waiting = "waiting",
        /// Given to an agent that has not said anything about it yet.
        Given = "given",
        /// An agent works on it.
        Running = "running",
        /// Called off; its agent puts everything back.
        Cancelling = "cancelling",
        /// The device is in the network; the manager adopts it.
        HandingOver = "handing_over",
        /// The device is ours; a job brings it to the wish.
        Applying = "applying",
        /// All is done.
        Done = "done",
        /// It failed; the reason says why.
        Failed = "failed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far an agent is.
    pub enum TaskStep ("step of a task") {
        /// Waits for its radio.
        Accepted = "accepted",
        /// Remembers the host's network, scans.
        Preparing = "preparing",
        /// Joins the access point of the device.
        Joining = "joining",
        /// Asks the device who it is.
        Identifying = "identifying",
        /// Writes the network.
        Writing = "writing",
        /// Leaves the access point.
        Leaving = "leaving",
        /// Looks for the device on the network.
        Finding = "finding",
        /// Takes back what was done.
        RollingBack = "rolling_back",
        /// Scans or probes.
        Working = "working",
    }
}

words! {
    /// Why a task failed.
    pub enum TaskFailure ("failure of a task") {
        /// The agent cannot do it.
        Unsupported = "unsupported",
        /// The radio could not be used.
        Radio = "radio",
        /// The access point is not there.
        NoAccessPoint = "no_access_point",
        /// The access point refused the password.
        AccessPointPassword = "access_point_password",
        /// The device is another.
        WrongDevice = "wrong_device",
        /// The device asks for a password that was not given, or refused it.
        DevicePassword = "device_password",
        /// The device refused what was written, or did not answer.
        Device = "device",
        /// The device could not join the network.
        Network = "network",
        /// The device was not found on the network.
        NotFound = "not_found",
        /// The setup window of the device has closed.
        WindowClosed = "window_closed",
        /// Called off.
        Cancelled = "cancelled",
        /// Lease or deadline ran out.
        TimedOut = "timed_out",
        /// The agent was ended in the middle.
        Interrupted = "interrupted",
        /// Anything else.
        Internal = "internal",
    }
}

words! {
    /// Where a device is after a failure.
    pub enum DevicePlace ("place of a device") {
        /// It was not touched.
        Untouched = "untouched",
        /// Back in its own access point.
        AccessPoint = "access_point",
        /// Not known.
        Unknown = "unknown",
    }
}

/// The hardware address of a device or its last three bytes: 12 or 6 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct MacEnding(String);

/// The text is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is neither a MAC address nor its last 6 digits")]
pub struct ParseMacEndingError {
    text: String,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskWork {
    /// Look for access points of devices.
    Scan,
    /// Bring a device into a network.
    Provision(Box<ProvisionWork>),
    /// Look for devices on the agent's own networks.
    Probe {
        /// Networks or hosts to ask one by one; none: only listen.
        targets: Vec<String>,
        /// How long to listen, seconds.
        listen_s: u32,
    },
    /// Give a radio's host network back.
    Restore,
}

/// What is to be done with a new device. Passwords are kept apart from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisionWork {
    /// Which device.
    pub device: MacEnding,
    /// Name of its access point, once one was seen.
    pub ssid: Option<String>,
    /// Network it joins.
    pub network: String,
    /// Network it uses when that is out of reach.
    pub fallback: Option<String>,
    /// Its fixed address.
    pub address: Option<FixedAddress>,
    /// Name it gets.
    pub name: Option<String>,
    /// Location it is put into.
    pub location: Option<String>,
    /// Group it gets into.
    pub group: Option<String>,
    /// Profile it is assigned to.
    pub profile: Option<String>,
    /// Over Bluetooth.
    pub bluetooth: bool,
}

/// A fixed address of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixedAddress {
    /// Address.
    pub address: Ipv4Addr,
    /// Netmask.
    pub netmask: Ipv4Addr,
    /// Gateway.
    pub gateway: Option<Ipv4Addr>,
    /// Name server.
    pub nameserver: Option<Ipv4Addr>,
}

/// How an agent's part ended, or how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TaskReport {
    /// Step that the agent is in, or failed in.
    pub step: Option<TaskStep>,
    /// In words.
    pub detail: Option<String>,
    /// When the device closes its setup window.
    pub window_ends_at: Option<DateTime<Utc>>,
    /// Order code of the device.
    pub model: Option<String>,
    /// Where it is on the network.
    pub endpoint: Option<String>,
    /// What found it there.
    pub found_by: Option<String>,
    /// How long the agent took.
    pub took_ms: Option<u64>,
    /// Why it failed.
    pub failure: Option<TaskFailure>,
    /// The host has the network it had before.
    pub is_host_restored: Option<bool>,
    /// Where the device is after a failure.
    pub place: Option<DevicePlace>,
    /// What was found by a scan or a probe.
    pub found: Option<u32>,
}

/// Work of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentTask {
    /// Id.
    pub id: AgentTaskId,
    /// What it is part of.
    pub provisioning_id: Option<ProvisioningId>,
    /// Place in that, from 0.
    pub position: u32,
    /// What is to be done.
    pub work: TaskWork,
    /// State.
    pub state: TaskState,
    /// Higher first.
    pub priority: i32,
    /// Only this agent may do it.
    pub only_agent: Option<AgentId>,
    /// On this interface.
    pub only_interface: Option<String>,
    /// Who holds it, or did last.
    pub agent_id: Option<AgentId>,
    /// On which interface.
    pub interface: Option<String>,
    /// Rises each time it is given out.
    pub fence: u64,
    /// How often it was given out.
    pub attempts: u32,
    /// Until when it is held without a sign of life.
    pub lease_until: Option<DateTime<Utc>>,
    /// When an agent's part has to have ended.
    pub deadline_at: DateTime<Utc>,
    /// Not to be given out sooner.
    pub not_before: Option<DateTime<Utc>>,
    /// What the agent told.
    pub report: TaskReport,
    /// Why it waits, failed, or is done only in part.
    pub reason: Option<String>,
    /// The device, once it has said who it is.
    pub mac: Option<Mac>,
    /// The job that brings it to the wish.
    pub job_id: Option<JobId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked, in words.
    pub created_by: String,
    /// When an agent began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Rises with every change; 0 before it is stored. A write names the revision it has read.
    pub revision: i64,
}

/// Devices that are brought into a network together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisioningRecord {
    /// Id.
    pub id: ProvisioningId,
    /// What it is, in words.
    pub title: String,
    /// Network that the devices join.
    pub network: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked, in words.
    pub created_by: String,
    /// Tasks by state. Counted when read, ignored when written.
    pub counts: TaskCounts,
}

/// Numbers of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskCounts {
    /// Wait for an agent.
    pub waiting: u32,
    /// Worked on.
    pub running: u32,
    /// Done.
    pub done: u32,
    /// Failed.
    pub failed: u32,
    /// Called off.
    pub cancelled: u32,
}

impl TaskState {
    /// Whether nothing will change any more.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Done | Self::Failed | Self::Cancelled => true,
            Self::Waiting | Self::Given | Self::Running | Self::Cancelling | Self::HandingOver | Self::Applying => {
                false
            }
        }
    }

    /// Whether an agent holds it.
    pub const fn is_held(self) -> bool {
        match self {
            Self::Given | Self::Running | Self::Cancelling => true,
            Self::Waiting | Self::HandingOver | Self::Applying | Self::Done | Self::Failed | Self::Cancelled => false,
        }
    }
}

impl TaskCounts {
    /// Counts tasks in this state.
    pub const fn add(&mut self, state: TaskState, tasks: u32) {
        match state {
            TaskState::Waiting => self.waiting += tasks,
            TaskState::Given
            | TaskState::Running
            | TaskState::Cancelling
            | TaskState::HandingOver
            | TaskState::Applying => self.running += tasks,
            TaskState::Done => self.done += tasks,
            TaskState::Failed => self.failed += tasks,
            TaskState::Cancelled => self.cancelled += tasks,
        }
    }

    /// Those that have not ended.
    pub const fn open(&self) -> u32 {
        self.waiting + self.running
    }

    /// All.
    pub const fn total(&self) -> u32 {
        self.open() + self.done + self.failed + self.cancelled
    }
}

impl AgentTask {
    /// Whether it needs a radio or adapter of its own while it is worked on.
    pub const fn needs_radio(&self) -> bool {
        match self.work {
            TaskWork::Scan | TaskWork::Provision(_) | TaskWork::Restore => true,
            TaskWork::Probe { .. } => false,
        }
    }

    /// The radio that it takes up; none when nobody holds it or it needs none. No two tasks can be stored with the same.
    pub fn radio(&self) -> Option<String> {
        let (agent, interface) = (self.agent_id?, self.interface.as_ref()?);
        (self.state.is_held() && self.needs_radio()).then(|| format!("{agent}/{interface}"))
    }

    /// Whether this agent holds it under this number.
    pub fn is_held_by(&self, agent: AgentId, fence: u64) -> bool {
        self.state.is_held() && self.agent_id == Some(agent) && self.fence == fence
    }

    /// Gives it to an agent.
    pub fn give(&mut self, agent: AgentId, interface: Option<String>, lease_until: DateTime<Utc>) {
        self.state = TaskState::Given;
        (self.agent_id, self.interface) = (Some(agent), interface);
        self.fence += 1;
        self.attempts += 1;
        self.lease_until = Some(lease_until);
        (self.not_before, self.reason) = (None, None);
        self.report = TaskReport::default();
    }

    /// Takes it away from its agent: it waits again, or has failed when it was tried often enough.
    pub fn take_back(&mut self, why: &str, now: DateTime<Utc>, wait: TimeDelta, most_attempts: u32) {
        self.lease_until = None;
        self.reason = Some(why.to_owned());
        if self.attempts >= most_attempts {
            self.end(TaskState::Failed, now);
        } else {
            self.state = TaskState::Waiting;
            self.not_before = Some(now + wait);
        }
    }

    /// Ends it.
    pub fn end(&mut self, state: TaskState, now: DateTime<Utc>) {
        self.state = state;
        (self.lease_until, self.not_before) = (None, None);
        self.finished_at = Some(now);
    }

    /// The device that it is about, in words.
    pub fn subject(&self) -> String {
        match &self.work {
            TaskWork::Provision(work) => work.ssid.clone().unwrap_or_else(|| work.device.to_string()),
            TaskWork::Scan => "scan".to_owned(),
            TaskWork::Probe { .. } => "probe".to_owned(),
            TaskWork::Restore => "restore".to_owned(),
        }
    }
}

impl MacEnding {
    /// The whole address, where it is known.
    pub fn mac(&self) -> Option<Mac> {
        (self.0.len() == 12).then(|| self.0.parse().ok()).flatten()
    }

    /// The digits, upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this device may be meant.
    pub fn fits(&self, mac: Mac) -> bool {
        format!("{mac}").to_ascii_uppercase().ends_with(&self.0)
    }

    /// Whether the access point of this name may be that of the device: the name ends with the address or its last six
    /// digits (gen1 protocol 3).
    pub fn fits_ssid(&self, ssid: &str) -> bool {
        let Some((_, ending)) = ssid.rsplit_once('-') else { return false };
        let ending = ending.to_ascii_uppercase();
        let is_known = matches!(ending.len(), 6 | 12) && ending.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_known && (ending.ends_with(&self.0) || self.0.ends_with(&ending))
    }
}

impl FromStr for MacEnding {
    type Err = ParseMacEndingError;

    /// Reads 12 or 6 hex digits of either case, with or without colons or dashes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-')).collect();
        if matches!(digits.len(), 6 | 12) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self(digits.to_ascii_uppercase()));
        }
        Err(ParseMacEndingError { text: text.chars().take(64).collect() })
    }
}

impl fmt::Display for MacEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for MacEnding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MacEnding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SequenceIds;

    fn task() -> AgentTask {
        let now = DateTime::UNIX_EPOCH;
        AgentTask {
            id: AgentTaskId::new(&SequenceIds::default()),
            provisioning_id: None,
            position: 0,
            work: TaskWork::Scan,
            state: TaskState::Waiting,
            priority: 0,
            only_agent: None,
            only_interface: None,
            agent_id: None,
            interface: None,
            fence: 0,
            attempts: 0,
            lease_until: None,
            deadline_at: now + TimeDelta::minutes(10),
            not_before: None,
            report: TaskReport::default(),
            reason: None,
            mac: None,
            job_id: None,
            created_at: now,
            created_by: "local".to_owned(),
            started_at: None,
            finished_at: None,
            revision: 0,
        }
    }

    #[test]
    fn l8_a_device_is_named_by_its_address_or_the_end_of_it() {
        let whole: MacEnding = "a8:03:2a:b1:23:45".parse().unwrap();
        let end: MacEnding = "B12345".parse().unwrap();
        let mac = Mac::new([0xA8, 0x03, 0x2A, 0xB1, 0x23, 0x45]);
        assert_eq!((whole.mac(), end.mac()), (Some(mac), None));
        assert!(whole.fits(mac) && end.fits(mac) && !end.fits(Mac::new([1; 6])));
        for (ssid, fits) in [
            ("ShellyPlus1-A8032AB12345", true),
            ("shelly1-B12345", true),
            ("ShellyPlus1-A8032AB12346", false),
            ("Home-Office", false),
            ("B12345", false),
        ] {
            assert_eq!((whole.fits_ssid(ssid), end.fits_ssid(ssid)), (fits, fits), "{ssid}");
        }
        assert!("B1234".parse::<MacEnding>().is_err() && "G12345".parse::<MacEnding>().is_err());
    }

    #[test]
    fn l3_a_task_is_held_by_one_under_a_number_that_rises() {
        let ids = SequenceIds::default();
        let (one, other) = (AgentId::new(&ids), AgentId::new(&ids));
        let (mut task, now) = (task(), DateTime::UNIX_EPOCH);
        assert_eq!(task.radio(), None);
        task.give(one, Some("wlan0".to_owned()), now);
        assert!(task.is_held_by(one, 1) && !task.is_held_by(other, 1) && !task.is_held_by(one, 2));
        assert_eq!(task.radio(), Some(format!("{one}/wlan0")));
        task.take_back("gone", now, TimeDelta::seconds(5), 2);
        assert_eq!((task.state, task.radio(), task.not_before.is_some()), (TaskState::Waiting, None, true));
        task.give(other, None, now);
        assert!(task.is_held_by(other, 2) && !task.is_held_by(one, 1));
        task.take_back("gone", now, TimeDelta::seconds(5), 2);
        assert_eq!((task.state, task.finished_at), (TaskState::Failed, Some(now)), "tried often enough");
    }
}
