//! What a device tells by itself, in the same words for every generation.

mod follower;
mod gen1;

use chrono::{DateTime, Utc};
use shelly_types::{ComponentKey, ComponentStatus};

pub use self::{follower::Follower, gen1::Gen1Follower};

/// Something that a device told by itself.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Signal {
    /// The newest whole reading of one component, in which something is not as before.
    Component(ComponentKey, ComponentStatus),
    /// The component is no more.
    Gone(ComponentKey),
    /// Something happened.
    Event {
        /// Component that tells of it; none when it is the device as a whole.
        component: Option<ComponentKey>,
        /// What, in the vendor's words of Gen2 and later for every generation: `single_push`, `btn_down`. Words that the
        /// later generations do not have stay as they are (`SL` of Gen1).
        name: String,
        /// When, by the clock of the device; none when it does not say or has no clock.
        at: Option<DateTime<Utc>>,
    },
    /// A setting changed, by us or by somebody else.
    ConfigChanged {
        /// New revision of the configuration, where the device tells it.
        revision: Option<u64>,
    },
    /// A firmware update goes on.
    FirmwareUpdate(UpdateProgress),
    /// The device is there.
    Online,
    /// The device left, or is about to.
    Offline(Leave),
    /// Something was missed, or changed in a way that only reading shows: the whole status has to be read.
    ReadAgain,
}

/// How far a firmware update is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateProgress {
    /// It begins.
    Began,
    /// So much is done.
    Percent(u8),
    /// It is written; a restart follows.
    Written,
    /// It failed; the old firmware goes on.
    Failed {
        /// Why, in the words of the device.
        why: String,
    },
}

/// Why a device left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// A battery device sleeps until its next wake. It is not lost.
    Asleep,
    /// Its broker lost it.
    LastWill,
}

/// Unix seconds of a device. One without a clock counts from its start, which is a time long ago.
fn time(at_s: Option<f64>) -> Option<DateTime<Utc>> {
    /// The year 2015, before which there were no devices.
    const FIRST: f64 = 1_420_070_400.0;
    /// The year 2100.
    const LAST: f64 = 4_102_444_800.0;
    let at = at_s.filter(|at| (FIRST..LAST).contains(at))?;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    DateTime::from_timestamp_millis((at * 1000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_a_clock_tells_no_time() {
        assert_eq!(time(Some(12.5)), None);
        assert_eq!(time(Some(f64::NAN)), None);
        assert_eq!(time(None), None);
        assert_eq!(time(Some(1_643_540_082.66)).unwrap().to_rfc3339(), "2022-01-30T10:54:42.660+00:00");
    }
}
