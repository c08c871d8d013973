//! Jobs, their units and the journal.

use chrono::{DateTime, Utc};
use fleet_model::{
    JobId, JobRecord, JobState, JobUnit, JournalEntry, NewEvent, Page, PageRequest, Rollback, SettingProof, UnitState,
};
use rollout::RingFacts;
use shelly_types::Mac;
use sync_engine::{ApplyReport, Plan};

use super::{Committed, DriftWrite, RecordsMove, Result, SnapshotWrite, Store, read, write, write_with_events};
use crate::{
    columns::StoredProgress,
    error::{Error, Kind},
};

/// A change of the state of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobWrite {
    /// Job.
    pub id: JobId,
    /// The newest revision that is known.
    pub revision: i64,
    /// The new state.
    pub state: JobState,
    /// Now.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who said yes, if that is what happened.
    pub approved_by: Option<String>,
    /// Units that have not begun are given up, for this reason.
    pub leave: Option<String>,
}

/// Who takes units of a job, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Job.
    pub job: JobId,
    /// Who.
    pub owner: String,
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when they are held without a sign of life.
    pub lease_until: DateTime<Utc>,
    /// Of rings up to and including this one.
    pub ring: u32,
    /// So many at most.
    pub limit: u32,
    /// So many of the job at the same time, over all who work on it; none for no limit.
    pub at_once: Option<u32>,
}

/// The right to work on a unit: it was taken by `owner`, and by nobody since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitHold {
    /// Job.
    pub job_id: JobId,
    /// Device.
    pub mac: Mac,
    /// Who holds the lease.
    pub owner: String,
    /// The attempt for which it was taken.
    pub attempt: u32,
}

/// How far a unit has come. Stored only while it is held.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitProgress {
    /// By whom.
    pub hold: UnitHold,
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
        /// What is known so far, to be kept as well.
        report: Option<Box<ApplyReport>>,
    },
    /// It has ended, waits, or goes back to the others.
    Finish(Box<UnitFinish>),
}

/// The end of a unit, with what was learnt of its device.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFinish {
    /// How it ended; `Pending` gives it back, `Queued` waits for the device.
    pub state: UnitState,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it waits.
    pub queued_until: Option<DateTime<Utc>>,
    /// What became of each setting.
    pub report: Option<ApplyReport>,
    /// What was put back after that.
    pub rollback: Option<Rollback>,
    /// Why it is not as wished.
    pub reason: Option<String>,
    /// The secrets that the device accepted.
    pub proofs: Vec<SettingProof>,
    /// The configuration it has now, if it was read and may differ from the newest one.
    pub snapshot: Option<SnapshotWrite>,
    /// How the device compares with the wish.
    pub drift: Option<DriftWrite>,
    /// Records that move with it.
    pub records: Option<RecordsMove>,
    /// What is told of the rest.
    pub events: Vec<NewEvent>,
}

impl UnitHold {
    /// The right of the one who has just taken the unit; none when nobody has.
    pub fn of(unit: &JobUnit) -> Option<Self> {
        let JobUnit { job_id, mac, attempts, .. } = *unit;
        Some(Self { job_id, mac, owner: unit.lease_owner.clone()?, attempt: attempts })
    }
}

impl Store {
    /// Stores a new job with its units, at revision 1.
    pub async fn job_insert(
        &self,
        job: JobRecord,
        units: Vec<JobUnit>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<JobRecord>> {
        write_with_events!(self, "store a job", events, jobs::insert(&job, &units))
    }

    /// A job.
    pub async fn job_get(&self, id: JobId) -> Result<Option<JobRecord>> {
        read!(self, "read a job", jobs::get(id))
    }

    /// Jobs, newest first.
    pub async fn jobs_page(&self, page: PageRequest) -> Result<Page<JobRecord>> {
        read!(self, "list jobs", jobs::page(&page))
    }

    /// Every job in one of these states, oldest first.
    pub async fn jobs_in_states(&self, states: &'static [JobState]) -> Result<Vec<JobRecord>> {
        read!(self, "list jobs", jobs::in_states(states))
    }

    /// Moves a job to another state. `Conflict` when its revision is not the newest. A final state notes the end, the first
    /// one in which it goes the start.
    pub async fn job_state_set(&self, job: JobWrite, events: Vec<NewEvent>) -> Result<Committed<JobRecord>> {
        write_with_events!(self, "change the state of a job", events, jobs::set_state(&job))
    }

    /// The units of a job, in order.
    pub async fn job_units(&self, id: JobId) -> Result<Vec<JobUnit>> {
        read!(self, "list the units of a job", units::all(id))
    }

    /// One unit of a job.
    pub async fn job_unit(&self, id: JobId, mac: Mac) -> Result<Option<JobUnit>> {
        read!(self, "read a unit of a job", units::get(id, mac))
    }

    /// What has become of each ring of a job.
    pub async fn job_rings(&self, id: JobId, now: DateTime<Utc>) -> Result<Vec<RingFacts>> {
        read!(self, "count the units of a job", units::rings(id, now))
    }

    /// Takes units of a running job: pending ones, those first whose device has just come back, and running ones whose lease
    /// has ended. They are running and leased afterwards, and their attempts are counted up.
    ///
    /// No unit is given to two owners, not even of two programs, and not more are in flight than the job allows.
    pub async fn claim_units(&self, claim: Claim) -> Result<Vec<JobUnit>> {
        write!(self, "take units of a job", units::claim(&claim))
    }

    /// Keeps a unit for longer. `Conflict` when it is not held any more.
    pub async fn unit_lease_extend(&self, hold: UnitHold, until: DateTime<Utc>) -> Result<()> {
        write!(self, "keep a unit of a job", units::extend(&hold, until))
    }

    /// Stores the progress of several units at once. Says of each whether it was still held; of one that is lost nothing is
    /// stored.
    pub async fn units_progress(&self, progress: Vec<UnitProgress>) -> Result<Committed<Vec<bool>>> {
        let operation = "store the progress of a job";
        let sealed: Result<Vec<StoredProgress>, Kind> =
            progress.into_iter().map(|progress| self.seal_progress(progress)).collect();
        let progress = sealed.map_err(|kind| Error::new(operation, kind))?;
        write!(self, operation, units::progress(&progress))
    }

    fn seal_progress(&self, mut progress: UnitProgress) -> Result<StoredProgress, Kind> {
        let (snapshot, records) = match &mut progress.step {
            UnitStep::Finish(finish) => (finish.snapshot.take(), finish.records.take()),
            UnitStep::Journal { .. } => (None, None),
        };
        let snapshot = snapshot.map(|snapshot| self.seal_snapshot(snapshot));
        let records = records.map(|records| self.seal_records(records)).transpose()?;
        Ok(StoredProgress { progress, snapshot, records })
    }

    /// Lets the units begin that wait for this device. Gives their jobs.
    pub async fn units_wake(&self, mac: Mac, now: DateTime<Utc>) -> Result<Vec<JobId>> {
        write!(self, "wake units of jobs", units::wake(mac, now))
    }

    /// Devices that units of going jobs wait for.
    pub async fn macs_waited_for(&self) -> Result<Vec<Mac>> {
        read!(self, "list devices that are waited for", units::waited_for())
    }

    /// Fails the units of a job whose device did not come back in time; says how many.
    pub async fn units_give_up(&self, id: JobId, now: DateTime<Utc>, why: String) -> Result<Committed<usize>> {
        write!(self, "give up units of a job", units::give_up(id, now, &why))
    }

    /// Units that have not begun, of going jobs that are older than this one and are about the same devices.
    pub async fn units_before(&self, id: JobId, macs: Vec<Mac>) -> Result<Vec<JobUnit>> {
        read!(self, "list units of other jobs", units::before(id, &macs))
    }

    /// Gives a unit that has not begun another plan, or skips it for this reason. Says whether it had not begun.
    pub async fn unit_replan(
        &self,
        id: JobId,
        mac: Mac,
        plan: Plan,
        skip: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        write!(self, "change a unit of a job", units::replan((id, mac), &plan, skip.as_deref(), now))
    }

    /// The journal of a unit, in order.
    pub async fn journal(&self, id: JobId, mac: Mac) -> Result<Vec<JournalEntry>> {
        read!(self, "read the journal of a job", units::journal(id, mac))
    }
}
