//! Jobs: changes to one or more devices, their units, and the journal that survives an interruption.

use capability_config::SettingPath;
use chrono::{DateTime, Utc};
use rollout::{RingFacts, Rollout, Waiting};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Mac};
use sync_engine::{ApplyReport, NamedPlace, Plan, Readdress};

use crate::{JobId, Succession, word::words};

words! {
    /// What a job is for.
    pub enum JobKind ("kind of job") {
        /// Brings devices to the wish.
        Configure = "configure",
        /// The same for the devices that failed in another job.
        Retry = "retry",
        /// Puts back what another job changed.
        Undo = "undo",
        /// Gives a device back a configuration that it had.
        Restore = "restore",
        /// Has a device take the place of another.
        Replace = "replace",
        /// Gives devices other passwords, or takes them away.
        Passwords = "passwords",
        /// Puts drift back because a policy says so.
        Repair = "repair",
        /// Has devices name another address of a server.
        Readdress = "readdress",
    }
}

words! {
    /// State of a job over all its devices.
    pub enum JobState ("job state") {
        /// Waits for a yes.
        Proposed = "proposed",
        /// Confirmed; waits to be started.
        Approved = "approved",
        /// Started; waits for its time.
        Scheduled = "scheduled",
        /// Runs.
        Running = "running",
        /// Held; devices being written are finished.
        Paused = "paused",
        /// Every device is as it should be.
        Done = "done",
        /// Some device is not; its unit says why.
        Failed = "failed",
        /// Too many devices failed; the rest was not begun.
        Stopped = "stopped",
        /// Waited too long for a yes.
        Expired = "expired",
        /// Called off.
        Cancelled = "cancelled",
    }
}

words! {
    /// State of one device in a job.
    pub enum UnitState ("unit state") {
        /// Not begun.
        Pending = "pending",
        /// Waits for a device that is away or asleep.
        Queued = "queued",
        /// Being written by someone who holds the lease.
        Running = "running",
        /// Written and proven by re-reading.
        Verified = "verified",
        /// Could not be proven, and has its former values again, as far as they could be put back.
        RolledBack = "rolled_back",
        /// Not as it should be; the reason says why.
        Failed = "failed",
        /// Cannot be begun; the reason says why.
        Blocked = "blocked",
        /// Nothing to do.
        Skipped = "skipped",
        /// The job was called off or stopped before it was begun.
        Cancelled = "cancelled",
    }
}

words! {
    /// What becomes of critical devices in a job.
    pub enum CriticalDevices ("treatment of critical devices") {
        /// They are left out when the job could restart them or switch what they feed.
        Spare = "spare",
        /// They are like others.
        Include = "include",
    }
}

words! {
    /// How far a step has come.
    pub enum JournalPhase ("journal phase") {
        /// The step is about to be sent.
        Started = "started",
        /// The device accepted it.
        Written = "written",
        /// The device refused it, or it could not be sent.
        Refused = "refused",
        /// The device was re-read and every setting has a verdict.
        Judged = "judged",
        /// The verdict was bad; from here on the device gets its former values.
        RollingBack = "rolling_back",
        /// The device is about to move to another network or address.
        Moving = "moving",
    }
}

/// What was decided about a job when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct JobOptions {
    /// In which order, how many at once, and when.
    pub rollout: Rollout,
    /// Somebody else than the author has to say yes.
    pub second_person: bool,
    /// Seconds that units wait for devices that are away; none does not wait for them. Devices that sleep are waited for
    /// in any case.
    pub wait_s: Option<u32>,
    /// What becomes of critical devices.
    pub critical: CriticalDevices,
    /// A device that could not be proven keeps what it took.
    pub keep_failed: bool,
    /// Devices may be taken away from whom they report to.
    pub take_over: bool,
    /// Things may be switched on for which a device has not the memory.
    pub spend_memory: bool,
}

/// A change to one or more devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobRecord {
    /// Id.
    pub id: JobId,
    /// What it is for.
    pub kind: JobKind,
    /// The job that it repeats or undoes.
    pub source: Option<JobId>,
    /// What was decided about it.
    pub options: JobOptions,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked, in words.
    pub created_by: String,
    /// When it can no longer be confirmed.
    pub expires_at: DateTime<Utc>,
    /// Which devices, in words.
    pub scope: String,
    /// State.
    pub state: JobState,
    /// Why it is in this state, where there is a reason.
    pub reason: Option<String>,
    /// Who said yes, in words.
    pub approved_by: Option<String>,
    /// When it was started.
    pub started_at: Option<DateTime<Utc>>,
    /// Units by state. Counted when read, ignored when written.
    pub units: UnitCounts,
    /// Settings that change, over all devices.
    pub changes: u32,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Rises with every change of the state; 0 before it is stored.
    pub revision: i64,
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

/// One device in a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobUnit {
    /// Job.
    pub job_id: JobId,
    /// Device.
    pub mac: Mac,
    /// Place in the order of the job, from 0.
    pub position: u32,
    /// Ring, from 0.
    pub ring: u32,
    /// State.
    pub state: UnitState,
    /// The steps; none when no plan could be made. Holds no secret.
    pub plan: Option<Plan>,
    /// What else is to be known before.
    pub preview: UnitPreview,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// What was put back after that.
    pub rollback: Option<Rollback>,
    /// Why it failed, waits, is blocked or has nothing to do.
    pub reason: Option<String>,
    /// How often it was begun. Tells one holder of the unit from the next.
    pub attempts: u32,
    /// Who works on it.
    pub lease_owner: Option<String>,
    /// Until when; after that anyone may take it over.
    pub lease_until: Option<DateTime<Utc>>,
    /// Until when it waits for its device.
    pub queued_until: Option<DateTime<Utc>>,
    /// When its device came back while it waited.
    pub woken_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What is to be known about a device before it is changed, besides the plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UnitPreview {
    /// The device is critical.
    pub critical: bool,
    /// The device sleeps between wakes.
    pub sleeps: bool,
    /// What its outputs may do when it restarts.
    pub loads: Vec<Load>,
    /// When the configuration was read that the plan was made from, if the device did not answer when it was made.
    pub read_at: Option<DateTime<Utc>>,
    /// Settings that an undo leaves as they are, and why.
    pub left: Vec<Left>,
    /// What it takes over from another device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succession: Option<Box<Succession>>,
    /// The job by which it took the place of another device, whose records are put back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub puts_back: Option<JobId>,
    /// Where it names a server whose address is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readdressing: Option<Box<Readdressing>>,
}

/// Where a device names a server whose address is replaced. Holds no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Readdressing {
    /// Which address, and which one in its place.
    pub change: Readdress,
    /// Every place, by setting.
    pub places: Vec<NamedPlace>,
}

/// What an output may do when its device restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// The output.
    pub component: ComponentKey,
    /// Whether it is on now; none when that is not known.
    pub is_on: Option<bool>,
    /// What it does when it gets power.
    pub at_power_on: String,
    /// What that means.
    pub effect: LoadEffect,
}

words! {
    /// What a restart means for an output.
    pub enum LoadEffect ("effect on a load") {
        /// It is switched on.
        SwitchesOn = "switches_on",
        /// It is switched off.
        SwitchesOff = "switches_off",
        /// It may switch: that is not known before.
        MaySwitch = "may_switch",
    }
}

/// A setting that is not put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Left {
    /// The setting.
    pub path: SettingPath,
    /// Why.
    pub why: String,
}

/// What was put back on a device after it could not be proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rollback {
    /// What became of each setting that was put back.
    pub report: ApplyReport,
    /// Settings that could not be put back.
    pub left: Vec<Left>,
}

/// Where a job stands: what has become of each ring, and what is waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Each ring, from 0.
    pub rings: Vec<RingFacts>,
    /// What is waited for, and until when, where that is known.
    pub waits: Option<(Waiting, Option<DateTime<Utc>>)>,
}

/// One line of the journal of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// Job.
    pub job_id: JobId,
    /// Device.
    pub mac: Mac,
    /// Which step, from 0; none when it is about the whole unit.
    pub step: Option<u32>,
    /// How far it has come.
    pub phase: JournalPhase,
    /// What the device said, if it refused. Holds no secret.
    pub detail: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Default for JobOptions {
    fn default() -> Self {
        Self {
            rollout: Rollout::default(),
            second_person: false,
            wait_s: None,
            critical: CriticalDevices::Spare,
            keep_failed: false,
            take_over: false,
            spend_memory: false,
        }
    }
}

impl JobState {
    /// Whether nothing will change any more.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Proposed | Self::Approved | Self::Scheduled | Self::Running | Self::Paused => false,
            Self::Done | Self::Failed | Self::Stopped | Self::Expired | Self::Cancelled => true,
        }
    }

    /// Whether the manager works on it by itself.
    pub const fn is_going(self) -> bool {
        match self {
            Self::Scheduled | Self::Running | Self::Paused => true,
            Self::Proposed
            | Self::Approved
            | Self::Done
            | Self::Failed
            | Self::Stopped
            | Self::Expired
            | Self::Cancelled => false,
        }
    }
}

impl UnitState {
    /// Whether there is still something to do.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Queued | Self::Running => true,
            Self::Verified | Self::RolledBack | Self::Failed | Self::Blocked | Self::Skipped | Self::Cancelled => false,
        }
    }

    /// Whether the device was to be changed and was not, so that it is worth another attempt.
    pub const fn is_to_retry(self) -> bool {
        match self {
            Self::RolledBack | Self::Failed | Self::Blocked | Self::Cancelled => true,
            Self::Pending | Self::Queued | Self::Running | Self::Verified | Self::Skipped => false,
        }
    }

    /// Counts a unit of its ring.
    pub const fn counted_in(self, ring: &mut RingFacts, units: u32) {
        match self {
            Self::Pending => ring.waiting += units,
            Self::Queued => ring.away += units,
            Self::Running => ring.in_flight += units,
            Self::Verified => ring.good += units,
            Self::RolledBack | Self::Failed => ring.bad += units,
            // Nothing was tried, so it tells nothing about the change.
            Self::Blocked | Self::Skipped | Self::Cancelled => {}
        }
    }
}

impl UnitCounts {
    /// The number of units in `state`.
    pub const fn of(&mut self, state: UnitState) -> &mut u32 {
        match state {
            UnitState::Pending => &mut self.pending,
            UnitState::Queued => &mut self.queued,
            UnitState::Running => &mut self.running,
            UnitState::Verified => &mut self.verified,
            UnitState::RolledBack => &mut self.rolled_back,
            UnitState::Failed => &mut self.failed,
            UnitState::Blocked => &mut self.blocked,
            UnitState::Skipped => &mut self.skipped,
            UnitState::Cancelled => &mut self.cancelled,
        }
    }

    /// All units.
    pub const fn total(&self) -> u32 {
        self.open() + self.verified + self.missed() + self.skipped
    }

    /// Units with something left to do.
    pub const fn open(&self) -> u32 {
        self.pending + self.queued + self.running
    }

    /// Units that ended and whose device is not as it should be.
    pub const fn missed(&self) -> u32 {
        self.rolled_back + self.failed + self.blocked + self.cancelled
    }

    /// The state in which a job ends, once no unit is open.
    pub const fn outcome(&self) -> Option<JobState> {
        match (self.open(), self.missed()) {
            (0, 0) => Some(JobState::Done),
            (0, _) => Some(JobState::Failed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_ends_when_no_unit_is_open() {
        let mut counts = UnitCounts { verified: 3, skipped: 1, ..UnitCounts::default() };
        assert_eq!(counts.outcome(), Some(JobState::Done));
        *counts.of(UnitState::Pending) += 1;
        assert_eq!((counts.outcome(), counts.total()), (None, 5));
        counts = UnitCounts { failed: 1, ..UnitCounts::default() };
        assert_eq!(counts.outcome(), Some(JobState::Failed));
    }
}
