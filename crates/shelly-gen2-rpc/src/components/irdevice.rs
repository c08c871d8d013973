//! Describes devices that are controlled by infrared.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a device that is controlled by infrared.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name.
        pub name: String,
    }

    /// State of a device that is controlled by infrared.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Learning of a code, while it runs.
        pub learning: Learning,
    }

    /// Learning of a code.
    pub struct Learning {
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub timeout: f64,
        /// Name of the code.
        pub name: String,
    }
}
