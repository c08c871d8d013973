//! Describes thermometers.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a thermometer.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Report a change above this, in degrees Celsius.
        pub report_thr_c: f64 = "report_thr_C",
        /// Correction in degrees Celsius.
        pub offset_c: f64 = "offset_C",
    }

    /// Reading of a thermometer.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Degrees Celsius; null when it cannot be measured.
        pub celsius: f64 = "tC",
        /// Degrees Fahrenheit; null when it cannot be measured.
        pub fahrenheit: f64 = "tF",
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
