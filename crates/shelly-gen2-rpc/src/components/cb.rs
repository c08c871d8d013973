//! Describes circuit breakers.

use shelly_types::wire_object;

use super::common::Temperature;

wire_object! {
    /// Settings of a circuit breaker.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// Voltage below which the output is switched off, in volts; 0 for never.
        pub undervoltage_limit: f64,
        /// Voltage above which the output is switched off, in volts; null for the default.
        pub voltage_limit: f64,
        /// Delay before it acts; unit not documented.
        pub reaction_delay: f64,
    }

    /// Reading of a circuit breaker.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// The contact is closed.
        pub output: bool,
        /// What changed it last: `init`, `WS_in`, `HTTP_in`, `SHC`, `timer`, ...
        pub source: String,
        /// Times it was operated.
        pub total_cycles: u64,
        /// Temperature of the output.
        pub temperature: Temperature,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// State of the safety lever.
        pub safety: bool,
    }
}
