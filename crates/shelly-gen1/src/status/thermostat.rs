//! The radiator valve.

use shelly_types::wire_object;

use crate::{scalar::Flag, settings::thermostat::TargetTemperature};

use super::Temperature;

wire_object! {
    /// A radiator valve; also the answer of `/thermostats/{i}`.
    pub struct Thermostat {
        /// Opening, %.
        pub pos: f64,
        /// Target temperature.
        pub target_t: TargetTemperature,
        /// Temperature of the room.
        pub tmp: Temperature,
        /// Whether the schedule runs.
        pub schedule: Flag,
        /// Schedule in use, 1 to 5.
        pub schedule_profile: i64,
        /// Minutes of full heat that remain.
        pub boost_minutes: f64,
        /// Whether a window is open.
        pub window_open: Flag,
    }
}
