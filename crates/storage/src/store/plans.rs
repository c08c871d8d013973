//! Plans, their units and the journal.

use chrono::{DateTime, Utc};
use fleet_model::{
    JournalEntry, NewEvent, Page, PageRequest, PlanId, PlanRecord, PlanState, PlanUnit, UnitCounts, UnitState,
};
use shelly_types::Mac;
use sync_engine::ApplyReport;

use super::{Committed, Result, Store, read, write, write_with_events};

/// The end of a unit, or its return to the others.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFinish {
    /// Plan.
    pub plan_id: PlanId,
    /// Device.
    pub mac: Mac,
    /// Who holds the lease.
    pub owner: String,
    /// How it ended; `Pending` gives it back.
    pub state: UnitState,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// Why it is not as wished.
    pub reason: Option<String>,
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

    /// Ends a unit and gives the numbers of the units of its plan. `Conflict` when the owner does not hold it any more.
    pub async fn unit_finish(&self, finish: UnitFinish, events: Vec<NewEvent>) -> Result<Committed<UnitCounts>> {
        write_with_events!(self, "end a unit of a plan", events, units::finish(&finish))
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

    /// Adds a line to the journal of a unit.
    pub async fn journal_append(&self, entry: JournalEntry) -> Result<()> {
        write!(self, "write the journal of a plan", units::journal_append(&entry))
    }

    /// The journal of a unit, in order.
    pub async fn journal(&self, plan: PlanId, mac: Mac) -> Result<Vec<JournalEntry>> {
        read!(self, "read the journal of a plan", units::journal(plan, mac))
    }
}
