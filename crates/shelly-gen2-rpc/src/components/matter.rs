//! Describes Matter.

use shelly_types::wire_object;

wire_object! {
    /// Settings of Matter.
    pub struct Config {
        /// Matter is on.
        pub enable: bool,
        /// What a presence sensor shows to Matter.
        pub presence: Presence,
    }

    /// What a presence sensor shows to Matter.
    pub struct Presence {
        /// Number of zones.
        pub zones: u64,
    }

    /// State of Matter.
    pub struct Status {
        /// Matter fabrics it belongs to.
        pub num_fabrics: u64,
        /// It can be added to a Matter fabric.
        pub commissionable: bool,
    }
}
