//! One job at a time for a device, and a bound on how many devices are worked on at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use fleet_model::{AgentId, Channel};
use shelly_driver::{ChannelKind, Device, Links, Manners, Options, Wanted};
use shelly_http::Carrier;
use shelly_types::Mac;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// The lanes of all devices. A lane keeps the open conversation with its device, so that a nonce serves many calls.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    lanes: Arc<Mutex<HashMap<Mac, Entry>>>,
    at_once: Arc<Semaphore>,
}

/// A lane, and what is at hand of it while it is busy.
#[derive(Debug)]
struct Entry {
    lane: Arc<tokio::sync::Mutex<Lane>>,
    road: Road,
}

/// What all conversations with a device share. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Road {
    /// What is remembered of how the device wants to be treated.
    pub(crate) manners: Manners,
    /// The place of the connection that is open to it.
    pub(crate) links: Links,
    /// What carried the last reading.
    carried: Arc<Mutex<Option<Channel>>>,
    /// The agent that carries to it, where the manager does not reach it.
    through: Arc<Mutex<Option<(AgentId, Carrier)>>>,
}

impl Road {
    /// How the device is spoken to: over its open connection while it has one, through an agent while that is the way.
    pub(crate) fn options(&self, usual: &Options) -> Options {
        let Self { manners, links, carried: _, through: _ } = self.clone();
        let mut options = Options { manners, links: Some(links), ..usual.clone() };
        options.limits.carrier = self.through().as_ref().map(|(_, carrier)| carrier.clone());
        options
    }

    /// From now on the device is spoken to through this agent.
    pub(crate) fn go_through(&self, agent: AgentId, carrier: Carrier) {
        *self.through() = Some((agent, carrier));
    }

    /// From now on it is spoken to directly. Says whether it was not.
    pub(crate) fn go_directly(&self) -> bool {
        self.through().take().is_some()
    }

    fn through(&self) -> std::sync::MutexGuard<'_, Option<(AgentId, Carrier)>> {
        self.through.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What carried the last call to the device, in the words that are kept.
    pub(crate) fn channel(&self, device: &Device) -> Option<Channel> {
        let over_http = matches!(device.carried_by(), ChannelKind::Http | ChannelKind::Https);
        if over_http && self.through().is_some() { Some(Channel::Agent) } else { channel(device) }
    }

    /// A reading came this way.
    pub(crate) fn note_carried(&self, device: &Device) {
        *self.carried.lock().unwrap_or_else(PoisonError::into_inner) = self.channel(device);
    }
}

/// What carried the last call to a device that no agent stands before.
fn channel(device: &Device) -> Option<Channel> {
    match device.carried_by() {
        ChannelKind::Http => Some(Channel::Http),
        ChannelKind::Https => Some(Channel::Https),
        ChannelKind::WebSocket => Some(Channel::WebSocket),
        ChannelKind::OutboundWebSocket => Some(Channel::OutboundWebSocket),
        ChannelKind::Mqtt => Some(Channel::Mqtt),
        ChannelKind::Udp => Some(Channel::Udp),
        _ => None,
    }
}

/// What a lane keeps between jobs.
#[derive(Debug)]
pub(crate) struct Lane {
    /// The conversation, when it is still good.
    pub(crate) device: Option<Device>,
    /// The address at which it was looked for when the conversation began, wherever that led.
    pub(crate) dialled: Option<String>,
    /// The way to the device, over all conversations.
    pub(crate) road: Road,
    /// When it started, by its last reading here.
    pub(crate) booted_at: Option<DateTime<Utc>>,
    /// What is read along with its configuration.
    pub(crate) wanted: Wanted,
}

/// The right to talk to a device; ends when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    lane: OwnedMutexGuard<Lane>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Lanes {
    /// Lanes of which `at_once` may be busy with background work at the same time.
    pub(crate) fn new(at_once: usize) -> Self {
        Self { lanes: Arc::default(), at_once: Arc::new(Semaphore::new(at_once)) }
    }

    fn lane(&self, mac: Mac) -> Arc<tokio::sync::Mutex<Lane>> {
        self.entry(mac, |entry| Arc::clone(&entry.lane))
    }

    /// The way to a device, also while its lane is busy.
    pub(crate) fn road(&self, mac: Mac) -> Road {
        self.entry(mac, |entry| entry.road.clone())
    }

    /// What carried the last reading of a device since the manager started.
    pub(crate) fn carried(&self, mac: Mac) -> Option<Channel> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let carried = &lanes.get(&mac)?.road.carried;
        *carried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The agent through which a device is spoken to.
    pub(crate) fn goes_through(&self, mac: Mac) -> Option<AgentId> {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.get(&mac)?.road.through().as_ref().map(|(agent, _)| *agent)
    }

    /// The manager has reached a device itself.
    pub(crate) fn goes_directly(&self, mac: Mac) {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = lanes.get(&mac) {
            entry.road.go_directly();
        }
    }

    fn entry<T>(&self, mac: Mac, use_it: impl FnOnce(&Entry) -> T) -> T {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let road = Road::default();
            let lane =
                Lane { device: None, dialled: None, road: road.clone(), booted_at: None, wanted: Wanted::default() };
            Entry { lane: Arc::new(tokio::sync::Mutex::new(lane)), road }
        };
        use_it(lanes.entry(mac).or_insert_with(new))
    }

    /// A turn for background work: waits for a free place, then for the device, so that a device is never held while
    /// others are waited for.
    pub(crate) async fn background(&self, mac: Mac) -> Turn {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.ok();
        Turn { lane: self.lane(mac).lock_owned().await, _permit: permit }
    }

    /// A turn for a poll, if the device is free now: the job that has it will bring news anyway.
    pub(crate) async fn background_if_free(&self, mac: Mac) -> Option<Turn> {
        let permit = Arc::clone(&self.at_once).acquire_owned().await.ok();
        Some(Turn { lane: self.lane(mac).try_lock_owned().ok()?, _permit: permit })
    }

    /// A turn for a person: waits for the device only.
    pub(crate) async fn person(&self, mac: Mac) -> Turn {
        Turn { lane: self.lane(mac).lock_owned().await, _permit: None }
    }

    /// Forgets the lane of a device that is no longer ours.
    pub(crate) fn forget(&self, mac: Mac) {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).remove(&mac);
    }
}

impl std::ops::Deref for Turn {
    type Target = Lane;

    fn deref(&self) -> &Lane {
        &self.lane
    }
}

impl std::ops::DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut Lane {
        &mut self.lane
    }
}
