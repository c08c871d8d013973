//! The agents that are connected to this manager, and the way to them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use fleet_model::{AgentAbout, AgentId, AgentTask, AgentTaskId};
use storage::TaskSecrets;
use tokio::{
    sync::{Notify, mpsc, watch},
    time::Instant,
};

use super::relay::Relays;

/// Orders that wait to be sent to one agent.
pub(super) const ORDERS: usize = 64;

/// What an agent is to do.
#[derive(Debug, Clone)]
pub enum AgentOrder {
    /// Work.
    Task(Box<GivenTask>),
    /// Stop working on something, whether it is known or not.
    Cancel {
        /// Which.
        task: AgentTaskId,
        /// Under which number.
        fence: u64,
        /// Why, in words.
        reason: String,
    },
}

/// Work with all that it takes.
#[derive(Debug, Clone)]
pub struct GivenTask {
    /// The task.
    pub task: AgentTask,
    /// Its passwords.
    pub secrets: TaskSecrets,
    /// How long the agent holds it without a sign of life.
    pub lease: Duration,
    /// How long it may take.
    pub deadline: Duration,
}

/// Why a session ends from our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentEnd {
    /// The agent was revoked.
    Revoked,
    /// It has connected anew.
    Replaced,
    /// The manager stops.
    Stopping,
}

/// The agents that are connected.
#[derive(Debug, Default)]
pub(crate) struct AgentHub {
    live: Mutex<HashMap<AgentId, Live>>,
    /// Epoch and number up to which messages of an agent were taken in; also of those that are away for a moment.
    taken: Mutex<HashMap<AgentId, (String, u64)>>,
    /// When a radio was told to scan last.
    scanned: Mutex<HashMap<(AgentId, String), DateTime<Utc>>>,
    bell: Arc<Notify>,
    relays: Relays,
}

/// One session.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) session: u64,
    pub(super) epoch: String,
    pub(super) about: AgentAbout,
    /// What the agent says that it holds.
    pub(super) holds: Vec<(AgentTaskId, u64)>,
    pub(super) heard_at: Instant,
    pub(super) orders: mpsc::Sender<AgentOrder>,
    pub(super) end: watch::Sender<Option<AgentEnd>>,
}

/// An agent that is connected, as far as work is given out by it.
#[derive(Debug, Clone)]
pub(crate) struct Connected {
    pub(crate) id: AgentId,
    pub(crate) about: AgentAbout,
    pub(crate) holds: Vec<(AgentTaskId, u64)>,
}

impl AgentHub {
    pub(super) fn live(&self) -> MutexGuard<'_, HashMap<AgentId, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn taken(&self) -> MutexGuard<'_, HashMap<AgentId, (String, u64)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines to agents that pass calls on.
    pub(crate) fn relays(&self) -> &Relays {
        &self.relays
    }

    /// Work can be given out, or came back.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    pub(crate) fn bell(&self) -> &Arc<Notify> {
        &self.bell
    }

    pub(crate) fn is_connected(&self, id: AgentId) -> bool {
        self.live().contains_key(&id)
    }

    /// Who was heard since then.
    pub(super) fn heard(&self, since: Instant) -> Vec<AgentId> {
        let live = self.live();
        live.iter().filter(|(_, live)| live.heard_at >= since).map(|(id, _)| *id).collect()
    }

    pub(crate) fn connected(&self) -> Vec<Connected> {
        let live = self.live();
        let one =
            |(id, live): (&AgentId, &Live)| Connected { id: *id, about: live.about.clone(), holds: live.holds.clone() };
        live.iter().map(one).collect()
    }

    /// Hands an order to an agent; false when it is not connected, or has too many that wait. A task counts as one that it
    /// holds from then on, until it says otherwise.
    pub(crate) fn order(&self, id: AgentId, order: AgentOrder) -> bool {
        let mut live = self.live();
        let Some(live) = live.get_mut(&id) else { return false };
        let held = match &order {
            AgentOrder::Task(given) => Some((given.task.id, given.task.fence)),
            AgentOrder::Cancel { .. } => None,
        };
        let is_sent = live.orders.try_send(order).is_ok();
        live.holds.extend(held.filter(|_| is_sent));
        is_sent
    }

    /// Ends the session of an agent.
    pub(crate) fn end(&self, id: AgentId, why: AgentEnd) {
        self.relays.close(id);
        if let Some(live) = self.live().get(&id) {
            live.end.send_replace(Some(why));
        }
    }

    /// Whether a radio was not told to scan for this long; if so, it counts as told now.
    pub(crate) fn may_scan(&self, radio: (AgentId, String), now: DateTime<Utc>, every: chrono::TimeDelta) -> bool {
        let mut scanned = self.scanned.lock().unwrap_or_else(PoisonError::into_inner);
        if scanned.get(&radio).is_some_and(|at| now - *at < every) {
            return false;
        }
        scanned.insert(radio, now);
        true
    }
}
