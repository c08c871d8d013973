//! Describes power meters.

use shelly_types::wire_object;

use super::common::{Alarms, Energy};

wire_object! {
    /// Settings of a power meter.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Take the power with the opposite sign.
        pub reverse: bool,
        /// Limits that raise an alarm (firmware 2.0 and later).
        pub alarms: Alarms,
    }

    /// Reading of a power meter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Voltage in volts.
        pub voltage: f64,
        /// Current in amperes.
        pub current: f64,
        /// Active power in watts.
        pub apower: f64,
        /// Apparent power in volt-amperes.
        pub aprtpower: f64,
        /// Power factor, -1 to 1.
        pub pf: f64,
        /// Frequency in hertz.
        pub freq: f64,
        /// Energy taken.
        pub aenergy: Energy,
        /// Energy fed in.
        pub ret_aenergy: Energy,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// States that hold now; absent when none does.
        pub flags: Vec<String>,
    }
}
