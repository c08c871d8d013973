//! Power and energy meters.

use shelly_types::wire_object;

use crate::scalar::{Flag, Overpower};

wire_object! {
    /// A power meter of a channel.
    pub struct Meter {
        /// Power, W.
        pub power: f64,
        /// Whether too much power was drawn.
        pub overpower: Overpower,
        /// Whether the readings are valid.
        pub is_valid: Flag,
        /// Local wall time of the counters, printed as seconds since 1970.
        pub timestamp: u64,
        /// Power in the last three whole minutes, W (energy in watt-minutes).
        pub counters: Vec<f64>,
        /// Energy since the start, watt-minutes.
        pub total: f64,
    }

    /// An energy meter; also the answer of `/emeter/{i}`.
    pub struct Emeter {
        /// Power, W; negative for returned.
        pub power: f64,
        /// Reactive power, var.
        pub reactive: f64,
        /// Power factor, signed.
        pub pf: f64,
        /// Current, A.
        pub current: f64,
        /// Voltage, V.
        pub voltage: f64,
        /// Whether the readings are valid.
        pub is_valid: Flag,
        /// Energy, Wh.
        pub total: f64,
        /// Returned energy, Wh.
        pub total_returned: f64,
    }

    /// The neutral conductor.
    pub struct NeutralMeter {
        /// Current, A.
        pub current: f64,
        /// Sum of the phase currents, A.
        pub ixsum: f64,
        /// Whether both differ too much.
        pub mismatch: Flag,
        /// Whether the readings are valid.
        pub is_valid: Flag,
    }
}
