//! Describes hygrometers.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a hygrometer.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Report a change above this, in percent.
        pub report_thr: f64,
        /// Correction in percent.
        pub offset: f64,
    }

    /// Reading of a hygrometer.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Relative humidity in percent; null when it cannot be read.
        pub rh: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
