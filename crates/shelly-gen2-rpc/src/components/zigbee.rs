//! Describes Zigbee.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of Zigbee.
    pub struct Config {
        /// Zigbee is on.
        pub enable: bool,
    }

    /// State of Zigbee.
    pub struct Status {
        /// Place in the Zigbee network.
        pub network_state: NetworkState,
    }
}

wire_enum! {
    /// Place in the Zigbee network.
    pub enum NetworkState {
        /// Off.
        Disabled = "disabled",
        /// It starts.
        Initializing = "initializing",
        /// It looks for a network.
        Steering = "steering",
        /// It belongs to a network.
        Joined = "joined",
        /// It could not join.
        Failed = "failed",
    }
}
