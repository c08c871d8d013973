//! Remembers which addresses were asked who is there, so that nobody is asked more often than is polite.

use std::{collections::HashMap, time::Duration};

use shelly_http::Endpoint;
use shelly_types::Mac;
use tokio::time::Instant;

/// Addresses that are remembered; more are forgotten all at once.
const MOST: usize = 16_384;

/// A device that answered as expected is asked again after this time.
const CONFIRMED: Duration = Duration::from_hours(1);

/// Where another device answered than was expected.
const SURPRISED: Duration = Duration::from_mins(5);

/// After a first failure; doubles with each further one. Telephones behind a range extender never answer.
const FAILED: Duration = Duration::from_mins(1);

/// Longest such time.
const FAILED_LIMIT: Duration = Duration::from_hours(6);

/// What came of asking.
#[derive(Debug, Clone, Copy)]
struct Asked {
    at: Instant,
    answered: Option<Mac>,
    failures: u32,
}

/// The addresses that were asked.
#[derive(Debug, Default)]
pub(super) struct Asks(HashMap<Endpoint, Asked>);

impl Asks {
    /// Whether an address may be asked for this device now; if so it counts as asked.
    pub(super) fn begin(&mut self, address: &Endpoint, expected: Option<Mac>, now: Instant) -> bool {
        let failures = match self.0.get(address) {
            Some(asked) if now < asked.at + asked.pause(expected) => return false,
            Some(asked) => asked.failures,
            None => 0,
        };
        if self.0.len() >= MOST {
            self.0.clear();
        }
        // Until the answer comes it counts as one more failure.
        self.0.insert(address.clone(), Asked { at: now, answered: None, failures: failures.saturating_add(1) });
        true
    }

    /// Who answered at an address.
    pub(super) fn answered(&mut self, address: Endpoint, mac: Mac, now: Instant) {
        self.0.insert(address, Asked { at: now, answered: Some(mac), failures: 0 });
    }

    /// Who is at an address, as far as that was asked lately.
    pub(super) fn known(&self, address: &Endpoint) -> Option<Mac> {
        self.0.get(address)?.answered
    }
}

impl Asked {
    fn pause(&self, expected: Option<Mac>) -> Duration {
        match self.answered {
            Some(mac) if expected.is_none_or(|expected| expected == mac) => CONFIRMED,
            Some(_) => SURPRISED,
            None => FAILED.saturating_mul(1 << self.failures.saturating_sub(1).min(16)).min(FAILED_LIMIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b1_an_address_is_asked_politely() {
        let (mut asks, address, start) = (Asks::default(), Endpoint::new("192.0.2.7", 80), Instant::now());
        let (one, other) = (Some(Mac::new([1; 6])), Some(Mac::new([2; 6])));
        let mut at = |minutes: u64, expected| asks.begin(&address, expected, start + Duration::from_mins(minutes));
        assert!(at(0, one) && !at(0, one) && at(1, one), "once more after a minute");
        assert!(!at(2, one) && at(3, one) && !at(6, one) && at(7, one), "then less and less often");
        assert!(!at(14, one) && at(7 + 8, one));
        asks.answered(address.clone(), Mac::new([1; 6]), start);
        assert_eq!(asks.known(&address), one);
        let mut at = |minutes: u64, expected| asks.begin(&address, expected, start + Duration::from_mins(minutes));
        assert!(!at(59, one) && !at(59, None), "it said who it is");
        assert!(at(5, other), "somebody else is said to be there now");
    }
}
