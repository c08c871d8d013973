//! Carries jobs out: asks what may be begun, claims units, and survives being killed at any point.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, FleetEvent, JobId, JobRecord, JobState, UnitState};
use rollout::{Decision, RingFacts, step};
use shelly_types::Mac;
use storage::{Claim, UnitHold};
use tokio::{sync::watch, task::JoinSet};

use crate::{Error, ErrorKind, Fleet};

/// Units claimed at once at most.
const CLAIM: u32 = 64;

/// Pause before a job is looked at again when nothing of it happens here: another manager may have done something.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// States in which the manager works on a job by itself.
pub(crate) const GOING: &[JobState] = &[JobState::Scheduled, JobState::Running, JobState::Paused];

/// Units that are carried out here.
type Units = JoinSet<Result<(), Error>>;

impl Fleet {
    /// Takes up the jobs that ran when the manager stopped or was killed.
    pub(crate) async fn jobs_take_up(&self) -> Result<(), Error> {
        for job in self.store().jobs_in_states(GOING).await? {
            self.units_take_back(job.id).await?;
            self.job_run(job.id);
        }
        self.waited_for_learn().await
    }

    /// Ends the leases of an earlier process of this manager: it is gone and holds nothing any more.
    async fn units_take_back(&self, id: JobId) -> Result<(), Error> {
        let now = self.now();
        for unit in self.store().job_units(id).await? {
            let is_ours = unit.state == UnitState::Running && unit.lease_owner.as_deref() == Some(self.owner());
            if let Some(hold) = UnitHold::of(&unit).filter(|_| is_ours) {
                self.store().unit_lease_extend(hold, now).await?;
            }
        }
        Ok(())
    }

    /// Until when a unit is ours that shows a sign of life at `now`.
    pub(super) fn lease_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::from_std(self.options().lease).unwrap_or(TimeDelta::minutes(2))
    }

    /// Carries a job out in the background, once in this process.
    pub(crate) fn job_run(&self, id: JobId) {
        if !self.running_jobs(|running| running.insert(id)) {
            return;
        }
        let fleet = self.clone();
        self.spawn(async move {
            while let Err(error) = fleet.job_carry_out(id).await {
                if *error.kind() != ErrorKind::Conflict {
                    tracing::error!(job.id = %id, error = error.chain(), "a job could not go on; it is tried again");
                }
                tokio::select! {
                    () = fleet.stop_token().cancelled() => break,
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                }
            }
            fleet.running_jobs(|running| running.remove(&id));
        });
    }

    async fn job_carry_out(&self, id: JobId) -> Result<(), Error> {
        let mut bell = self.job_bell().hear();
        self.job_overrules(id).await?;
        let mut units = Units::new();
        loop {
            bell.mark_unchanged();
            let record = self.job_record(id).await?;
            if !record.state.is_going() || self.stop_token().is_cancelled() {
                break;
            }
            let now = self.now();
            let rings = self.rings(&record, now).await?;
            let is_paused = record.state == JobState::Paused;
            match step(&record.options.rollout, &rings, is_paused, now) {
                Decision::Done if units.is_empty() => return self.job_end(&record).await,
                Decision::Done => self.one_ended(&mut units, &mut bell, LOOK_AGAIN).await?,
                Decision::Stop { ring, bad, all } => self.job_stop(&record, ring, bad, all).await?,
                Decision::Wait { until, .. } => {
                    let at_most = until.and_then(|until| (until - now).to_std().ok()).unwrap_or(LOOK_AGAIN);
                    self.one_ended(&mut units, &mut bell, at_most.min(LOOK_AGAIN)).await?;
                }
                Decision::Begin { .. } if record.state == JobState::Scheduled => {
                    self.job_write(self.to(&record, JobState::Running), &Actor::System, None).await?;
                }
                Decision::Begin { ring, at_most } => {
                    let begun = self.begin(&record, &mut units, ring, at_most).await?;
                    if begun == 0 && units.is_empty() {
                        self.one_ended(&mut units, &mut bell, LOOK_AGAIN).await?;
                    }
                    self.some_ended(&mut units, &mut bell).await?;
                }
            }
        }
        while let Some(result) = units.join_next().await {
            joined(result)?;
        }
        Ok(())
    }

    /// What has become of the rings, after those were given up that waited too long.
    async fn rings(&self, record: &JobRecord, now: DateTime<Utc>) -> Result<Vec<RingFacts>, Error> {
        if record.units.queued > 0 {
            let why = "the device did not come back in time".to_owned();
            self.publish(self.store().units_give_up(record.id, now, why).await?.events);
        }
        Ok(self.store().job_rings(record.id, now).await?)
    }

    /// Takes units as far as there is room here, and carries them out. Says how many.
    async fn begin(
        &self,
        record: &JobRecord,
        units: &mut Units,
        ring: u32,
        at_most: Option<u32>,
    ) -> Result<usize, Error> {
        let room = self.options().at_once.saturating_sub(units.len());
        let limit = u32::try_from(room).unwrap_or(CLAIM).min(CLAIM).min(at_most.unwrap_or(CLAIM));
        let now = self.now();
        let claim = Claim {
            job: record.id,
            owner: self.owner().to_owned(),
            now,
            lease_until: self.lease_until(now),
            ring,
            limit,
            at_once: record.options.rollout.at_once,
        };
        let claimed = self.store().claim_units(claim).await?;
        if claimed.is_empty() {
            return Ok(0);
        }
        let macs: Vec<Mac> = claimed.iter().map(|unit| unit.mac).collect();
        let wishes = Arc::new(self.wishes(&macs).await?);
        let options = Arc::new(record.options.clone());
        let begun = claimed.len();
        for unit in claimed {
            let (fleet, options, wishes) = (self.clone(), Arc::clone(&options), Arc::clone(&wishes));
            units.spawn(async move { Box::pin(fleet.unit_run(unit, &options, &wishes)).await });
        }
        Ok(begun)
    }

    /// Waits until some places are free: they are filled in handfuls, so that taking units costs little.
    async fn some_ended(&self, units: &mut Units, bell: &mut watch::Receiver<()>) -> Result<(), Error> {
        let most = self.options().at_once;
        let enough = most.saturating_sub(most / 4).max(1);
        loop {
            let is_rung = bell.has_changed().unwrap_or(false);
            if units.is_empty() || is_rung {
                return Ok(());
            }
            self.one_ended(units, bell, LOOK_AGAIN).await?;
            if units.len() < enough {
                return Ok(());
            }
        }
    }

    /// Waits until a unit ends, somebody rings, the manager stops, or the time is over.
    async fn one_ended(
        &self,
        units: &mut Units,
        bell: &mut watch::Receiver<()>,
        at_most: Duration,
    ) -> Result<(), Error> {
        tokio::select! {
            Some(result) = units.join_next() => joined(result),
            _ = bell.changed() => Ok(()),
            () = self.stop_token().cancelled() => Ok(()),
            () = tokio::time::sleep(at_most) => Ok(()),
        }
    }

    async fn job_end(&self, record: &JobRecord) -> Result<(), Error> {
        let Some(state) = self.job_record(record.id).await?.units.outcome() else { return Ok(()) };
        let event = FleetEvent::JobFinished { id: record.id, state, reason: None };
        self.job_write(self.to(record, state), &Actor::System, Some(event)).await.map(drop)
    }

    /// Ends a job of which too much has failed. What is being written is finished.
    async fn job_stop(&self, record: &JobRecord, ring: u32, bad: u32, all: u32) -> Result<(), Error> {
        let state = JobState::Stopped;
        let reason = Some(format!("{bad} of {all} devices of ring {} failed", ring + 1));
        let event = FleetEvent::JobFinished { id: record.id, state, reason: reason.clone() };
        let stopped = storage::JobWrite { leave: reason.clone(), reason, ..self.to(record, state) };
        self.job_write(stopped, &Actor::System, Some(event)).await.map(drop)
    }
}

fn joined(result: Result<Result<(), Error>, tokio::task::JoinError>) -> Result<(), Error> {
    result.map_err(|error| Error::internal("carry out a unit", error))?
}
