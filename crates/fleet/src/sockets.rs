//! The WebSockets over which devices are followed, whoever opened them: one for each device, and the newest wins.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use shelly_driver::{Link, Links};
use shelly_types::Mac;
use tokio_util::sync::CancellationToken;

use crate::Fleet;

/// Who opened a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opener {
    /// We dialled the device.
    Us,
    /// The device dialled us.
    Device,
}

/// The open WebSockets.
#[derive(Debug, Default)]
pub(crate) struct Sockets(Mutex<Places>);

#[derive(Debug, Default)]
struct Places {
    open: HashMap<Mac, Place>,
    opened: u64,
}

#[derive(Debug)]
struct Place {
    number: u64,
    opener: Opener,
    /// Cancelled when another takes the place.
    replaced: CancellationToken,
    /// Cancelled when it has ended.
    ended: CancellationToken,
}

impl Sockets {
    /// Whether one is open to a device, which is followed over it.
    pub(crate) fn is_open(&self, mac: Mac) -> bool {
        self.places().open.contains_key(&mac)
    }

    /// When the WebSocket that a device opened has ended; none if it has opened none.
    pub(crate) fn called_in(&self, mac: Mac) -> Option<CancellationToken> {
        let places = self.places();
        let place = places.open.get(&mac).filter(|place| place.opener == Opener::Device)?;
        Some(place.ended.clone())
    }

    /// Closes that of a device which is no longer ours.
    pub(crate) fn close(&self, mac: Mac) {
        if let Some(place) = self.places().open.get(&mac) {
            place.replaced.cancel();
        }
    }

    /// Closes that of a device if we opened it, because what it logged in with is no longer right.
    pub(crate) fn close_ours(&self, mac: Mac) {
        if let Some(place) = self.places().open.get(&mac).filter(|place| place.opener == Opener::Us) {
            place.replaced.cancel();
        }
    }

    /// Puts `link` in the place of the one before, and lets calls go over it. None when the device has called in
    /// meanwhile and we have dialled.
    fn enter(&self, mac: Mac, opener: Opener, link: Link, links: &Links) -> Option<(u64, CancellationToken)> {
        let mut places = self.places();
        let before = places.open.get(&mac);
        if opener == Opener::Us && before.is_some_and(|place| place.opener == Opener::Device) {
            return None;
        }
        if let Some(before) = before {
            before.replaced.cancel();
        }
        places.opened += 1;
        let (number, replaced) = (places.opened, CancellationToken::new());
        let place = Place { number, opener, replaced: replaced.clone(), ended: CancellationToken::new() };
        if let Some(before) = places.open.insert(mac, place) {
            before.ended.cancel();
        }
        links.attach(link);
        Some((number, replaced))
    }

    /// Leaves the place, unless another has it.
    fn leave(&self, mac: Mac, number: u64) {
        let mut places = self.places();
        if places.open.get(&mac).is_some_and(|place| place.number == number)
            && let Some(place) = places.open.remove(&mac)
        {
            place.ended.cancel();
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A WebSocket that has its place, until it is dropped, also when the task that follows the device is ended. As long as
/// that is so, the device counts as followed.
pub(crate) struct Followed<'a> {
    fleet: &'a Fleet,
    mac: Mac,
    number: u64,
    replaced: CancellationToken,
}

impl<'a> Followed<'a> {
    /// Takes the place for the WebSocket of `link`; none when it is not wanted any more.
    pub(crate) fn over(fleet: &'a Fleet, mac: Mac, opener: Opener, link: Link) -> Option<Self> {
        let links = fleet.lanes().road(mac).links;
        let (number, replaced) = fleet.sockets().enter(mac, opener, link, &links)?;
        Some(Self { fleet, mac, number, replaced })
    }

    /// Done when another WebSocket has taken the place, or nobody wants it.
    pub(crate) async fn replaced(&self) {
        self.replaced.cancelled().await;
    }
}

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        self.fleet.sockets().leave(self.mac, self.number);
    }
}
