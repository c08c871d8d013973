//! Counts the connections, and says when there are too many.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How many connections there may be, and how long one may be a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Connections at the same time.
    pub connections: usize,
    /// Those among them that are not let in yet.
    pub unknown: usize,
    /// Those that are not let in yet and come from one address.
    pub unknown_per_source: usize,
    /// Time to open the WebSocket, once connected.
    pub handshake: Duration,
    /// Time to be let in, once connected: to open the WebSocket, and to say who it is.
    pub arrival: Duration,
}

impl Default for Bounds {
    /// 10 000 connections, 1024 that are not let in yet and 256 of those from one address; 5 s and 15 s.
    fn default() -> Self {
        Self {
            connections: 10_000,
            unknown: 1024,
            unknown_per_source: 256,
            handshake: Duration::from_secs(5),
            arrival: Duration::from_secs(15),
        }
    }
}

/// Where everybody comes in. Clones are the same door.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    bounds: Bounds,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    unknown: usize,
    by_source: HashMap<IpAddr, usize>,
}

/// One connection; counted out when dropped.
#[derive(Debug)]
pub(crate) struct Guest {
    door: Door,
    /// Where it comes from, while it is not let in.
    unknown: Option<IpAddr>,
}

impl Door {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, counts: Arc::default() }
    }

    /// Counts a connection in; none when there are too many.
    pub(crate) fn enter(&self, source: IpAddr) -> Option<Guest> {
        let mut counts = self.counts();
        let from_there = counts.by_source.get(&source).copied().unwrap_or_default();
        if counts.all >= self.bounds.connections
            || counts.unknown >= self.bounds.unknown
            || from_there >= self.bounds.unknown_per_source
        {
            return None;
        }
        counts.all += 1;
        counts.unknown += 1;
        counts.by_source.insert(source, from_there + 1);
        drop(counts);
        Some(Guest { door: self.clone(), unknown: Some(source) })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn is_known(&mut self, source: IpAddr) {
        self.unknown -= 1;
        if let Some(count) = self.by_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.by_source.remove(&source);
            }
        }
    }
}

impl Guest {
    /// It is let in.
    pub(crate) fn is_known(&mut self) {
        if let Some(source) = self.unknown.take() {
            self.door.counts().is_known(source);
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.is_known();
        self.door.counts().all -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn elsewhere(number: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, number])
    }

    #[test]
    fn a4_callers_of_one_address_are_few_until_they_are_known() {
        let door = Door::new(Bounds { unknown_per_source: 2, ..Bounds::default() });
        let mut first = door.enter(HERE).unwrap();
        let second = door.enter(HERE).unwrap();
        assert!(door.enter(HERE).is_none());
        assert!(door.enter(elsewhere(1)).is_some());
        first.is_known();
        assert!(door.enter(HERE).is_some(), "and left again");
        drop(second);
        assert!(door.counts().by_source.is_empty());
        drop(first);
        let counts = door.counts();
        assert_eq!((counts.all, counts.unknown), (0, 0));
    }

    #[test]
    fn a4_all_connections_are_counted() {
        let door = Door::new(Bounds { connections: 2, unknown: 1, ..Bounds::default() });
        let mut first = door.enter(elsewhere(1)).unwrap();
        assert!(door.enter(elsewhere(2)).is_none(), "one is not known yet");
        first.is_known();
        let mut second = door.enter(elsewhere(2)).unwrap();
        second.is_known();
        assert!(door.enter(elsewhere(3)).is_none());
        drop(first);
        assert!(door.enter(elsewhere(3)).is_some());
    }
}
