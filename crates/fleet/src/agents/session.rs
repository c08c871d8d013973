//! A session with an agent: what it tells, and what it is told.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use fleet_model::{
    AccessPointRecord, Actor, AgentAbout, AgentId, AgentTask, AgentTaskId, DevicePlace, FleetEvent, NewEvent,
    TaskFailure, TaskState, TaskStep,
};
use shelly_types::Mac;
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    FoundByAgent, TRIES,
    hub::{AgentEnd, AgentOrder, Live, ORDERS},
};
use crate::{Error, Fleet, agent_tasks::HELD};

/// Agents that can be connected to one manager.
const MOST_AGENTS: usize = 10_000;

/// Who comes in.
#[derive(Debug, Clone)]
pub struct AgentArrival {
    /// Which agent, as its certificate says.
    pub id: AgentId,
    /// Chosen by the agent when it began to count its messages.
    pub epoch: String,
    /// What it says of itself.
    pub about: AgentAbout,
    /// Tasks that it has, and under which numbers.
    pub holds: Vec<(AgentTaskId, u64)>,
}

/// Why an agent is not let in.
#[derive(Debug)]
pub enum AgentRefusal {
    /// It was revoked.
    Revoked,
    /// Another one with its certificate is connected.
    Duplicate,
    /// There are too many.
    Overloaded,
    /// It could not be found out.
    Failed(Error),
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskNews {
    /// Task.
    pub task: AgentTaskId,
    /// Under which number the agent has it.
    pub fence: u64,
    /// Step that was begun.
    pub step: Option<TaskStep>,
    /// In words.
    pub detail: String,
    /// Time until the device closes its setup window.
    pub window_left: Option<Duration>,
    /// The device, once it has said who it is.
    pub device: Option<(Mac, String)>,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskOutcome {
    /// The device is in the network.
    Provisioned {
        /// The device, and where it is.
        found: Box<FoundByAgent>,
        /// What found it there.
        found_by: String,
        /// The host has the network it had before.
        is_host_restored: bool,
    },
    /// A scan, probe or restoring ended.
    Done {
        /// What it found.
        found: u32,
    },
    /// It failed.
    Failed {
        /// Why.
        failure: TaskFailure,
        /// In words.
        text: String,
        /// Where.
        step: Option<TaskStep>,
        /// The host has the network it had before.
        is_host_restored: bool,
        /// Where the device is.
        place: DevicePlace,
    },
}

/// A session. The agent counts as connected until it is dropped.
#[derive(Debug)]
pub struct AgentSession {
    fleet: FleetOf,
    id: AgentId,
    name: String,
    session: u64,
    orders: mpsc::Receiver<AgentOrder>,
    end: watch::Receiver<Option<AgentEnd>>,
    acknowledged: u64,
}

/// The fleet, which does not print.
struct FleetOf(Fleet);

impl std::fmt::Debug for FleetOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fleet")
    }
}

impl Fleet {
    /// Lets an agent in, tells it what it still has to do, and takes from it what it may not go on with.
    ///
    /// # Errors
    /// When it may not come in. The one who was there before stays then.
    pub async fn agent_arrives(&self, arrival: AgentArrival) -> Result<AgentSession, AgentRefusal> {
        let AgentArrival { id, epoch, about, holds } = arrival;
        let record = self.store().agent_get(id).await.map_err(|error| AgentRefusal::Failed(error.into()))?;
        let record = record.filter(|agent| agent.revoked_at.is_none()).ok_or(AgentRefusal::Revoked)?;
        let (orders, ordered) = mpsc::channel(ORDERS);
        let (end, ends) = watch::channel(None);
        let session = self.agent_session_number();
        let live = Live {
            session,
            epoch: epoch.clone(),
            about: about.clone(),
            holds: holds.clone(),
            heard_at: Instant::now(),
            orders,
            end,
        };
        if let Err(refusal) = self.agent_takes_place(id, live) {
            if matches!(refusal, AgentRefusal::Duplicate) {
                let action = "another one with its certificate wanted to come in and was refused";
                let event = self.agent_event(&Actor::System, Some(id), &record.name, action);
                if let Ok(done) = self.store().agent_put(record, vec![event]).await {
                    self.publish(done.events);
                }
            }
            return Err(refusal);
        }
        let acknowledged = {
            let taken = self.agent_hub().taken();
            taken.get(&id).filter(|(known, _)| *known == epoch).map_or(0, |(_, seq)| *seq)
        };
        // From here on it leaves when it is dropped.
        let session = AgentSession {
            fleet: FleetOf(self.clone()),
            id,
            name: record.name,
            session,
            orders: ordered,
            end: ends,
            acknowledged,
        };
        let now = self.now();
        let owner = self.owner().to_owned();
        let stored = self
            .agent_write(&Actor::System, id, "connected", |agent| {
                agent.about = about.clone();
                agent.last_seen_at = Some(now);
                agent.connected_to = Some(owner.clone());
            })
            .await;
        stored.map_err(AgentRefusal::Failed)?;
        self.agent_reconcile(id, &holds).await.map_err(AgentRefusal::Failed)?;
        self.agent_hub().ring();
        Ok(session)
    }

    /// Notes which agents were heard since then.
    pub(crate) async fn agents_heard(&self, since: Instant) -> Result<(), Error> {
        let heard = self.agent_hub().heard(since);
        if !heard.is_empty() {
            self.store().agents_touch(heard, self.now()).await?;
        }
        Ok(())
    }

    /// Makes this session the one of its agent, if it may be.
    fn agent_takes_place(&self, id: AgentId, new: Live) -> Result<(), AgentRefusal> {
        let silence = self.options().agents.silence;
        let mut live = self.agent_hub().live();
        let others = live.len();
        match live.get(&id) {
            Some(known) if known.epoch != new.epoch && known.heard_at.elapsed() < silence => {
                return Err(AgentRefusal::Duplicate);
            }
            Some(known) => {
                known.end.send_replace(Some(AgentEnd::Replaced));
            }
            None if others >= MOST_AGENTS => return Err(AgentRefusal::Overloaded),
            None => {}
        }
        live.insert(id, new);
        Ok(())
    }

    /// Brings what an agent has and what it should have together.
    async fn agent_reconcile(&self, id: AgentId, holds: &[(AgentTaskId, u64)]) -> Result<(), Error> {
        let tasks = self.store().agent_tasks_in(HELD).await?;
        let ours: HashMap<AgentTaskId, AgentTask> =
            tasks.into_iter().filter(|task| task.agent_id == Some(id)).map(|task| (task.id, task)).collect();
        for (task, fence) in holds {
            if !ours.get(task).is_some_and(|ours| ours.is_held_by(id, *fence)) {
                self.agent_cancel(id, *task, *fence, "it is not yours any more");
            }
        }
        for task in ours.into_values() {
            let is_known = holds.contains(&(task.id, task.fence));
            match task.state {
                TaskState::Cancelling => self.agent_cancel(id, task.id, task.fence, "called off"),
                TaskState::Given if !is_known => self.task_order(task).await?,
                _ if is_known => {}
                _ => self.task_lost(task.id, task.fence, "its agent does not know it any more").await?,
            }
        }
        Ok(())
    }

    pub(crate) fn agent_cancel(&self, id: AgentId, task: AgentTaskId, fence: u64, reason: &str) {
        self.agent_hub().order(id, AgentOrder::Cancel { task, fence, reason: reason.to_owned() });
    }

    fn agent_session_number(&self) -> u64 {
        // Unique in this process is enough.
        let (high, low) = self.ids().next_uuid().as_u64_pair();
        high ^ low
    }
}

impl AgentSession {
    /// Which agent.
    pub fn id(&self) -> AgentId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number up to which its messages were taken in when it came.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// The next order, or why the session ends.
    pub async fn next(&mut self) -> Result<AgentOrder, AgentEnd> {
        let fleet = self.fleet.0.clone();
        tokio::select! {
            biased;
            () = fleet.stop_token().cancelled() => Err(AgentEnd::Stopping),
            ended = self.end.wait_for(Option::is_some) => {
                Err(ended.ok().and_then(|ended| *ended).unwrap_or(AgentEnd::Replaced))
            }
            order = self.orders.recv() => order.ok_or(AgentEnd::Replaced),
        }
    }

    /// A message was taken in for good.
    pub fn taken(&self, seq: u64) {
        let hub = self.fleet.0.agent_hub();
        let epoch = {
            let mut live = hub.live();
            let Some(live) = live.get_mut(&self.id).filter(|live| live.session == self.session) else { return };
            live.heard_at = Instant::now();
            live.epoch.clone()
        };
        hub.taken().insert(self.id, (epoch, seq));
    }

    /// The agent says again what it is.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn about(&self, about: AgentAbout) -> Result<(), Error> {
        let fleet = &self.fleet.0;
        if let Some(live) = fleet.agent_hub().live().get_mut(&self.id) {
            live.about = about.clone();
        }
        fleet.agent_write(&Actor::System, self.id, "says what it is", |agent| agent.about = about.clone()).await?;
        fleet.agent_hub().ring();
        Ok(())
    }

    /// The agent lives, and still has these tasks.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn heartbeat(&self, holds: Vec<(AgentTaskId, u64)>) -> Result<(), Error> {
        let fleet = &self.fleet.0;
        if let Some(live) = fleet.agent_hub().live().get_mut(&self.id) {
            live.holds.clone_from(&holds);
        }
        for (task, fence) in holds {
            if !fleet.task_keep(self.id, task, fence).await? {
                fleet.agent_cancel(self.id, task, fence, "it is not yours any more");
            }
        }
        Ok(())
    }

    /// What a radio of it sees.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn access_points(
        &self,
        interface: String,
        points: Vec<AccessPointRecord>,
        is_complete: bool,
    ) -> Result<(), Error> {
        let fleet = &self.fleet.0;
        let new = fleet.store().access_points_see(self.id, interface, points, is_complete).await?;
        for ssid in new {
            let event = FleetEvent::AccessPointSeen { ssid, agent: self.name.clone() };
            let event = NewEvent::new(fleet.now(), &Actor::System, event);
            fleet.publish(fleet.store().events_append(vec![event]).await?);
        }
        fleet.agent_hub().ring();
        Ok(())
    }

    /// Devices on a network of it.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn lan_devices(&self, devices: Vec<FoundByAgent>) -> Result<(), Error> {
        for found in devices {
            self.fleet.0.seen_by_agent(self.id, found).await?;
        }
        Ok(())
    }

    /// How far a task is.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn progress(&self, news: TaskNews) -> Result<(), Error> {
        let (task, fence) = (news.task, news.fence);
        if !self.fleet.0.task_progress(self.id, news).await? {
            self.fleet.0.agent_cancel(self.id, task, fence, "it is not yours any more");
        }
        Ok(())
    }

    /// How a task ended.
    ///
    /// # Errors
    /// When that cannot be stored.
    pub async fn result(
        &self,
        task: AgentTaskId,
        fence: u64,
        took: Duration,
        outcome: TaskOutcome,
    ) -> Result<(), Error> {
        let fleet = &self.fleet.0;
        fleet.task_result(self.id, (task, fence), took, outcome).await?;
        // Only now it can be given something else, even what it has just let go.
        if let Some(live) = fleet.agent_hub().live().get_mut(&self.id) {
            live.holds.retain(|held| *held != (task, fence));
        }
        fleet.agent_hub().ring();
        Ok(())
    }
}

impl Drop for AgentSession {
    fn drop(&mut self) {
        let fleet = self.fleet.0.clone();
        let is_ours = {
            let mut live = fleet.agent_hub().live();
            let is_ours = live.get(&self.id).is_some_and(|live| live.session == self.session);
            if is_ours {
                live.remove(&self.id);
            }
            is_ours
        };
        if !is_ours {
            return;
        }
        fleet.agent_hub().relays().close(self.id);
        let (id, name) = (self.id, std::mem::take(&mut self.name));
        fleet.clone().spawn(async move {
            let event = fleet.agent_event(&Actor::System, Some(id), &name, "left");
            let left = async {
                fleet.store().agent_left(id, fleet.owner().to_owned()).await?;
                fleet.store().events_append(vec![event]).await
            };
            match left.await {
                Ok(events) => fleet.publish(events),
                Err(error) => tracing::warn!(agent.id = %id, error = Error::from(error).chain(), "an agent left"),
            }
        });
    }
}

impl Fleet {
    /// Changes a task, and again when another change was faster. None from `change` leaves it as it is.
    pub(crate) async fn task_write(
        &self,
        id: AgentTaskId,
        change: impl Fn(&mut AgentTask, DateTime<Utc>) -> Option<Vec<NewEvent>>,
    ) -> Result<Option<AgentTask>, Error> {
        let mut tries = 0;
        loop {
            let Some(mut task) = self.store().agent_task_get(id).await? else { return Ok(None) };
            let Some(events) = change(&mut task, self.now()) else { return Ok(None) };
            match self.store().agent_task_put(task, events).await {
                Ok(done) => {
                    self.publish(done.events);
                    return Ok(Some(done.value));
                }
                Err(error) if error.is_conflict() && tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
