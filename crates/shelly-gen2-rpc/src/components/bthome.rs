//! Describes the BTHome receiver.

pub mod objects;

use shelly_types::wire_object;

wire_object! {
    /// Settings of the BTHome receiver; empty.
    pub struct Config {}

    /// State of the BTHome receiver.
    pub struct Status {
        /// Search for devices, while it runs.
        pub discovery: Discovery,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// Search for devices.
    pub struct Discovery {
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub duration: f64,
    }
}
