//! Timing of buttons on Gen1, where it belongs to the device.

use super::prelude::*;

block! {
    /// Timing of buttons on Gen1.
    pub struct Push {
        /// A push longer than this is a long one (relays).
        long_time_ms: i64 = integer().range(1.0, 5000.0).unit(Unit::Milliseconds).gen1(),
        /// Least length of a long push (button devices).
        long_duration_min_ms: i64 = integer().range(100.0, 3000.0).unit(Unit::Milliseconds).gen1(),
        /// Greatest length of a long push (button devices).
        long_duration_max_ms: i64 = integer().range(800.0, 3200.0).unit(Unit::Milliseconds).gen1(),
        /// Greatest pause within a double or triple push.
        multi_gap_max_ms: i64 = integer().range(1.0, 2000.0).unit(Unit::Milliseconds).gen1(),
    }
}
