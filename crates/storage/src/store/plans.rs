//! Plans, their units and the journal.

use chrono::{DateTime, Utc};
use fleet_model::{
    JournalEntry, NewEvent, Page, PageRequest, PlanId, PlanRecord, PlanState, PlanUnit, SettingProof, SnapshotRecord,
    UnitCounts, UnitState,
};
use shelly_types::Mac;
use sync_engine::ApplyReport;

use super::{Committed, DriftWrite, Result, Store, read, write, write_with_events};
use crate::columns::StoredProgress;

/// How far a unit has come. Stored only while `owner` holds its lease.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitProgress {
    /// Plan.
    pub plan_id: PlanId,
    /// Device.
    pub mac: Mac,
    /// Who holds the lease.
    pub owner: String,
    /// What happened.
    pub step: UnitStep,
}

/// What happened to a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitStep {
    /// It goes on: a line of its journal, and a lease that is good for longer.
    Journal {
        /// The line.
        entry: JournalEntry,
        /// Until when the unit is held.
        lease_until: DateTime<Utc>,
    },
    /// It has ended, or goes back to the others.
    Finish(Box<UnitFinish>),
}

/// The end of a unit, with what was learnt of its device.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFinish {
    /// How it ended; `Pending` gives it back.
    pub state: UnitState,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// Why it is not as wished.
    pub reason: Option<String>,
    /// The secrets that the device accepted.
    pub proofs: Vec<SettingProof>,
    /// The configuration it has now, if it was read and may differ from the newest one.
    pub snapshot: Option<SnapshotRecord>,
    /// What is told when it does differ.
    pub snapshot_event: Option<NewEvent>,
    /// How the device compares with the wish.
    pub drift: Option<DriftWrite>,
    /// What is told of the rest.
    pub events: Vec<NewEvent>,
}

impl Store {
    /// Stores a new plan with its units, at revision 1.
    pub async fn plan_insert(
        &self,
        plan: PlanRecord,
        units: Vec<PlanUnit>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<PlanRecord>> {
        write_with_events!(self, "store a plan", events, plans::insert(&plan, &units))
    }

    /// A plan.
    pub async fn plan_get(&self, id: PlanId) -> Result<Option<PlanRecord>> {
        read!(self, "read a plan", plans::get(id))
    }

    /// Plans, newest first.
    pub async fn plans_page(&self, page: PageRequest) -> Result<Page<PlanRecord>> {
        read!(self, "list plans", plans::page(&page))
    }

    /// Every plan in this state, oldest first. At the start, the running ones are those that were interrupted.
    pub async fn plans_in_state(&self, state: PlanState) -> Result<Vec<PlanRecord>> {
        read!(self, "list plans", plans::in_state(state))
    }

    /// Moves a plan to another state. `Conflict` when `revision` is not the newest. A final state notes `now` as the end.
    pub async fn plan_state_set(
        &self,
        id: PlanId,
        revision: i64,
        state: PlanState,
        now: DateTime<Utc>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<PlanRecord>> {
        write_with_events!(self, "change the state of a plan", events, plans::set_state(id, revision, state, now))
    }

    /// The units of a plan, in order.
    pub async fn plan_units(&self, id: PlanId) -> Result<Vec<PlanUnit>> {
        read!(self, "list the units of a plan", units::all(id))
    }

    /// One unit of a plan.
    pub async fn plan_unit(&self, id: PlanId, mac: Mac) -> Result<Option<PlanUnit>> {
        read!(self, "read a unit of a plan", units::get(id, mac))
    }

    /// Takes up to `limit` units of a running plan: pending ones, and running ones whose lease has ended. They are running
    /// and leased to `owner` until `lease_until` afterwards, and their attempts are counted up.
    ///
    /// No unit is given to two owners, not even of two programs.
    pub async fn claim_units(
        &self,
        plan: PlanId,
        owner: String,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<PlanUnit>> {
        write!(self, "take units of a plan", units::claim(plan, &owner, now, lease_until, limit))
    }

    /// Keeps a unit for longer. `Conflict` when `owner` does not hold it any more.
    pub async fn unit_lease_extend(&self, plan: PlanId, mac: Mac, owner: String, until: DateTime<Utc>) -> Result<()> {
        write!(self, "keep a unit of a plan", units::extend(plan, mac, &owner, until))
    }

    /// Stores the progress of several units at once. Says of each whether its owner still held it; of one that is lost
    /// nothing is stored.
    pub async fn units_progress(&self, progress: Vec<UnitProgress>) -> Result<Committed<Vec<bool>>> {
        let progress: Vec<StoredProgress> = progress.into_iter().map(|progress| self.seal_progress(progress)).collect();
        write!(self, "store the progress of a plan", units::progress(&progress))
    }

    fn seal_progress(&self, mut progress: UnitProgress) -> StoredProgress {
        let snapshot = match &mut progress.step {
            UnitStep::Finish(finish) => finish.snapshot.take(),
            UnitStep::Journal { .. } => None,
        };
        StoredProgress { snapshot: snapshot.map(|snapshot| self.seal_snapshot(snapshot)), progress }
    }

    /// Skips every pending unit of a plan with a reason; those that run go on. Gives the numbers of its units.
    pub async fn units_skip_pending(
        &self,
        plan: PlanId,
        reason: String,
        events: Vec<NewEvent>,
    ) -> Result<Committed<UnitCounts>> {
        write_with_events!(self, "skip units of a plan", events, units::skip_pending(plan, &reason))
    }

    /// The journal of a unit, in order.
    pub async fn journal(&self, plan: PlanId, mac: Mac) -> Result<Vec<JournalEntry>> {
        read!(self, "read the journal of a plan", units::journal(plan, mac))
    }
}
