//! Describes the component `ffs`, which the vendor does not document.

use shelly_types::wire_object;

wire_object! {
    /// Settings of `ffs`.
    pub struct Config {
        /// Not documented.
        pub enable: bool,
    }

    /// State of `ffs`.
    pub struct Status {
        /// Not documented; 0 in all readings.
        pub ts: u64,
    }
}
