//! Describes energy counters of three-phase meters.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a counter; empty.
    pub struct Config {}

    /// Counters of a three-phase meter.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Active energy taken on phase A in watt-hours.
        pub a_total_act_energy: f64,
        /// Active energy fed in on phase A in watt-hours.
        pub a_total_act_ret_energy: f64,
        /// Active energy taken on phase B in watt-hours.
        pub b_total_act_energy: f64,
        /// Active energy fed in on phase B in watt-hours.
        pub b_total_act_ret_energy: f64,
        /// Active energy taken on phase C in watt-hours.
        pub c_total_act_energy: f64,
        /// Active energy fed in on phase C in watt-hours.
        pub c_total_act_ret_energy: f64,
        /// Active energy taken on all phases in watt-hours.
        pub total_act: f64,
        /// Active energy fed in on all phases in watt-hours.
        pub total_act_ret: f64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}
