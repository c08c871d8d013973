//! Describes KNX IP.

use shelly_types::wire_object;

wire_object! {
    /// Settings of KNX IP.
    pub struct Config {
        /// KNX is on.
        pub enable: bool,
        /// Individual address, `area.line.device`.
        pub ia: String,
        /// KNX IP routing.
        pub routing: Routing,
    }

    /// KNX IP routing.
    pub struct Routing {
        /// Multicast address and port.
        pub addr: String,
    }

    /// State of KNX IP; empty.
    pub struct Status {}
}
