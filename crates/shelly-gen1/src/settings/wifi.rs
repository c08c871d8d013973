//! The networks a device joins and its own.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::Flag;

wire_enum! {
    /// How the address is found.
    pub enum Ipv4Method {
        /// From the network.
        Dhcp = "dhcp",
        /// Fixed.
        Static = "static",
    }
}

wire_object! {
    /// Own network of the device, at 192.168.33.1.
    pub struct AccessPoint {
        /// Whether it is on. The station is off then.
        pub enabled: Flag,
        /// Name, the host name of the device; fixed.
        pub ssid: String,
        /// Password, readable; empty for an open network. Not for showing.
        pub key: String,
    }

    /// A network the device joins. The password is never readable.
    pub struct Station {
        /// Whether it is used.
        pub enabled: Flag,
        /// Name of the network.
        pub ssid: String,
        /// How the address is found.
        pub ipv4_method: Ipv4Method,
        /// Fixed address.
        pub ip: String,
        /// Gateway; written as `gateway`.
        pub gw: String,
        /// Network mask; written as `netmask`.
        pub mask: String,
        /// Name server.
        pub dns: String,
    }

    /// Change to a stronger access point of the same network.
    pub struct Roaming {
        /// Whether it is on.
        pub enabled: Flag,
        /// Signal below which a better one is looked for, dBm.
        pub threshold: f64,
    }
}
