//! Describes smoke detectors.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a smoke detector.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
    }

    /// Reading of a smoke detector.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// It gives alarm.
        pub alarm: bool,
        /// The alarm is silenced.
        pub mute: bool,
    }
}
