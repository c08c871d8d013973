//! Politeness toward one device: one request at a time, pauses between writes, and leaving it alone when it locked us
//! out or does not answer.
//!
//! Holds no clock: every question comes with the time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::Class;

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Pause between two writes to a Gen1 device; about fifteen fast ones can send an old one into a restart loop.
    pub gen1_write_pause: Duration,
    /// Pause between two writes to any other device.
    pub write_pause: Duration,
    /// Failures in a row after which the device is left alone.
    pub failures: u32,
    /// For how long it is left alone at first; doubles each time.
    pub first_rest: Duration,
    /// For how long it is left alone at most.
    pub longest_rest: Duration,
    /// For how long it is left alone after it locked us out, when it does not say.
    pub lockout_rest: Duration,
}

impl Default for Rules {
    /// 300 ms and 50 ms between writes; after 5 failures 5 s, up to 5 minutes; a minute after a lockout.
    fn default() -> Self {
        Self {
            gen1_write_pause: Duration::from_millis(300),
            write_pause: Duration::from_millis(50),
            failures: 5,
            first_rest: Duration::from_secs(5),
            longest_rest: Duration::from_mins(5),
            lockout_rest: Duration::from_mins(1),
        }
    }
}

/// The manners toward one device. Clones share what they remember.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    rules: Rules,
    memory: Arc<Mutex<Memory>>,
    gate: Arc<tokio::sync::Mutex<()>>,
}

/// Whether the device may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// Now.
    Now,
    /// After this pause.
    After(Duration),
    /// Not for this time.
    LeftAlone {
        /// For how long still.
        left: Duration,
        /// It locked us out, as against not answering.
        locked_out: bool,
    },
}

#[derive(Debug, Default)]
struct Memory {
    last_write: Option<Instant>,
    failures: u32,
    rests: u32,
    resting: Option<Rest>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    until: Instant,
    locked_out: bool,
    /// Somebody asks whether it is over, since then.
    probed: Option<Instant>,
}

/// A probe that has not reported back after this time is forgotten.
const PROBE_FORGOTTEN: Duration = Duration::from_mins(1);

impl Manners {
    /// Manners by these rules, with nothing to remember yet.
    pub fn new(rules: Rules) -> Self {
        Self { rules, memory: Arc::default(), gate: Arc::default() }
    }

    /// Waits until nobody else talks to the device. Keep the guard while talking.
    pub(crate) async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.gate).lock_owned().await
    }

    /// Whether the device may be asked at `now`. When its rest is over, one asker is let through first, and the others
    /// after that one has reported an answer.
    pub fn may_ask(&self, now: Instant) -> Permit {
        let mut memory = self.memory();
        let Some(rest) = &mut memory.resting else { return Permit::Now };
        let locked_out = rest.locked_out;
        if now < rest.until {
            return Permit::LeftAlone { left: rest.until - now, locked_out };
        }
        match rest.probed {
            Some(since) if now < since + PROBE_FORGOTTEN => {
                Permit::LeftAlone { left: Duration::from_secs(1), locked_out }
            }
            _ => {
                rest.probed = Some(now);
                Permit::Now
            }
        }
    }

    /// Whether the device may be written at `now`, and notes that it is.
    pub fn may_write(&self, is_gen1: bool, now: Instant) -> Permit {
        let pause = if is_gen1 { self.rules.gen1_write_pause } else { self.rules.write_pause };
        let permit = self.may_ask(now);
        if permit != Permit::Now {
            return permit;
        }
        let mut memory = self.memory();
        let due = memory.last_write.map_or(now, |last| (last + pause).max(now));
        memory.last_write = Some(due);
        if due == now { Permit::Now } else { Permit::After(due - now) }
    }

    /// The device answered.
    pub fn answered(&self) {
        let mut memory = self.memory();
        let last_write = memory.last_write;
        *memory = Memory { last_write, ..Memory::default() };
    }

    /// The device did not answer as it should. `retry_after` is what it said about trying again.
    pub fn failed(&self, class: Class, retry_after: Option<Duration>, now: Instant) {
        let mut memory = self.memory();
        match class {
            Class::LockedOut => {
                let until = now + retry_after.unwrap_or(self.rules.lockout_rest).min(self.rules.longest_rest);
                memory.resting = Some(Rest { until, locked_out: true, probed: None });
            }
            Class::Unreachable | Class::Interrupted | Class::Garbled => {
                memory.failures = memory.failures.saturating_add(1);
                if memory.failures >= self.rules.failures || memory.resting.is_some() {
                    let factor = 2_u32.saturating_pow(memory.rests);
                    let rest = self.rules.first_rest.saturating_mul(factor).min(self.rules.longest_rest);
                    memory.rests = memory.rests.saturating_add(1);
                    memory.resting = Some(Rest { until: now + rest, locked_out: false, probed: None });
                }
            }
            // It answers; what it said is for others to judge.
            Class::Unauthorized | Class::WrongDevice | Class::Refused | Class::Unsupported => {
                memory.failures = 0;
                memory.rests = 0;
                memory.resting = None;
            }
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manners() -> Manners {
        Manners::new(Rules { failures: 2, ..Rules::default() })
    }

    fn left_alone(seconds: u64, locked_out: bool) -> Permit {
        Permit::LeftAlone { left: Duration::from_secs(seconds), locked_out }
    }

    #[test]
    fn writes_to_gen1_are_spaced() {
        let (manners, now) = (manners(), Instant::now());
        assert_eq!(manners.may_write(true, now), Permit::Now);
        assert_eq!(manners.may_write(true, now), Permit::After(Duration::from_millis(300)));
        assert_eq!(manners.may_write(true, now), Permit::After(Duration::from_millis(600)));
        assert_eq!(manners.may_ask(now), Permit::Now, "reading is not held up");
        assert_eq!(manners.may_write(true, now + Duration::from_secs(5)), Permit::Now);
    }

    #[test]
    fn a_silent_device_is_left_alone_longer_and_longer() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::Unreachable, None, now);
        assert_eq!(manners.may_ask(now), Permit::Now);
        manners.failed(Class::Unreachable, None, now);
        assert_eq!(manners.may_ask(now), left_alone(5, false));

        let later = now + Duration::from_secs(5);
        assert_eq!(manners.may_ask(later), Permit::Now, "one may look");
        assert_eq!(manners.may_ask(later), left_alone(1, false), "the others wait for what it sees");
        manners.failed(Class::Interrupted, None, later);
        assert_eq!(manners.may_ask(later), left_alone(10, false));

        let later = later + Duration::from_secs(10);
        assert_eq!(manners.may_ask(later), Permit::Now);
        manners.answered();
        assert_eq!(manners.may_ask(later), Permit::Now);
        manners.failed(Class::Unreachable, None, later);
        assert_eq!(manners.may_ask(later), Permit::Now, "counting begins anew");
    }

    #[test]
    fn a_lockout_is_waited_out() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::LockedOut, Some(Duration::from_secs(20)), now);
        assert_eq!(manners.clone().may_ask(now), left_alone(20, true), "clones know it too");
        manners.failed(Class::LockedOut, None, now);
        assert_eq!(manners.may_ask(now), left_alone(60, true));
        assert_eq!(manners.may_ask(now + Duration::from_mins(1)), Permit::Now);
    }

    #[test]
    fn a_probe_that_never_reports_is_forgotten() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::LockedOut, None, now);
        let over = now + Duration::from_mins(1);
        assert_eq!(manners.may_ask(over), Permit::Now);
        assert_eq!(manners.may_ask(over + PROBE_FORGOTTEN), Permit::Now);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let (manners, now) = (manners(), Instant::now());
        for class in [Class::Unreachable, Class::Unauthorized, Class::Unreachable, Class::Refused] {
            manners.failed(class, None, now);
            assert_eq!(manners.may_ask(now), Permit::Now, "{class}");
        }
    }
}
