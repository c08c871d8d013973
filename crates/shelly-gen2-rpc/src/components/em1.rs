//! Describes single-phase meters.

use shelly_types::wire_object;

use super::common::Alarms;

wire_object! {
    /// Settings of a single-phase meter.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Take the power with the opposite sign.
        pub reverse: bool,
        /// Current transformer that is connected.
        pub ct_type: String,
        /// Limits that raise an alarm (firmware 2.0 and later).
        pub alarms: Alarms,
    }

    /// Reading of a single-phase meter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Current in amperes.
        pub current: f64,
        /// Voltage in volts.
        pub voltage: f64,
        /// Active power in watts.
        pub act_power: f64,
        /// Apparent power in volt-amperes.
        pub aprt_power: f64,
        /// Power factor, -1 to 1.
        pub pf: f64,
        /// Frequency in hertz.
        pub freq: f64,
        /// `factory`, or the meter whose calibration it took over.
        pub calibration: String,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// States that hold now; absent when none does.
        pub flags: Vec<String>,
    }
}
