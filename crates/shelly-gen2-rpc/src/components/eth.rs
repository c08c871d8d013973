//! Describes the wired network.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of the wired network.
    pub struct Config {
        /// Wired network is on.
        pub enable: bool,
        /// Hand out addresses to others.
        pub server_mode: bool,
        /// Where the address comes from.
        pub ipv4mode: AddressMode,
        /// Own address, with static addresses.
        pub ip: String,
        /// Netmask, with static addresses.
        pub netmask: String,
        /// Gateway, with static addresses.
        pub gw: String,
        /// First address handed out in server mode.
        pub dhcp_start: String,
        /// Last address handed out in server mode.
        pub dhcp_end: String,
        /// Name server, with static addresses.
        pub nameserver: String,
    }

    /// State of the wired network.
    pub struct Status {
        /// IPv4 address; null while the cable is out.
        pub ip: String,
        /// IPv6 addresses.
        pub ip6: Vec<String>,
    }
}

wire_enum! {
    /// Where the IPv4 address comes from.
    pub enum AddressMode {
        /// From a DHCP server.
        Dhcp = "dhcp",
        /// As written here.
        Static = "static",
    }
}
