//! Energy meters (EM, 3EM).

use shelly_types::wire_object;

wire_object! {
    /// An energy meter.
    pub struct Emeter {
        /// Name.
        pub name: String,
        /// What is measured.
        pub appliance_type: String,
        /// Power that turns the output off, W; 0 for no limit.
        pub max_power: f64,
        /// Current transformer: 50 or 120 A.
        pub ctraf_type: f64,
        /// Range of the measurement.
        pub range_extender: f64,
        /// Called above a power, firmware before 1.8.
        pub over_power_url: String,
        /// Called below a power, firmware before 1.8.
        pub under_power_url: String,
        /// That power, W.
        pub over_power_url_threshold: f64,
        /// That power, W.
        pub under_power_url_threshold: f64,
    }

    /// The neutral conductor.
    pub struct NeutralMeter {
        /// Range of the measurement.
        pub range_extender: f64,
        /// Difference that is reported, A.
        pub mismatch_threshold: f64,
    }
}
