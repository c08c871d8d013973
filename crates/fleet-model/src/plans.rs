//! Plans over devices, their units, and the journal that survives an interruption.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;
use sync_engine::{ApplyReport, Plan};

use crate::{PlanId, word::words};

words! {
    /// State of a plan over all its devices.
    pub enum PlanState ("plan state") {
        /// Waits for a yes.
        Proposed = "proposed",
        /// Runs.
        Running = "running",
        /// Every device is as it should be.
        Done = "done",
        /// Some device is not; its unit says why.
        Failed = "failed",
        /// Waited too long for a yes.
        Expired = "expired",
        /// Called off.
        Cancelled = "cancelled",
    }
}

words! {
    /// State of one device in a plan.
    pub enum UnitState ("unit state") {
        /// Not begun.
        Pending = "pending",
        /// Being written by someone who holds the lease.
        Running = "running",
        /// Written and proven by re-reading.
        Verified = "verified",
        /// Not as it should be; the reason says why.
        Failed = "failed",
        /// Cannot be begun; the reason says why.
        Blocked = "blocked",
        /// Nothing to do.
        Skipped = "skipped",
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
    }
}

/// A plan over one or more devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRecord {
    /// Id.
    pub id: PlanId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who asked, in words.
    pub created_by: String,
    /// When it can no longer be confirmed.
    pub expires_at: DateTime<Utc>,
    /// Which devices, in words.
    pub scope: String,
    /// State.
    pub state: PlanState,
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
    /// Being written.
    pub running: u32,
    /// Proven.
    pub verified: u32,
    /// Failed.
    pub failed: u32,
    /// Blocked.
    pub blocked: u32,
    /// Nothing to do.
    pub skipped: u32,
}

/// One device in a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanUnit {
    /// Plan.
    pub plan_id: PlanId,
    /// Device.
    pub mac: Mac,
    /// Place in the order of the plan, from 0.
    pub position: u32,
    /// State.
    pub state: UnitState,
    /// The steps; none when no plan could be made. Holds no secret.
    pub plan: Option<Plan>,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// Why it failed, is blocked or has nothing to do.
    pub reason: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
    /// Who works on it.
    pub lease_owner: Option<String>,
    /// Until when; after that anyone may take it over.
    pub lease_until: Option<DateTime<Utc>>,
}

/// One line of the journal of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// Plan.
    pub plan_id: PlanId,
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

impl PlanState {
    /// Whether nothing will change any more.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Proposed | Self::Running => false,
            Self::Done | Self::Failed | Self::Expired | Self::Cancelled => true,
        }
    }
}

impl UnitState {
    /// Whether there is still something to do.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Running => true,
            Self::Verified | Self::Failed | Self::Blocked | Self::Skipped => false,
        }
    }
}

impl UnitCounts {
    /// The number of units in `state`.
    pub fn of(&mut self, state: UnitState) -> &mut u32 {
        match state {
            UnitState::Pending => &mut self.pending,
            UnitState::Running => &mut self.running,
            UnitState::Verified => &mut self.verified,
            UnitState::Failed => &mut self.failed,
            UnitState::Blocked => &mut self.blocked,
            UnitState::Skipped => &mut self.skipped,
        }
    }

    /// All units.
    pub const fn total(&self) -> u32 {
        self.pending + self.running + self.verified + self.failed + self.blocked + self.skipped
    }

    /// Units with something left to do.
    pub const fn open(&self) -> u32 {
        self.pending + self.running
    }

    /// The state in which a plan ends, once no unit is open.
    pub const fn outcome(&self) -> Option<PlanState> {
        match (self.open(), self.failed + self.blocked) {
            (0, 0) => Some(PlanState::Done),
            (0, _) => Some(PlanState::Failed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_ends_when_no_unit_is_open() {
        let mut counts = UnitCounts { verified: 3, skipped: 1, ..UnitCounts::default() };
        assert_eq!(counts.outcome(), Some(PlanState::Done));
        *counts.of(UnitState::Pending) += 1;
        assert_eq!((counts.outcome(), counts.total()), (None, 5));
        counts = UnitCounts { failed: 1, ..UnitCounts::default() };
        assert_eq!(counts.outcome(), Some(PlanState::Failed));
    }
}
