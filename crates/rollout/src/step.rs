//! Decides what may be begun now.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Rollout, rollout::Opening};

/// What has become of the devices of a ring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RingFacts {
    /// Could be begun now.
    pub waiting: u32,
    /// Cannot be begun before they come back or wake.
    pub away: u32,
    /// Being written.
    pub in_flight: u32,
    /// Ended as they should.
    pub good: u32,
    /// Ended otherwise.
    pub bad: u32,
    /// When the last of these ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Begin devices of rings up to and including this one.
    Begin {
        /// The ring.
        ring: u32,
        /// So many at most; none for no limit.
        at_most: Option<u32>,
    },
    /// Begin nothing.
    Wait {
        /// What for.
        what: Waiting,
        /// Until when, where that is known.
        until: Option<DateTime<Utc>>,
    },
    /// Too much has failed: begin nothing more.
    Stop {
        /// In which ring.
        ring: u32,
        /// So many failed.
        bad: u32,
        /// Of so many.
        all: u32,
    },
    /// Nothing is left to do.
    Done,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// Someone who lets it go on.
    Resume,
    /// The first moment.
    Start,
    /// A maintenance window.
    Window,
    /// Devices that are being written.
    Devices,
    /// The time between two rings.
    Soak,
    /// Devices that are away or asleep.
    Wake,
}

impl RingFacts {
    /// Devices with something left to do.
    pub fn open(&self) -> u32 {
        self.waiting + self.away + self.in_flight
    }

    /// Devices that count: those with nothing to do do not.
    pub fn all(&self) -> u32 {
        self.open() + self.good + self.bad
    }
}

/// What to do now, given what has become of each ring. Stopping goes before pausing, pausing before the time.
pub fn step(rollout: &Rollout, rings: &[RingFacts], is_paused: bool, now: DateTime<Utc>) -> Decision {
    let wait = |what, until| Decision::Wait { what, until };
    if rings.iter().all(|ring| ring.open() == 0) {
        return Decision::Done;
    }
    for (number, ring) in (0..).zip(rings) {
        if rollout.gate.is_too_much(ring.bad, ring.all()) {
            return Decision::Stop { ring: number, bad: ring.bad, all: ring.all() };
        }
    }
    if is_paused {
        return wait(Waiting::Resume, None);
    }
    match rollout.opens(now) {
        Opening::Open => {}
        Opening::At(at) => return wait(Waiting::Start, Some(at)),
        Opening::Window(at) => return wait(Waiting::Window, at),
    }
    let in_flight: u32 = rings.iter().map(|ring| ring.in_flight).sum();
    for (number, ring) in (0..).zip(rings) {
        if ring.waiting > 0 {
            let at_most = rollout.at_once.map(|at_once| at_once.saturating_sub(in_flight));
            return match at_most {
                Some(0) => wait(Waiting::Devices, None),
                at_most => Decision::Begin { ring: number, at_most },
            };
        }
        if ring.in_flight > 0 {
            return wait(Waiting::Devices, None);
        }
        // A ring of which nobody was met yet proves nothing.
        if ring.away > 0 && ring.good + ring.bad == 0 {
            return wait(Waiting::Wake, None);
        }
        let is_more_to_come = rings.iter().skip(usize::try_from(number).unwrap_or(0) + 1).any(|next| next.waiting > 0);
        let soaked_at = ring.ended_at.map(|ended_at| ended_at + rollout.gate.soak());
        if let Some(soaked_at) = soaked_at.filter(|soaked_at| is_more_to_come && now < *soaked_at) {
            return wait(Waiting::Soak, Some(soaked_at));
        }
    }
    wait(Waiting::Wake, None)
}
