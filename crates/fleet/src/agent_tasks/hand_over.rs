//! What the manager does with a device that an agent brought into the network: adopts it, puts it where it belongs, and has
//! an ordinary job bring it to the wish.

use chrono::TimeDelta;
use fleet_model::{Actor, AgentTask, JobOptions, JobState, ProvisionWork, TaskState, TaskWork};
use shelly_types::Mac;

use crate::{DeviceChange, Error, ErrorKind, Fleet, Selection};

/// Whoever hands a device over has it for so long; a manager that was killed meanwhile begins again after that.
const TURN: TimeDelta = TimeDelta::seconds(30);

/// Time between two tries to adopt.
const PAUSE: TimeDelta = TimeDelta::seconds(3);

/// How long the end of the job is waited for, and the job for a device that does not answer right after it came.
const JOB_S: u32 = 600;

impl Fleet {
    /// Goes on with a device in the background, if nobody does.
    pub(super) async fn hand_over_soon(&self, task: &AgentTask) -> Result<(), Error> {
        let now = self.now();
        if task.not_before.is_some_and(|at| at > now) || task.lease_until.is_some_and(|until| until > now) {
            return Ok(());
        }
        let mut ours = task.clone();
        ours.lease_until = Some(now + TURN);
        let ours = match self.store().agent_task_put(ours, Vec::new()).await {
            Ok(done) => done.value,
            Err(error) if error.is_conflict() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let fleet = self.clone();
        self.spawn(async move {
            let work = async {
                let went = match ours.state {
                    TaskState::HandingOver => Box::pin(fleet.hand_over(&ours)).await,
                    _ => fleet.job_look(&ours).await,
                };
                if let Err(error) = went {
                    tracing::warn!(task.id = %ours.id, error = error.chain(), "a device could not be handed over");
                }
                fleet.agent_hub().ring();
            };
            tokio::select! {
                () = fleet.stop_token().cancelled() => {}
                () = work => {}
            }
        });
        Ok(())
    }

    /// Adopts a device and starts the job that brings it to the wish.
    async fn hand_over(&self, task: &AgentTask) -> Result<(), Error> {
        let (Some(mac), TaskWork::Provision(work)) = (task.mac, &task.work) else { return Ok(()) };
        let began = match self.hand_over_steps(task, mac, work).await {
            Ok(began) => began,
            Err(error) => return self.hand_over_again(task, &error).await,
        };
        self.task_write(task.id, |task, now| {
            if task.state != TaskState::HandingOver {
                return None;
            }
            task.state = TaskState::Applying;
            task.job_id = Some(began);
            (task.lease_until, task.not_before, task.reason) = (None, None, None);
            task.deadline_at = now + TimeDelta::seconds(JOB_S.into());
            Some(self.task_event(&Actor::System, task, "adopted"))
        })
        .await?;
        Ok(())
    }

    async fn hand_over_steps(
        &self,
        task: &AgentTask,
        mac: Mac,
        work: &ProvisionWork,
    ) -> Result<fleet_model::JobId, Error> {
        let actor = Actor::System;
        if self.store().device_get(mac).await?.is_none() {
            match self.adopt_one(&actor, mac).await {
                Ok(()) => {}
                Err(error) if *error.kind() == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        } else if let Some(endpoint) = &task.report.endpoint {
            self.device_moved(mac, endpoint).await?;
        }
        let change = DeviceChange { label: work.name.clone(), location: work.location.clone(), ..Default::default() };
        if change != DeviceChange::default() {
            self.device_update(&actor, mac, change).await?;
        }
        if let Some(group) = &work.group {
            let group = self.group_by_name(&actor, group).await?;
            self.group_members(&actor, group.id, &[mac], &[]).await?;
        }
        if let Some(profile) = &work.profile {
            let profile = self.profile_by_name(profile).await?;
            self.profile_assign(&actor, profile.id, &[mac], &[]).await?;
        }
        let selection = Selection { devices: vec![mac], ..Selection::default() };
        let options = JobOptions { wait_s: Some(JOB_S), ..JobOptions::default() };
        let job = self.job_create(&actor, &selection, options).await?.record;
        if job.state == JobState::Proposed {
            self.job_start(&actor, job.id).await?;
        }
        Ok(job.id)
    }

    /// Tries again in a moment: the device may not be ready. Gives up in the end; the device stays in the network.
    async fn hand_over_again(&self, task: &AgentTask, error: &Error) -> Result<(), Error> {
        let why = format!("it is in the network, but could not be taken over: {}", error.chain());
        self.task_write(task.id, |task, now| {
            if task.state != TaskState::HandingOver {
                return None;
            }
            task.reason = Some(why.clone());
            if task.deadline_at > now {
                (task.lease_until, task.not_before) = (None, Some(now + PAUSE));
                return Some(Vec::new());
            }
            task.end(TaskState::Failed, now);
            Some(self.task_event(&Actor::System, task, &why))
        })
        .await?;
        Ok(())
    }

    /// Ends a task with its job.
    async fn job_look(&self, task: &AgentTask) -> Result<(), Error> {
        let (Some(job), Some(mac)) = (task.job_id, task.mac) else { return Ok(()) };
        let job = self.job_record(job).await?;
        let has_failed = job.state.is_final() && job.state != JobState::Done;
        // It is the job of this device alone.
        let unit = if has_failed { self.store().job_unit(job.id, mac).await? } else { None };
        let reason = unit.and_then(|unit| unit.reason).or(job.reason).unwrap_or_else(|| "without a reason".to_owned());
        self.task_write(task.id, |task, now| {
            if task.state != TaskState::Applying {
                return None;
            }
            let (state, why) = match job.state {
                JobState::Done => (TaskState::Done, None),
                state if state.is_final() => {
                    let why = format!("it is ours, but not as wished: job {} {state}: {reason}", job.id);
                    (TaskState::Failed, Some(why))
                }
                _ if task.deadline_at <= now => {
                    (TaskState::Done, Some(format!("it is ours; its job {} goes on", job.id)))
                }
                _ => {
                    (task.lease_until, task.not_before) = (None, Some(now + TimeDelta::seconds(1)));
                    return Some(Vec::new());
                }
            };
            task.end(state, now);
            task.reason.clone_from(&why);
            Some(self.task_event(&Actor::System, task, why.as_deref().unwrap_or("done")))
        })
        .await?;
        Ok(())
    }
}
