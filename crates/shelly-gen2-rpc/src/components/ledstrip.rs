//! Describes addressable LED strips.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of an LED strip.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Protocol of the strip, one of `LedStrip.ListAllProtocols`.
        pub protocol: String,
        /// Number of LEDs.
        pub num_leds: u32,
        /// Effects that are offered.
        pub effects: Vec<Value>,
    }

    /// Reading of an LED strip.
    pub struct Status {
        /// It is on.
        pub on: bool,
        /// Brightness in percent.
        pub brightness: f64,
        /// Red, green, blue, 0 to 255.
        pub rgb: Vec<f64>,
        /// Effect.
        pub effect: String,
        /// Palette of the effect.
        pub palette: String,
        /// Speed of the effect.
        pub speed: f64,
        /// Intensity of the effect.
        pub intensity: f64,
    }
}
