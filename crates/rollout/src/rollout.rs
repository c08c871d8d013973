//! Holds the rules by which the devices of a job are begun.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RingSize, Window, Zone};

/// By which rules the devices of a job are begun. The default begins all of them at once, now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rollout {
    /// Sizes of the rings, in order; what is left over is a last ring.
    pub rings: Vec<RingSize>,
    /// Devices worked on at the same time; none for no limit of its own.
    pub at_once: Option<u32>,
    /// What has to hold before the next ring.
    pub gate: Gate,
    /// Nothing is begun before.
    pub start_at: Option<DateTime<Utc>>,
    /// Nothing is begun outside of these; none for always.
    pub windows: Vec<Window>,
    /// Time zone of the windows; none for UTC.
    pub zone: Option<Zone>,
}

/// What has to hold before the next ring is begun, and for the job to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// The job stops when more than this part of a ring has failed, in percent; 100 never stops it.
    pub most_failed_percent: u8,
    /// Seconds between the last device of a ring and the first of the next.
    pub soak_s: u32,
}

impl Default for Gate {
    fn default() -> Self {
        Self { most_failed_percent: 100, soak_s: 0 }
    }
}

impl Rollout {
    /// The ring of each device, from 0 and without gaps. `critical` says for each device whether it is critical, in the
    /// order in which they are to be begun.
    pub fn rings_of(&self, critical: &[bool]) -> Vec<u32> {
        let mut rings: Vec<Option<u32>> = vec![None; critical.len()];
        let mut ring = 0;
        for size in self.rings.iter().chain([&RingSize::Rest]) {
            let most = size.most(critical.len());
            let mut taken = 0;
            for (place, critical) in rings.iter_mut().zip(critical) {
                if place.is_none() && taken < most && size.takes(*critical) {
                    *place = Some(ring);
                    taken += 1;
                }
            }
            ring += u32::from(taken > 0);
        }
        rings.into_iter().map(|ring| ring.unwrap_or(0)).collect()
    }

    /// Whether something may be begun at `now`; if not, when, as far as there is such a moment.
    pub(crate) fn opens(&self, now: DateTime<Utc>) -> Opening {
        if let Some(start_at) = self.start_at.filter(|start_at| now < *start_at) {
            return Opening::At(start_at);
        }
        let zone = self.zone.unwrap_or_default();
        if self.windows.is_empty() || self.windows.iter().any(|window| window.is_open(zone, now)) {
            return Opening::Open;
        }
        Opening::Window(self.windows.iter().filter_map(|window| window.opens_after(zone, now)).min())
    }
}

impl Gate {
    /// Whether `failed` of `all` is more than is allowed.
    pub(crate) fn is_too_much(self, failed: u32, all: u32) -> bool {
        u64::from(failed) * 100 > u64::from(self.most_failed_percent) * u64::from(all)
    }

    pub(crate) fn soak(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.soak_s))
    }
}

/// Whether something may be begun by the time.
pub(crate) enum Opening {
    Open,
    At(DateTime<Utc>),
    Window(Option<DateTime<Utc>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rings(sizes: &str, critical: &[bool]) -> Vec<u32> {
        let rings = sizes.split_whitespace().map(|size| size.parse().unwrap()).collect();
        Rollout { rings, ..Rollout::default() }.rings_of(critical)
    }

    #[test]
    fn h4_rings_by_count_percent_and_criticality() {
        let plain = [false; 10];
        assert_eq!(rings("", &plain), [0; 10]);
        assert_eq!(rings("1 25%", &plain), [0, 1, 1, 1, 2, 2, 2, 2, 2, 2], "a part of a device is a device");
        assert_eq!(rings("20 3", &plain), [0; 10], "an empty ring is none");
        let mixed = [true, false, false, true, false];
        assert_eq!(rings("1 noncritical critical", &mixed), [0, 1, 1, 2, 1]);
        assert_eq!(rings("noncritical", &mixed), [1, 0, 0, 1, 0]);
        assert_eq!(rings("critical", &[false, false]), [0, 0]);
    }
}
