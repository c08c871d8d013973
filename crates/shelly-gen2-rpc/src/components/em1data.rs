//! Describes energy counters of single-phase meters.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a counter; empty.
    pub struct Config {}

    /// Counters of a single-phase meter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Active energy taken in watt-hours.
        pub total_act_energy: f64,
        /// Active energy fed in in watt-hours.
        pub total_act_ret_energy: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
