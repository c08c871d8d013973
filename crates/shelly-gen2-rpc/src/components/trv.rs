//! Describes the regulator inside a BLU TRV, as `BluTrv.GetRemoteConfig` and `BluTrv.GetRemoteStatus` show it.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the regulator; only this one is confirmed.
    pub struct Config {
        /// Regulate.
        pub enable: bool,
    }

    /// Reading of the regulator.
    pub struct Status {
        /// Opening of the valve in percent.
        pub pos: f64,
        /// Measured temperature in degrees Celsius.
        pub current_c: f64 = "current_C",
        /// Target in degrees Celsius.
        pub target_c: f64 = "target_C",
    }
}
