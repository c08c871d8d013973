//! Motion detection.

use shelly_types::wire_object;

use crate::scalar::Flag;

wire_object! {
    /// Motion detection. Fields are written as `motion_<name>`.
    pub struct Motion {
        /// Sensitivity, 1 to 256; lower is more sensitive.
        pub sensitivity: f64,
        /// Minutes until motion is over.
        pub blind_time_minutes: f64,
        /// Pulses that make a motion, 1 to 4.
        pub pulse_count: f64,
        /// When it works: 0 always, 1 dark, 2 twilight, 3 bright.
        pub operating_mode: f64,
        /// Whether it works at all; written as `motion_enable`.
        pub enabled: Flag,
    }
}
