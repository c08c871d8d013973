//! Rollers.

use shelly_types::wire_object;

use crate::scalar::{Flag, Overpower};

wire_object! {
    /// A roller; also the answer of `/roller/{i}`.
    pub struct Roller {
        /// Movement, not position: open, close, stop.
        pub state: String,
        /// Who moved it last.
        pub source: String,
        /// Power, W.
        pub power: f64,
        /// Whether the power is valid.
        pub is_valid: Flag,
        /// Whether the safety switch is active.
        pub safety_switch: Flag,
        /// Whether it was too hot.
        pub overtemperature: Flag,
        /// Whether too much power was drawn.
        pub overpower: Overpower,
        /// Why it stopped: normal, safety_switch, obstacle, overpower.
        pub stop_reason: String,
        /// Last direction: open, close.
        pub last_direction: String,
        /// Position, 0 (closed) to 100; 101 or -1 when unknown.
        pub current_pos: f64,
        /// Whether it is calibrating.
        pub calibrating: Flag,
        /// Whether positions can be approached.
        pub positioning: Flag,
    }
}
