//! Describes thermostats of Wall Displays.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a thermostat.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// It regulates.
        pub enable: bool,
        /// What it listens to, as `shelly://<device id>/c/<component>`.
        pub sensor: String,
        /// It heats or it cools.
        pub kind: Kind = "type",
        /// What it switches, as `shelly://<device id>/c/<component>`.
        pub actuator: String,
        /// Hysteresis in degrees Celsius.
        pub hysteresis: f64,
        /// Switch off to heat.
        pub invert_output: bool,
        /// Unit on the display.
        pub display_unit: Unit,
        /// Target in degrees Celsius.
        pub target_c: f64 = "target_C",
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Target in degrees Fahrenheit.
        pub target_f: f64 = "target_F",
        /// Watch for faults.
        pub failure_detection: bool,
    }

    /// Reading of a thermostat.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// It regulates.
        pub enable: bool,
        /// Target in degrees Celsius.
        pub target_c: f64 = "target_C",
        /// Measured temperature in degrees Celsius.
        pub current_c: f64 = "current_C",
        /// The actuator is on.
        pub output: bool,
        /// Plans.
        pub schedules: Schedules,
        /// Target in degrees Fahrenheit.
        pub target_f: f64 = "target_F",
        /// Measured temperature in degrees Fahrenheit.
        pub current_f: f64 = "current_F",
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Plans.
    pub struct Schedules {
        /// They are followed.
        pub enable: bool,
        /// Number of the active plan.
        pub profile_id: u64,
        /// Name of the active plan.
        pub profile_name: String,
    }
}

wire_enum! {
    /// What it does.
    pub enum Kind {
        /// It heats.
        Heating = "heating",
        /// It cools.
        Cooling = "cooling",
    }

    /// Unit of temperatures.
    pub enum Unit {
        /// Degrees Celsius.
        Celsius = "C",
        /// Degrees Fahrenheit.
        Fahrenheit = "F",
    }
}
