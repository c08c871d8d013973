//! Describes the display of humidity and temperature sensors.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of the display.
    pub struct Config {
        /// Unit on the display.
        pub temperature_unit: Unit,
        /// Clock of the display: `12`, `24` or `disabled` (Gen3).
        pub clock: String,
    }

    /// State of the display; empty.
    pub struct Status {}
}

wire_enum! {
    /// Unit of temperatures.
    pub enum Unit {
        /// Degrees Celsius.
        Celsius = "C",
        /// Degrees Fahrenheit.
        Fahrenheit = "F",
    }
}
