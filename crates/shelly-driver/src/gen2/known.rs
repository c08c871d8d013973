//! What need not be asked again while nobody but us changes the configuration of a device.

use std::time::Duration;

use shelly_types::Identity;
use tokio::time::Instant;

/// What is known at one revision of the configuration. It rises with every real change, and a write of ours is one or
/// none (reference/gen2: `Sys.GetConfig`).
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The revision, and the highest one that our own writes explain.
    revision: Option<(u64, u64)>,
    nothing_dynamic: bool,
    nothing_waits: bool,
    identity: Option<(Identity, Instant)>,
}

impl Known {
    /// The device is at this revision now. What was known before is forgotten when it is not by us.
    pub(super) fn is_at(&mut self, revision: Option<u64>) {
        let is_ours =
            matches!((self.revision, revision), (Some((low, high)), Some(now)) if (low..=high).contains(&now));
        if !is_ours {
            (self.nothing_dynamic, self.nothing_waits) = (false, false);
        }
        self.revision = revision.map(|revision| (revision, revision));
    }

    /// The device answered a write. One that is not about settings may add components.
    pub(super) fn wrote(&mut self, method: &str, restart_required: bool) {
        self.revision = self.revision.map(|(low, high)| (low, high.saturating_add(1)));
        self.nothing_waits &= !restart_required;
        self.nothing_dynamic &= method.ends_with(".SetConfig");
    }

    /// Nothing is sure any more.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether the device had no component that only `Shelly.GetComponents` shows.
    pub(super) fn has_nothing_dynamic(&self) -> bool {
        self.revision.is_some() && self.nothing_dynamic
    }

    pub(super) fn dynamic(&mut self, there_is_none: bool) {
        self.nothing_dynamic = there_is_none;
    }

    /// Whether no setting waits for a restart.
    pub(super) fn has_nothing_waiting(&self) -> bool {
        self.revision.is_some() && self.nothing_waits
    }

    /// Whether a setting waits for a restart, as far as was told last.
    pub(super) fn is_waiting(&self) -> bool {
        !self.nothing_waits
    }

    pub(super) fn waits(&mut self, restart_required: bool) {
        self.nothing_waits = !restart_required;
    }

    /// Who it said it is, if that was not longer ago than `trusted`.
    pub(super) fn identity(&self, trusted: Duration, now: Instant) -> Option<&Identity> {
        let (identity, at) = self.identity.as_ref()?;
        (now.saturating_duration_since(*at) < trusted).then_some(identity)
    }

    pub(super) fn introduced(&mut self, identity: Identity, now: Instant) {
        self.identity = Some((identity, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled() -> Known {
        let mut known = Known::default();
        known.is_at(Some(5));
        known.dynamic(true);
        known.waits(false);
        known
    }

    #[test]
    fn our_own_writes_raise_no_doubt() {
        let mut known = settled();
        known.wrote("Switch.SetConfig", false);
        known.wrote("Sys.SetConfig", false);
        for revision in [6, 6] {
            known.is_at(Some(revision));
            assert!(known.has_nothing_dynamic() && known.has_nothing_waiting(), "{revision}");
        }
        known.wrote("Wifi.SetConfig", true);
        known.is_at(Some(7));
        assert!(known.has_nothing_dynamic() && !known.has_nothing_waiting());
    }

    #[test]
    fn what_others_change_is_asked_again() {
        for revision in [Some(4), Some(7), None] {
            let mut known = settled();
            known.wrote("Switch.SetConfig", false);
            known.is_at(revision);
            assert!(!known.has_nothing_dynamic() && !known.has_nothing_waiting(), "{revision:?}");
        }
        let mut known = settled();
        known.wrote("Virtual.Add", false);
        known.is_at(Some(6));
        assert!(!known.has_nothing_dynamic() && known.has_nothing_waiting());
    }
}
