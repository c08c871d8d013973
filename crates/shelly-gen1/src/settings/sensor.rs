//! Report thresholds and sleep of battery sensors.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

wire_enum! {
    /// Unit of temperatures.
    pub enum TemperatureUnit {
        /// Celsius.
        Celsius = "C",
        /// Fahrenheit.
        Fahrenheit = "F",
    }
}

wire_object! {
    /// Report thresholds and units.
    pub struct Sensors {
        /// Change of temperature that is reported.
        pub temperature_threshold: f64,
        /// Unit of temperatures; written as `temperature_units`.
        pub temperature_unit: TemperatureUnit,
        /// Change of humidity that is reported, %.
        pub humidity_threshold: f64,
        /// Seconds of quiet after which motion is over (Sense).
        pub motion_duration: f64,
        /// Whether the LED shows motion (Sense).
        pub motion_led: Flag,
    }

    /// How often a sleeping device wakes without cause.
    pub struct SleepMode {
        /// How many units.
        pub period: f64,
        /// h or m.
        pub unit: String,
    }
}
