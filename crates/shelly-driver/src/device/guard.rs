//! Decides when the hardware address of a device must be confirmed again.

use std::time::Duration;

use tokio::time::Instant;

use super::Intent;

/// How sure we are that the same device is still at the address.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Last sign of life of the right device.
    heard: Instant,
    /// Something happened since that may have put another device there.
    doubtful: bool,
    /// The address was confirmed for writing since this connection began.
    confirmed: bool,
    confirm_after: Duration,
}

impl Guard {
    /// The device was just asked who it is.
    pub(crate) fn new(now: Instant, confirm_after: Duration) -> Self {
        Self { heard: now, doubtful: false, confirmed: false, confirm_after }
    }

    /// Whether the device may be asked without confirming first. Before the first write it is always confirmed.
    pub(crate) fn is_sure(&self, intent: Intent, now: Instant) -> bool {
        let fresh = now.saturating_duration_since(self.heard) <= self.confirm_after;
        let known = intent == Intent::Read || self.confirmed;
        fresh && known && !self.doubtful
    }

    /// The right device answered.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// The right device said who it is.
    pub(crate) fn confirmed(&mut self, now: Instant) {
        self.heard = now;
        self.confirmed = true;
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

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn the_first_write_needs_confirmation() {
        let now = Instant::now();
        let mut guard = Guard::new(now, MINUTE);
        assert!(guard.is_sure(Intent::Read, now));
        assert!(!guard.is_sure(Intent::Write, now));
        guard.confirmed(now);
        assert!(guard.is_sure(Intent::Write, now));
    }

    #[test]
    fn trouble_and_time_raise_doubt() {
        let now = Instant::now();
        let mut guard = Guard::new(now, MINUTE);
        guard.confirmed(now);
        let later = now + MINUTE + Duration::from_secs(1);
        assert!(!guard.is_sure(Intent::Write, later) && !guard.is_sure(Intent::Read, later));
        guard.heard(later);
        assert!(guard.is_sure(Intent::Write, later));
        guard.doubt();
        assert!(!guard.is_sure(Intent::Write, later));
        guard.confirmed(later);
        assert!(guard.is_sure(Intent::Write, later));
    }
}
