//! Describes voltmeters.

use shelly_types::wire_object;

use super::common::Expression;

wire_object! {
    /// Settings of a voltmeter.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Report a change above this, in volts.
        pub report_thr: f64,
        /// Range, by model: 0 for 0 to 15 V or 2.5 V, 1 for 0 to 30 V.
        pub range: u32,
        /// Expression for the voltage.
        pub xvoltage: Expression,
    }

    /// Reading of a voltmeter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Voltage in volts.
        pub voltage: f64,
        /// Voltage after the expression.
        pub xvoltage: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
