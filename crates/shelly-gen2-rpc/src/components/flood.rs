//! Describes flood sensors.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a flood sensor.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// How it gives alarm; null while the cable is unplugged.
        pub alarm_mode: AlarmMode,
        /// Time without water until the alarm ends, in seconds.
        pub report_holdoff: f64,
    }

    /// Reading of a flood sensor.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// It gives alarm; null while the sensor is unplugged.
        pub alarm: bool,
        /// The alarm is silenced.
        pub mute: bool,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }
}

wire_enum! {
    /// How it gives alarm.
    pub enum AlarmMode {
        /// Off.
        Disabled = "disabled",
        /// Normal.
        Normal = "normal",
        /// Loud and long.
        Intense = "intense",
        /// As a rain sensor.
        Rain = "rain",
    }
}
