//! Describes fans.

use shelly_types::{wire_enum, wire_object};

use super::common::Energy;

wire_object! {
    /// Settings of a fan.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// State after power returns.
        pub initial_state: InitialState,
        /// Speed at night.
        pub night_mode: NightMode,
    }

    /// Speed at night.
    pub struct NightMode {
        /// It is in use.
        pub enable: bool,
        /// Greatest speed.
        pub limit: f64,
        /// Begin and end, `HH:MM`; empty when not set.
        pub active_between: Vec<String>,
    }

    /// Reading of a fan.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Who decides on the speed.
        pub mode: Mode,
        /// It runs.
        pub on: bool,
        /// Speed.
        pub speed: f64,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// Energy taken.
        pub aenergy: Energy,
        /// Speed at night.
        pub night_mode: NightState,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Whether the speed is that of the night.
    pub struct NightState {
        /// It is night.
        pub active: bool,
        /// Begin and end, `HH:MM`; empty when not set.
        pub active_between: Vec<String>,
    }
}

wire_enum! {
    /// State after power returns.
    pub enum InitialState {
        /// Off.
        Off = "off",
        /// On.
        On = "on",
        /// As before.
        RestoreLast = "restore_last",
    }

    /// Who decides on the speed.
    pub enum Mode {
        /// A person.
        Manual = "manual",
        /// The device.
        Auto = "auto",
    }
}
