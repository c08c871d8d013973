//! What people decide about a job: yes, start, hold, go on, call off.

use fleet_model::{Actor, FleetEvent, JobId, JobRecord, JobState, NewEvent, Permission};
use rollout::{Decision, Waiting, step};
use storage::JobWrite;

use crate::{Error, ErrorKind, Fleet};

impl Fleet {
    /// Says yes to a job, once. It can be started then. Where a second person is needed, the author cannot.
    pub async fn job_approve(&self, actor: &Actor, id: JobId) -> Result<JobRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.job_record(id).await?;
        let JobState::Proposed = record.state else { return Err(already(&record)) };
        self.not_too_old(&record).await?;
        if record.options.second_person && record.created_by == actor.to_string() {
            let what = "somebody else than the one who made this job has to approve it";
            return Err(Error::new(what, ErrorKind::Forbidden));
        }
        let approved = JobWrite { approved_by: Some(actor.to_string()), ..self.to(&record, JobState::Approved) };
        self.job_write(approved, actor, Some(FleetEvent::JobApproved { id })).await
    }

    /// Starts a job; it goes on by itself. Where no second person is needed, this is the yes as well.
    pub async fn job_start(&self, actor: &Actor, id: JobId) -> Result<JobRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.job_record(id).await?;
        let approved_by = match record.state {
            JobState::Proposed if record.options.second_person => {
                return Err(Error::new("this job waits for the approval of a second person", ErrorKind::Conflict));
            }
            JobState::Proposed => Some(actor.to_string()),
            JobState::Approved => None,
            JobState::Running | JobState::Scheduled => {
                self.job_run(id);
                return Ok(record);
            }
            JobState::Paused
            | JobState::Done
            | JobState::Failed
            | JobState::Stopped
            | JobState::Expired
            | JobState::Cancelled => return Err(already(&record)),
        };
        self.not_too_old(&record).await?;
        let now = self.now();
        let rings = self.store().job_rings(id, now).await?;
        let state = match step(&record.options.rollout, &rings, false, now) {
            Decision::Wait { what: Waiting::Start | Waiting::Window, .. } => JobState::Scheduled,
            _ => JobState::Running,
        };
        let write = JobWrite { approved_by, ..self.to(&record, state) };
        let started = self.job_write(write, actor, Some(FleetEvent::JobStarted { id })).await?;
        self.queued_learn(id).await?;
        self.job_run(id);
        Ok(started)
    }

    /// Holds a job. Devices being written are finished; no other is begun.
    pub async fn job_pause(&self, actor: &Actor, id: JobId) -> Result<JobRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.job_record(id).await?;
        match record.state {
            JobState::Running | JobState::Scheduled => {}
            JobState::Proposed
            | JobState::Approved
            | JobState::Paused
            | JobState::Done
            | JobState::Failed
            | JobState::Stopped
            | JobState::Expired
            | JobState::Cancelled => return Err(already(&record)),
        }
        let event = FleetEvent::JobPaused { id, resumed: false };
        self.job_write(self.to(&record, JobState::Paused), actor, Some(event)).await
    }

    /// Lets a held job go on.
    pub async fn job_resume(&self, actor: &Actor, id: JobId) -> Result<JobRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.job_record(id).await?;
        let JobState::Paused = record.state else { return Err(already(&record)) };
        let event = FleetEvent::JobPaused { id, resumed: true };
        let going = self.job_write(self.to(&record, JobState::Running), actor, Some(event)).await?;
        self.job_run(id);
        Ok(going)
    }

    /// Calls a job off. Devices being written are finished.
    pub async fn job_cancel(&self, actor: &Actor, id: JobId) -> Result<JobRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.job_record(id).await?;
        if record.state.is_final() {
            return Err(already(&record));
        }
        let state = JobState::Cancelled;
        let reason = Some(format!("called off by {actor}"));
        let write = JobWrite { leave: reason.clone(), reason: reason.clone(), ..self.to(&record, state) };
        self.job_write(write, actor, Some(FleetEvent::JobFinished { id, state, reason })).await
    }

    async fn not_too_old(&self, record: &JobRecord) -> Result<(), Error> {
        if self.now() < record.expires_at {
            return Ok(());
        }
        self.job_expire(record).await?;
        Err(Error::new("the job is too old; make a new one", ErrorKind::StalePlan))
    }

    /// Ends a job that waited too long.
    pub(crate) async fn job_expire(&self, record: &JobRecord) -> Result<(), Error> {
        let why = Some("nobody started it in time".to_owned());
        let write = JobWrite { leave: why.clone(), reason: why, ..self.to(record, JobState::Expired) };
        self.job_write(write, &Actor::System, None).await.map(drop)
    }

    /// The change of a job to another state, now.
    pub(super) fn to(&self, record: &JobRecord, state: JobState) -> JobWrite {
        let JobRecord { id, revision, .. } = *record;
        JobWrite { id, revision, state, at: self.now(), reason: None, approved_by: None, leave: None }
    }

    /// Stores a change of a job, and tells those who work on it.
    pub(super) async fn job_write(
        &self,
        write: JobWrite,
        actor: &Actor,
        event: Option<FleetEvent>,
    ) -> Result<JobRecord, Error> {
        let events = event.map(|event| NewEvent::new(write.at, actor, event)).into_iter().collect();
        let done = self.store().job_state_set(write, events).await?;
        self.publish(done.events);
        self.job_bell().ring();
        Ok(done.value)
    }
}

fn already(record: &JobRecord) -> Error {
    Error::new(format!("the job is {} already", record.state), ErrorKind::Conflict)
}
