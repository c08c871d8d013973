//! Jobs: what would change, and what became of it.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use rollout::{Rollout, Waiting};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Mac};
use sync_engine::{ApplyReport, Plan};
use uuid::Uuid;

use crate::{config::SelectionRequest, readdress::ReaddressView, replacements::SuccessionView};

/// What to plan: for which devices (all given conditions must hold; none given means all devices), how, and what is agreed
/// to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobRequest {
    /// These devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mac>,
    /// Members of this group (name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Devices that this query means, such as `gen:1 fw<1.14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Devices may be taken away from whom they report to by their only outbound WebSocket or CoIoT peer. Without it such
    /// a change is held back, and the plan names the owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
    /// Things may be switched on for which a device has too little memory. Without it such a change is held back, and the plan
    /// says what is free and what is needed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spend_memory: bool,
    /// In which order, how many at once, and when.
    #[serde(default)]
    pub rollout: Rollout,
    /// Somebody else than the author has to approve it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_person: bool,
    /// Seconds that devices are waited for that are away. Without it only those that sleep are waited for, seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
    /// Critical devices are changed even if that could restart them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_critical: bool,
    /// A device that could not be proven keeps what it took, instead of being put back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_failed: bool,
}

impl From<SelectionRequest> for JobRequest {
    /// A job for these devices, at once, without any further consent.
    fn from(SelectionRequest { devices, group, query }: SelectionRequest) -> Self {
        Self { devices, group, query, ..Self::default() }
    }
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Brings devices to the wish.
    Configure,
    /// The same for the devices that failed in another job.
    Retry,
    /// Puts back what another job changed.
    Undo,
    /// Gives a device back a configuration that it had.
    Restore,
    /// Has a device take the place of another.
    Replace,
    /// Gives devices other passwords, or takes them away.
    Passwords,
    /// Puts drift back because a policy says so.
    Repair,
    /// Has devices name another address of a server.
    Readdress,
}

/// State of a job over all its devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for a yes.
    Proposed,
    /// Confirmed; waits to be started.
    Approved,
    /// Started; waits for its time.
    Scheduled,
    /// Runs.
    Running,
    /// Held; devices being written are finished.
    Paused,
    /// Every device is as it should be.
    Done,
    /// Some device is not; its unit says why.
    Failed,
    /// Too many devices failed; the rest was not begun.
    Stopped,
    /// Waited too long for a yes.
    Expired,
    /// Called off.
    Cancelled,
}

impl JobState {
    /// Whether the manager works on it by itself.
    pub const fn is_going(self) -> bool {
        matches!(self, Self::Scheduled | Self::Running | Self::Paused)
    }
}

/// State of one device in a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    /// Not begun.
    Pending,
    /// Waits for a device that is away or asleep.
    Queued,
    /// Being written.
    Running,
    /// Written and proven by re-reading.
    Verified,
    /// Could not be proven, and has its former values again, as far as they could be put back.
    RolledBack,
    /// Not as it should be; the reason says why.
    Failed,
    /// Cannot be begun; the reason says why.
    Blocked,
    /// Nothing to do.
    Skipped,
    /// The job was called off or stopped before it was begun.
    Cancelled,
}

/// Numbers of units by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitCounts {
    /// Not begun.
    pub pending: u32,
    /// Waiting for their device.
    pub queued: u32,
    /// Being written.
    pub running: u32,
    /// Proven.
    pub verified: u32,
    /// Put back.
    pub rolled_back: u32,
    /// Failed.
    pub failed: u32,
    /// Blocked.
    pub blocked: u32,
    /// Nothing to do.
    pub skipped: u32,
    /// Not begun any more.
    pub cancelled: u32,
}

impl UnitCounts {
    /// Units with something left to do, now or when their device is back.
    pub const fn open(&self) -> u32 {
        self.pending + self.queued + self.running
    }

    /// Units that ended and whose device is not as it should be.
    pub const fn missed(&self) -> u32 {
        self.rolled_back + self.failed + self.blocked + self.cancelled
    }
}

/// A job in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobView {
    /// Id.
    pub id: Uuid,
    /// What it is for.
    pub kind: JobKind,
    /// The job that it repeats or undoes.
    pub source: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked.
    pub created_by: String,
    /// When it can no longer be confirmed.
    pub expires_at: DateTime<Utc>,
    /// Which devices, in words.
    pub scope: String,
    /// State.
    pub state: JobState,
    /// Why it is in this state, where there is a reason.
    pub reason: Option<String>,
    /// Somebody else than the author has to approve it.
    pub second_person: bool,
    /// Who said yes.
    pub approved_by: Option<String>,
    /// When it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Devices by state.
    pub units: UnitCounts,
    /// Settings that change, over all devices.
    pub changes: u32,
}

/// A job with its devices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobDetail {
    /// The line of the list.
    #[serde(flatten)]
    pub job: JobView,
    /// In which order, how many at once, and when.
    pub rollout: Rollout,
    /// What has become of each ring.
    pub rings: Vec<RingView>,
    /// What is waited for.
    pub waits: Option<WaitView>,
    /// Its devices.
    pub devices: Vec<JobUnitView>,
}

/// What has become of the devices of a ring. Those with nothing to do, or that cannot be begun, do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RingView {
    /// Not begun.
    pub waiting: u32,
    /// Away or asleep.
    pub away: u32,
    /// Being written.
    pub in_flight: u32,
    /// Proven.
    pub good: u32,
    /// Failed or put back.
    pub bad: u32,
}

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitView {
    /// What.
    pub what: Waiting,
    /// Until when, where that is known.
    pub until: Option<DateTime<Utc>>,
}

/// One device in a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobUnitView {
    /// Device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// Ring, from 1.
    pub ring: u32,
    /// State.
    pub state: UnitState,
    /// Why it failed, waits, is blocked or has nothing to do.
    pub reason: Option<String>,
    /// Steps and their changes; absent when no plan could be made.
    pub plan: Option<Plan>,
    /// People said that it is critical.
    pub critical: bool,
    /// What its outputs may do when it restarts.
    pub loads: Vec<LoadView>,
    /// When the configuration was read that the plan was made from, if the device did not answer then.
    pub planned_from: Option<DateTime<Utc>>,
    /// Settings that an undo leaves as they are.
    pub left: Vec<LeftView>,
    /// What it takes over from another device.
    pub succession: Option<SuccessionView>,
    /// Where it names a server whose address is replaced.
    pub readdress: Option<ReaddressView>,
    /// Until when it waits for its device.
    pub queued_until: Option<DateTime<Utc>>,
    /// How often it was begun.
    pub attempts: u32,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// What was put back after that.
    pub rollback: Option<RollbackView>,
}

/// What an output may do when its device restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadView {
    /// The output.
    pub component: ComponentKey,
    /// Whether it is on now; absent when that is not known.
    pub is_on: Option<bool>,
    /// What it does when it gets power.
    pub at_power_on: String,
    /// What that means.
    pub effect: LoadEffect,
}

/// What a restart means for an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadEffect {
    /// It is switched on.
    SwitchesOn,
    /// It is switched off.
    SwitchesOff,
    /// It may switch: that is not known before.
    MaySwitch,
}

/// A setting that is not put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftView {
    /// The setting.
    pub path: SettingPath,
    /// Why.
    pub why: String,
}

/// What was put back on a device that could not be proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RollbackView {
    /// What became of each setting.
    pub report: ApplyReport,
    /// Settings that could not be put back.
    pub left: Vec<LeftView>,
}
