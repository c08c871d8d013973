//! Describes the vendor's cloud.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the vendor's cloud.
    pub struct Config {
        /// Connect to the vendor's cloud.
        pub enable: bool,
        /// Server, `host:port/path`; null for the default.
        pub server: String,
    }

    /// Connection to the vendor's cloud.
    pub struct Status {
        /// Connected now.
        pub connected: bool,
    }
}
