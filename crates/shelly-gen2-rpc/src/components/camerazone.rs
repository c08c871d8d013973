//! Describes zones of a camera.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a zone.
    pub struct Config {
        /// It is in use.
        pub enable: bool,
        /// What it is for.
        pub kind: ZoneKind = "type",
        /// Corners, x and y in turn, in a grid of 0 to 10000.
        pub coordinates: Vec<f64>,
        /// Colour it is shown in: red, green, blue, 0 to 255.
        pub color: Vec<u8>,
        /// Name the owner gave; null when there is none.
        pub name: String,
    }

    /// State of a zone; empty.
    pub struct Status {}
}

wire_enum! {
    /// What a zone is for.
    pub enum ZoneKind {
        /// Motion in it is reported.
        Motion = "motion",
        /// It is not shown.
        Privacy = "privacy",
    }
}
