//! Decides when the hardware address of a device must be confirmed again.

use std::time::Duration;

use tokio::time::Instant;

use super::Intent;
use crate::{Options, route::Way};

/// How sure we are that the same device is still at the address.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Last sign of life of the right device.
    heard: Instant,
    /// Something happened since that may have put another device there.
    doubtful: bool,
    /// The connection on which it said who it is.
    way: Way,
    /// When it was asked for a write; none on this connection so far.
    confirmed: Option<Instant>,
    trust: Trust,
}

/// For how long it is believed that the same device is at an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trust {
    /// After its last word.
    heard: Duration,
    /// For a write over HTTP, after it said who it is.
    confirmed: Duration,
}

impl Trust {
    pub(crate) fn of(options: &Options) -> Self {
        Self { heard: options.confirm_after, confirmed: options.confirm_write_after }
    }
}

impl Guard {
    /// The device was just asked this way who it is.
    pub(crate) fn new(way: Way, now: Instant, trust: Trust) -> Self {
        Self { heard: now, doubtful: false, way, confirmed: None, trust }
    }

    /// Whether the device may be asked this way without confirming first. On each connection it is confirmed first, and
    /// before the first write it always is.
    pub(crate) fn is_sure(&self, intent: Intent, way: Way, now: Instant) -> bool {
        let fresh = now.saturating_duration_since(self.heard) <= self.trust.heard;
        let known = match (intent, self.confirmed) {
            (Intent::Read, _) => true,
            (Intent::Write, None) => false,
            // What answers on an open connection stays the same.
            (Intent::Write, Some(at)) => way != Way::HTTP || now.saturating_duration_since(at) < self.trust.confirmed,
        };
        fresh && known && way == self.way && !self.doubtful
    }

    /// The right device answered.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// The right device said this way who it is.
    pub(crate) fn confirmed(&mut self, way: Way, now: Instant) {
        self.way = way;
        self.heard = now;
        self.confirmed = Some(now);
        self.doubtful = false;
    }

    /// Something went wrong, or the device restarts.
    pub(crate) fn doubt(&mut self) {
        self.doubtful = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: Way = Way::HTTP;
    const MINUTE: Duration = Duration::from_mins(1);
    const TRUST: Trust = Trust { heard: MINUTE, confirmed: Duration::from_secs(2) };

    #[test]
    fn the_first_write_needs_confirmation() {
        let now = Instant::now();
        let mut guard = Guard::new(HTTP, now, TRUST);
        assert!(guard.is_sure(Intent::Read, HTTP, now));
        assert!(!guard.is_sure(Intent::Write, HTTP, now));
        guard.confirmed(HTTP, now);
        assert!(guard.is_sure(Intent::Write, HTTP, now));
    }

    #[test]
    fn trouble_and_time_raise_doubt() {
        let now = Instant::now();
        let mut guard = Guard::new(HTTP, now, TRUST);
        guard.confirmed(HTTP, now);
        let later = now + MINUTE + Duration::from_secs(1);
        assert!(!guard.is_sure(Intent::Write, HTTP, later) && !guard.is_sure(Intent::Read, HTTP, later));
        guard.heard(later);
        assert!(guard.is_sure(Intent::Read, HTTP, later) && !guard.is_sure(Intent::Write, HTTP, later));
        guard.confirmed(HTTP, later);
        assert!(guard.is_sure(Intent::Write, HTTP, later));
        guard.doubt();
        assert!(!guard.is_sure(Intent::Write, HTTP, later));
        guard.confirmed(HTTP, later);
        assert!(guard.is_sure(Intent::Write, HTTP, later));
    }
}
