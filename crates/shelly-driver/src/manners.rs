//! Politeness toward one device: few requests at a time and a person's first, pauses between writes, and leaving it alone
//! when it locked us out, does not answer or updates itself.
//!
//! Holds no clock: every question comes with the time.

mod gate;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

pub use self::gate::Urgency;
use self::gate::{Gate, Pass};
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
    /// For how long it is left alone after an update of its firmware began.
    pub update_rest: Duration,
}

impl Default for Rules {
    /// 300 ms and 50 ms between writes; after 5 failures 5 s, up to 5 minutes; a minute after a lockout; 150 s for an
    /// update (device-facts 29).
    fn default() -> Self {
        Self {
            gen1_write_pause: Duration::from_millis(300),
            write_pause: Duration::from_millis(50),
            failures: 5,
            first_rest: Duration::from_secs(5),
            longest_rest: Duration::from_mins(5),
            lockout_rest: Duration::from_mins(1),
            update_rest: Duration::from_secs(150),
        }
    }
}

/// The manners toward one device. Clones share what they remember.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    rules: Rules,
    memory: Arc<Mutex<Memory>>,
    gate: Arc<Gate>,
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
        /// Why.
        why: Rest,
    },
}

/// Why a device is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rest {
    /// It refuses every login for a while.
    LockedOut,
    /// It did not answer again and again.
    Silent,
    /// It updates its firmware.
    Updating,
}

impl fmt::Display for Rest {
    /// What the device does: `refuses every login`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LockedOut => "refuses every login",
            Self::Silent => "did not answer again and again",
            Self::Updating => "updates its firmware",
        })
    }
}

#[derive(Debug, Default)]
struct Memory {
    last_write: Option<Instant>,
    failures: u32,
    rests: u32,
    resting: Option<Resting>,
    quiet_until: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Resting {
    until: Instant,
    why: Rest,
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

    /// Waits until fewer than `width` requests are on their way. Keep the pass while the device answers.
    pub(crate) async fn pass(&self, width: usize, urgency: Urgency) -> Pass {
        self.gate.enter(width, urgency).await
    }

    /// Whether the device may be asked at `now`. When its rest is over, one asker is let through first, and the others
    /// after that one has reported an answer. While it updates itself a person may ask, the background may not.
    pub fn may_ask(&self, urgency: Urgency, now: Instant) -> Permit {
        let mut memory = self.memory();
        if let Some(until) = memory.quiet_until.filter(|until| now < *until)
            && urgency == Urgency::Background
        {
            return Permit::LeftAlone { left: until - now, why: Rest::Updating };
        }
        let Some(rest) = &mut memory.resting else { return Permit::Now };
        let why = rest.why;
        if now < rest.until {
            return Permit::LeftAlone { left: rest.until - now, why };
        }
        match rest.probed {
            Some(since) if now < since + PROBE_FORGOTTEN => Permit::LeftAlone { left: Duration::from_secs(1), why },
            _ => {
                rest.probed = Some(now);
                Permit::Now
            }
        }
    }

    /// Whether the device may be written at `now`, and notes that it is.
    pub fn may_write(&self, is_gen1: bool, urgency: Urgency, now: Instant) -> Permit {
        let pause = if is_gen1 { self.rules.gen1_write_pause } else { self.rules.write_pause };
        let permit = self.may_ask(urgency, now);
        if permit != Permit::Now {
            return permit;
        }
        let mut memory = self.memory();
        let due = memory.last_write.map_or(now, |last| (last + pause).max(now));
        memory.last_write = Some(due);
        if due == now { Permit::Now } else { Permit::After(due - now) }
    }

    /// An update of the firmware began at `now`: the device is left alone for a while, and what fails in that time does
    /// not count against it.
    pub fn update_began(&self, now: Instant) {
        self.quiet_until(now + self.rules.update_rest);
    }

    /// Leaves the device alone until then, as after an update began. A time that has gone ends it.
    pub fn quiet_until(&self, until: Instant) {
        self.memory().quiet_until = Some(until);
    }

    /// The device answered.
    pub fn answered(&self) {
        let mut memory = self.memory();
        let (last_write, quiet_until) = (memory.last_write, memory.quiet_until);
        *memory = Memory { last_write, quiet_until, ..Memory::default() };
    }

    /// The device showed another way that it is there, as at a broker: it is left alone no more for being silent.
    pub fn is_there(&self) {
        let mut memory = self.memory();
        if memory.resting.is_none_or(|rest| rest.why == Rest::Silent) {
            (memory.failures, memory.rests, memory.resting) = (0, 0, None);
        }
    }

    /// The device did not answer as it should. `retry_after` is what it said about trying again.
    pub fn failed(&self, class: Class, retry_after: Option<Duration>, now: Instant) {
        let mut memory = self.memory();
        let is_quiet = memory.quiet_until.is_some_and(|until| now < until);
        match class {
            Class::LockedOut => {
                let until = now + retry_after.unwrap_or(self.rules.lockout_rest).min(self.rules.longest_rest);
                memory.resting = Some(Resting { until, why: Rest::LockedOut, probed: None });
            }
            // A device that updates itself is silent.
            Class::Unreachable | Class::Interrupted | Class::Garbled if is_quiet => {}
            Class::Unreachable | Class::Interrupted | Class::Garbled => {
                memory.failures = memory.failures.saturating_add(1);
                if memory.failures >= self.rules.failures || memory.resting.is_some() {
                    let factor = 2_u32.saturating_pow(memory.rests);
                    let rest = self.rules.first_rest.saturating_mul(factor).min(self.rules.longest_rest);
                    memory.rests = memory.rests.saturating_add(1);
                    memory.resting = Some(Resting { until: now + rest, why: Rest::Silent, probed: None });
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

    const BACKGROUND: Urgency = Urgency::Background;

    fn manners() -> Manners {
        Manners::new(Rules { failures: 2, ..Rules::default() })
    }

    fn left_alone(seconds: u64, why: Rest) -> Permit {
        Permit::LeftAlone { left: Duration::from_secs(seconds), why }
    }

    #[test]
    fn writes_to_gen1_are_spaced() {
        let (manners, now) = (manners(), Instant::now());
        assert_eq!(manners.may_write(true, BACKGROUND, now), Permit::Now);
        assert_eq!(manners.may_write(true, BACKGROUND, now), Permit::After(Duration::from_millis(300)));
        assert_eq!(manners.may_write(true, BACKGROUND, now), Permit::After(Duration::from_millis(600)));
        assert_eq!(manners.may_ask(BACKGROUND, now), Permit::Now, "reading is not held up");
        assert_eq!(manners.may_write(true, BACKGROUND, now + Duration::from_secs(5)), Permit::Now);
    }

    #[test]
    fn a_silent_device_is_left_alone_longer_and_longer() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::Unreachable, None, now);
        assert_eq!(manners.may_ask(BACKGROUND, now), Permit::Now);
        manners.failed(Class::Unreachable, None, now);
        assert_eq!(manners.may_ask(BACKGROUND, now), left_alone(5, Rest::Silent));

        let later = now + Duration::from_secs(5);
        assert_eq!(manners.may_ask(BACKGROUND, later), Permit::Now, "one may look");
        assert_eq!(manners.may_ask(BACKGROUND, later), left_alone(1, Rest::Silent), "the others wait for what it sees");
        manners.failed(Class::Interrupted, None, later);
        assert_eq!(manners.may_ask(BACKGROUND, later), left_alone(10, Rest::Silent));

        let later = later + Duration::from_secs(10);
        assert_eq!(manners.may_ask(BACKGROUND, later), Permit::Now);
        manners.answered();
        assert_eq!(manners.may_ask(BACKGROUND, later), Permit::Now);
        manners.failed(Class::Unreachable, None, later);
        assert_eq!(manners.may_ask(BACKGROUND, later), Permit::Now, "counting begins anew");
    }

    #[test]
    fn a_lockout_is_waited_out() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::LockedOut, Some(Duration::from_secs(20)), now);
        assert_eq!(manners.clone().may_ask(BACKGROUND, now), left_alone(20, Rest::LockedOut), "clones know it too");
        manners.failed(Class::LockedOut, None, now);
        assert_eq!(manners.may_ask(BACKGROUND, now), left_alone(60, Rest::LockedOut));
        assert_eq!(manners.may_ask(BACKGROUND, now + Duration::from_mins(1)), Permit::Now);
    }

    #[test]
    fn a_probe_that_never_reports_is_forgotten() {
        let (manners, now) = (manners(), Instant::now());
        manners.failed(Class::LockedOut, None, now);
        let over = now + Duration::from_mins(1);
        assert_eq!(manners.may_ask(BACKGROUND, over), Permit::Now);
        assert_eq!(manners.may_ask(BACKGROUND, over + PROBE_FORGOTTEN), Permit::Now);
    }

    #[test]
    fn a_sign_of_life_ends_the_rest_of_the_silent_alone() {
        let (manners, now) = (manners(), Instant::now());
        for _ in 0..2 {
            manners.failed(Class::Unreachable, None, now);
        }
        assert_eq!(manners.may_ask(BACKGROUND, now), left_alone(5, Rest::Silent));
        manners.is_there();
        assert_eq!(manners.may_ask(BACKGROUND, now), Permit::Now);
        manners.failed(Class::LockedOut, None, now);
        manners.is_there();
        assert_eq!(manners.may_ask(BACKGROUND, now), left_alone(60, Rest::LockedOut));
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let (manners, now) = (manners(), Instant::now());
        for class in [Class::Unreachable, Class::Unauthorized, Class::Unreachable, Class::Refused] {
            manners.failed(class, None, now);
            assert_eq!(manners.may_ask(BACKGROUND, now), Permit::Now, "{class}");
        }
    }

    /// C4: the background waits for an update, a person need not, and its silence is no failure.
    #[test]
    fn an_update_is_left_in_peace() {
        let (manners, now) = (manners(), Instant::now());
        manners.update_began(now);
        for _ in 0..10 {
            manners.failed(Class::Unreachable, None, now);
        }
        assert_eq!(manners.may_ask(BACKGROUND, now), left_alone(150, Rest::Updating));
        assert_eq!(manners.may_ask(Urgency::Person, now), Permit::Now);
        manners.answered();
        assert_eq!(
            manners.may_write(true, BACKGROUND, now),
            left_alone(150, Rest::Updating),
            "it may answer and go on"
        );
        assert_eq!(manners.may_ask(BACKGROUND, now + Duration::from_secs(150)), Permit::Now);
        manners.quiet_until(now + Duration::from_secs(500));
        manners.quiet_until(now);
        assert_eq!(manners.may_ask(BACKGROUND, now), Permit::Now, "it is done before its time");
    }
}
