//! Relays and inputs.

use shelly_types::wire_object;

use crate::scalar::{Flag, Overpower};

wire_object! {
    /// A relay; also the answer of `/relay/{i}`.
    pub struct Relay {
        /// Whether it is on.
        pub ison: Flag,
        /// Whether a timer runs.
        pub has_timer: Flag,
        /// When the timer began, seconds since 1970.
        pub timer_started: f64,
        /// Length of the timer, s.
        pub timer_duration: f64,
        /// Seconds until the timer ends.
        pub timer_remaining: f64,
        /// Whether too much power was drawn.
        pub overpower: Overpower,
        /// Whether it was too hot.
        pub overtemperature: Flag,
        /// Whether the meter of the relay is valid.
        pub is_valid: Flag,
        /// Who switched last: input, http, mqtt, cloud, timer, schedule, ...
        pub source: String,
    }

    /// An input.
    pub struct Input {
        /// State.
        pub input: Flag,
        /// Last event: S, L, SS, SSS, SL, LS, or empty.
        pub event: String,
        /// Number of events.
        pub event_cnt: u64,
        /// Last sequence of pushes.
        pub last_sequence: String,
    }
}
