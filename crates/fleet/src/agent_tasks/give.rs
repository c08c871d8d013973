//! Gives work to agents, and takes it back from those that are gone.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, AgentAbility, AgentId, AgentTask, AgentTaskId, LocationTree, TaskState, TaskWork};
use storage::TaskSecrets;

use super::{
    HELD, OPEN,
    choose::{Board, Candidate, Choice},
};
use crate::{
    Error, Fleet,
    agents::{AgentOrder, GivenTask},
};

/// A radio looks for access points that are waited for this often.
const SCAN_EVERY: TimeDelta = TimeDelta::seconds(30);

/// What an agent may take longer than it was told, before it is told to stop.
const OVERTIME: TimeDelta = TimeDelta::seconds(30);

/// Access points and devices that an agent did not see for so long are forgotten.
const KEEP_POINTS: TimeDelta = TimeDelta::days(7);

/// Scans and probes that ended are kept for so long.
const KEEP_ENDED: TimeDelta = TimeDelta::hours(1);

impl Fleet {
    /// Looks after all tasks once. Says whether some have not ended.
    pub(crate) async fn tasks_turn(&self) -> Result<bool, Error> {
        let now = self.now();
        let open = self.store().agent_tasks_in(OPEN).await?;
        for task in &open {
            match task.state {
                TaskState::Given | TaskState::Running | TaskState::Cancelling => self.held_look(task, now).await?,
                TaskState::Waiting if task.deadline_at <= now => self.waited_in_vain(task).await?,
                TaskState::HandingOver | TaskState::Applying => self.hand_over_soon(task).await?,
                TaskState::Waiting | TaskState::Done | TaskState::Failed | TaskState::Cancelled => {}
            }
        }
        if open.iter().any(|task| task.state == TaskState::Waiting) {
            self.tasks_give(now).await?;
        }
        Ok(!open.is_empty())
    }

    /// Forgets what is old.
    pub(crate) async fn tasks_tidy(&self) -> Result<(), Error> {
        let now = self.now();
        self.store().access_points_forget(now - KEEP_POINTS).await?;
        self.store().agent_sightings_forget(now - KEEP_POINTS).await?;
        self.store().agent_tasks_forget(now - KEEP_ENDED).await?;
        Ok(())
    }

    /// Takes a task back whose agent was not heard in time, and stops one that takes too long.
    async fn held_look(&self, task: &AgentTask, now: DateTime<Utc>) -> Result<(), Error> {
        if task.lease_until.is_none_or(|until| until <= now) {
            return self.task_lost(task.id, task.fence, "its agent was not heard in time").await;
        }
        if let Some(agent) = task.agent_id
            && task.deadline_at + OVERTIME <= now
        {
            self.agent_cancel(agent, task.id, task.fence, "it took too long");
        }
        Ok(())
    }

    /// A task goes back to the others, unless somebody was faster.
    pub(crate) async fn task_lost(&self, id: AgentTaskId, fence: u64, why: &str) -> Result<(), Error> {
        let (most, wait) = (self.options().agents.most_attempts, self.options().agents.retry_wait);
        let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(10));
        self.task_write(id, |task, now| {
            if !task.state.is_held() || task.fence != fence {
                return None;
            }
            if task.state == TaskState::Cancelling {
                task.end(TaskState::Cancelled, now);
            } else {
                task.take_back(why, now, wait, most);
            }
            Some(self.task_event(&Actor::System, task, why))
        })
        .await?;
        Ok(())
    }

    async fn waited_in_vain(&self, task: &AgentTask) -> Result<(), Error> {
        self.task_write(task.id, |task, now| {
            if task.state != TaskState::Waiting {
                return None;
            }
            let why = task.reason.take().unwrap_or_else(|| "no agent came".to_owned());
            let why = format!("waited in vain: {why}");
            task.end(TaskState::Failed, now);
            task.reason = Some(why.clone());
            Some(self.task_event(&Actor::System, task, &why))
        })
        .await?;
        Ok(())
    }

    /// Gives out what waits and can be begun.
    async fn tasks_give(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let held = self.store().agent_tasks_in(HELD).await?;
        let mut busy: HashSet<(AgentId, String)> = held
            .iter()
            .filter(|task| task.needs_radio())
            .filter_map(|task| task.agent_id.zip(task.interface.clone()))
            .collect();
        let candidates = self.candidates(&held).await?;
        let points = self.store().access_points().await?;
        let mut is_looked_for = false;
        for task in self.store().agent_tasks_in(&[TaskState::Waiting]).await? {
            if task.not_before.is_some_and(|at| at > now) || task.deadline_at <= now {
                continue;
            }
            let choice = Board { candidates: &candidates, points: &points, busy: &busy, now }.choose(&task);
            match choice {
                Choice::Give { agent, interface, ssid } => {
                    if self.task_give(task, agent, interface.clone(), ssid, now).await?
                        && let Some(interface) = interface
                    {
                        busy.insert((agent, interface));
                    }
                }
                Choice::Wait(why) => self.task_waits(&task, why).await?,
                Choice::Look(why) => {
                    is_looked_for = true;
                    self.task_waits(&task, why).await?;
                }
            }
        }
        if is_looked_for {
            self.radios_look(&candidates, &busy, now).await?;
        }
        Ok(())
    }

    /// The agents that can be given work: those that do not hold something that is not theirs any more, which they may
    /// still be putting back.
    async fn candidates(&self, held: &[AgentTask]) -> Result<Vec<Candidate>, Error> {
        let connected = self.agent_hub().connected();
        if connected.is_empty() {
            return Ok(Vec::new());
        }
        let records = self.store().agents_all().await?;
        let tree = LocationTree::new(self.store().locations_all().await?);
        let is_clean = |id: AgentId, holds: &[(AgentTaskId, u64)]| {
            holds.iter().all(|(task, fence)| held.iter().any(|held| held.id == *task && held.is_held_by(id, *fence)))
        };
        let candidates = connected.into_iter().filter(|agent| is_clean(agent.id, &agent.holds)).filter_map(|agent| {
            let record = records.iter().find(|record| record.id == agent.id && record.revoked_at.is_none())?;
            let around = record.location.iter().flat_map(|location| tree.outwards(location.id));
            let places = around.map(|location| location.name.clone()).collect();
            Some(Candidate { agent, places })
        });
        Ok(candidates.collect())
    }

    /// Gives a task to an agent: first in the database, then to the agent itself.
    async fn task_give(
        &self,
        mut task: AgentTask,
        agent: AgentId,
        interface: Option<String>,
        ssid: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        if let TaskWork::Provision(work) = &mut task.work {
            work.ssid = ssid.or(work.ssid.take());
        }
        task.give(agent, interface, self.lease_end(now));
        let stored = match self.store().agent_task_put(task, Vec::new()).await {
            Ok(done) => done.value,
            // Somebody else was faster, or the radio is taken.
            Err(error) if error.is_conflict() => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.task_order(stored).await?;
        Ok(true)
    }

    /// Sends a task to the agent that holds it. If that does not get it, the lease ends by itself.
    pub(crate) async fn task_order(&self, task: AgentTask) -> Result<(), Error> {
        let Some(agent) = task.agent_id else { return Ok(()) };
        let secrets = match task.work {
            TaskWork::Provision(_) => self.store().agent_task_secrets(task.id).await?,
            TaskWork::Scan | TaskWork::Probe { .. } | TaskWork::Restore => TaskSecrets::default(),
        };
        let options = &self.options().agents;
        let left = (task.deadline_at - self.now()).to_std().unwrap_or_default();
        let deadline = options.task_time.min(left);
        let given = GivenTask { task, secrets, lease: options.lease, deadline };
        self.agent_hub().order(agent, AgentOrder::Task(Box::new(given)));
        Ok(())
    }

    /// When a lease ends that is given now. The agent is told less, so that it has stopped before another one begins.
    pub(super) fn lease_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let options = &self.options().agents;
        now + TimeDelta::from_std(options.lease + options.grace).unwrap_or(TimeDelta::minutes(2))
    }

    async fn task_waits(&self, task: &AgentTask, why: String) -> Result<(), Error> {
        if task.reason.as_ref() == Some(&why) {
            return Ok(());
        }
        let waits = AgentTask { reason: Some(why), ..task.clone() };
        match self.store().agent_task_put(waits, Vec::new()).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_conflict() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Has radios that are free look for access points.
    async fn radios_look(
        &self,
        candidates: &[Candidate],
        busy: &HashSet<(AgentId, String)>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        for candidate in candidates.iter().filter(|candidate| candidate.agent.about.can(AgentAbility::Wifi)) {
            for radio in candidate.agent.about.radios() {
                let key = (candidate.agent.id, radio.to_owned());
                if busy.contains(&key) || !self.agent_hub().may_scan(key.clone(), now, SCAN_EVERY) {
                    continue;
                }
                let mut task = self.new_task(&Actor::System, TaskWork::Scan, SCAN_EVERY);
                (task.only_agent, task.only_interface) = (Some(key.0), Some(key.1.clone()));
                task.priority = -1;
                self.store()
                    .agent_tasks_insert(None, vec![(task.clone(), TaskSecrets::default())], Vec::new())
                    .await
                    .map(drop)?;
                task.revision = 1;
                self.task_give(task, key.0, Some(key.1), None, now).await?;
            }
        }
        Ok(())
    }
}
