//! Names what can go wrong with a device and bends documents accordingly.

use std::time::Duration;

use rand::RngExt;
use serde_json::Value;

use crate::{
    json,
    state::{Reach, State},
};

/// Something wrong with a simulated device. Several can be active at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answers late by this much, plus up to `jitter` more.
    Latency {
        /// Least delay.
        delay: Duration,
        /// Most that is added by chance.
        jitter: Duration,
    },
    /// Closes each connection after the request, without an answer.
    DropConnection,
    /// Takes the request and never answers.
    NeverAnswer,
    /// Sends the first half of each JSON answer and closes.
    TruncatedJson,
    /// Answers with a web page.
    Html,
    /// Answers with this many bytes.
    Huge {
        /// Size of the answer, in bytes; 50 MB is enough to hurt any client without a limit.
        bytes: u64,
    },
    /// Closes connections without an answer, with this probability from 0 to 1.
    Flaky {
        /// Share of requests lost.
        probability: f64,
    },
    /// Answers writes of this field with success and keeps the old value. Path in the device's own document:
    /// `switch:0.auto_off_delay` on Gen2+, `relays.0.auto_off` on Gen1.
    IgnoreField {
        /// Dotted path.
        path: String,
    },
    /// Forces writes of this field into a range and answers with success.
    ClampField {
        /// Dotted path, as for [`Fault::IgnoreField`].
        path: String,
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
    },
    /// Takes a write of settings (on Gen2+ any method that changes something), closes the connection without an
    /// answer and reboots.
    RebootOnWrite,
    /// Takes a write as for [`Fault::RebootOnWrite`] and never answers it: whoever wrote does not know. Over HTTP only.
    SilentOnWrite,
    /// Refuses connections.
    Offline,
    /// Refuses connections and goes on with those that it opens itself, as behind a router.
    NoWayIn,
    /// Refuses connections as a sleeping device does, until woken.
    Asleep {
        /// When it wakes by itself; never if none.
        wakes: Option<Wakes>,
    },
}

/// When a sleeping device wakes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wakes {
    /// Time from one wake to the next.
    pub every: Duration,
    /// How long it stays awake.
    pub stays: Duration,
}

/// What the faults do to one request.
#[derive(Debug, Default)]
pub(crate) struct Toll {
    /// All faults that are on.
    pub(crate) faults: Vec<Fault>,
    /// How late the answer is.
    pub(crate) wait: Duration,
    /// The request is lost, by chance or because the device went away.
    pub(crate) lost: bool,
}

/// Throws the dice for one request.
pub(crate) fn toll(state: &mut State) -> Toll {
    let mut toll = Toll::default();
    if matches!(state.reach(state.clock.now()), Reach::Down(_)) {
        toll.lost = true;
        return toll;
    }
    if state.faults.is_empty() {
        return toll;
    }
    toll.faults.clone_from(&state.faults);
    for fault in &toll.faults {
        match fault {
            Fault::Latency { delay, jitter } => toll.wait += *delay + jitter.mul_f64(state.rng.random()),
            Fault::Flaky { probability } if state.rng.random_bool(probability.clamp(0.0, 1.0)) => {
                toll.lost = true;
                return toll;
            }
            _ => {}
        }
    }
    toll
}

/// Undoes in `new` what the faults forbid, compared with `old`.
pub(crate) fn bend(faults: &[Fault], old: &Value, new: &mut Value) {
    for fault in faults {
        match fault {
            Fault::IgnoreField { path } => {
                if let (Some(before), Some(place)) = (json::at(old, path), json::at_mut(new, path)) {
                    place.clone_from(before);
                }
            }
            Fault::ClampField { path, min, max } => {
                if let Some(place) = json::at_mut(new, path)
                    && let Some(number) = place.as_f64()
                    && !(*min..=*max).contains(&number)
                {
                    *place = json::like(&place.clone(), json::decimal(number.max(*min).min(*max), 3));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_ignored_or_clamped() {
        let old = json!({"a": {"x": 1, "y": 2.0}});
        let mut new = json!({"a": {"x": 5, "y": 90.0}});
        let faults =
            [Fault::IgnoreField { path: "a.x".into() }, Fault::ClampField { path: "a.y".into(), min: 0.0, max: 50.0 }];
        bend(&faults, &old, &mut new);
        assert_eq!(new, json!({"a": {"x": 1, "y": 50.0}}));
    }
}
