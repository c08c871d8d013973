//! Describes lights of wall dimmers.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of the lights.
    pub struct Config {
        /// Light the system light.
        pub sys_led_enable: bool,
        /// Power light.
        pub power_led: PowerLed,
    }

    /// State of the lights; empty.
    pub struct Status {}
}

wire_enum! {
    /// What the power light shows.
    pub enum PowerLed {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As the output.
        MatchOutput = "match_output",
        /// Opposite to the output.
        InvertedOutput = "inverted_output",
    }
}
