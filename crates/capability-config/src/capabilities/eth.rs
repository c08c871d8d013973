//! Wired network.

use super::prelude::*;

block! {
    /// Wired network.
    pub struct Eth {
        /// Use it.
        enable: bool = flag().risk(Risk::Connectivity),
        /// Give addresses to others.
        server_mode: bool = flag().since(1, 4, 99).risk(Risk::Connectivity),
        /// Where the address comes from.
        ipv4mode: String = choice(&["dhcp", "static"]).risk(Risk::Connectivity),
        /// Own address with `static`.
        ip: String = text(15).nullable().risk(Risk::Connectivity),
        /// Netmask with `static`.
        netmask: String = text(15).nullable().risk(Risk::Connectivity),
        /// Gateway with `static`.
        gw: String = text(15).nullable().risk(Risk::Connectivity),
        /// Name server with `static`.
        nameserver: String = text(15).nullable().risk(Risk::Connectivity),
        /// First address to give, as an address server.
        dhcp_start: String = text(15).nullable().since(1, 4, 99).shown_when_set(),
        /// Last address to give, as an address server.
        dhcp_end: String = text(15).nullable().since(1, 4, 99).shown_when_set(),
    }
}
