//! Describes light sensors.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a light sensor.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Below this it is dark.
        pub dark_thr: f64,
        /// Above this it is bright.
        pub bright_thr: f64,
    }

    /// Reading of a light sensor.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Light in lux.
        pub lux: f64,
        /// How bright it is.
        pub illumination: Illumination,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}

wire_enum! {
    /// How bright it is.
    pub enum Illumination {
        /// Dark.
        Dark = "dark",
        /// Between dark and bright.
        Twilight = "twilight",
        /// Bright.
        Bright = "bright",
    }
}
