//! Lights.

use shelly_types::wire_object;

use crate::{
    scalar::{Flag, Overpower},
    settings::Mode,
};

wire_object! {
    /// A light; also the answer of `/light/{i}`, `/color/{i}` and `/white/{i}`.
    pub struct Light {
        /// Whether it is on.
        pub ison: Flag,
        /// Who switched last.
        pub source: String,
        /// Whether a timer runs.
        pub has_timer: Flag,
        /// When the timer began, seconds since 1970.
        pub timer_started: f64,
        /// Length of the timer, s.
        pub timer_duration: f64,
        /// Seconds until the timer ends.
        pub timer_remaining: f64,
        /// White or colour.
        pub mode: Mode,
        /// Red, 0 to 255.
        pub red: f64,
        /// Green, 0 to 255.
        pub green: f64,
        /// Blue, 0 to 255.
        pub blue: f64,
        /// White channel, 0 to 255; share of cold white, %, on a Duo.
        pub white: f64,
        /// Brightness of the colours, %.
        pub gain: f64,
        /// Colour temperature, K.
        pub temp: f64,
        /// Brightness, %.
        pub brightness: f64,
        /// Moving effect, 0 for none.
        pub effect: f64,
        /// Fade that runs now, ms.
        pub transition: f64,
        /// Power, W.
        pub power: f64,
        /// Whether too much power was drawn.
        pub overpower: Overpower,
    }
}
