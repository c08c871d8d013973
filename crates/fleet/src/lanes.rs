//! One job at a time for a device, and a bound on how many devices are worked on at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use shelly_driver::{Device, Manners};
use shelly_types::Mac;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// The lanes of all devices. A lane keeps the open conversation with its device, so that a nonce serves many calls.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    lanes: Arc<Mutex<HashMap<Mac, Kept>>>,
    at_once: Arc<Semaphore>,
}

/// A lane, and the manners that it holds, which are known also while it is busy.
#[derive(Debug, Clone)]
struct Kept {
    lane: Arc<tokio::sync::Mutex<Lane>>,
    manners: Manners,
}

/// What a lane keeps between jobs.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// The conversation, when it is still good.
    pub(crate) device: Option<Device>,
    /// The address at which it was looked for when the conversation began, wherever that led.
    pub(crate) dialled: Option<String>,
    /// What is remembered of how the device wants to be treated, over all conversations.
    pub(crate) manners: Option<Manners>,
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

    fn kept(&self, mac: Mac) -> Kept {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let manners = Manners::default();
            let lane = Lane { manners: Some(manners.clone()), ..Lane::default() };
            Kept { lane: Arc::new(tokio::sync::Mutex::new(lane)), manners }
        };
        lanes.entry(mac).or_insert_with(new).clone()
    }

    fn lane(&self, mac: Mac) -> Arc<tokio::sync::Mutex<Lane>> {
        self.kept(mac).lane
    }

    /// The manners toward a device, without a turn.
    pub(crate) fn manners(&self, mac: Mac) -> Manners {
        self.kept(mac).manners
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
