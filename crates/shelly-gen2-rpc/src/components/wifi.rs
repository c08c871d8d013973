//! Describes WiFi.

use shelly_types::{wire_enum, wire_object};

use super::common::Enabled;

wire_object! {
    /// Settings of WiFi.
    pub struct Config {
        /// The device's own access point; absent once provisioning is complete on firmware 2.
        pub ap: AccessPoint,
        /// Network to join.
        pub sta: Station,
        /// Network to join when the first is not there.
        pub sta1: Station,
        /// Change of the access point.
        pub roam: Roaming,
    }

    /// The device's own access point.
    pub struct AccessPoint {
        /// Network name; null for the device id.
        pub ssid: String,
        /// Password; never shown.
        pub pass: String,
        /// There is no key.
        pub is_open: bool,
        /// Run it.
        pub enable: bool,
        /// Network access for other devices.
        pub range_extender: Enabled,
    }

    /// A network to join.
    pub struct Station {
        /// Network name.
        pub ssid: String,
        /// Password; never shown.
        pub pass: String,
        /// There is no key.
        pub is_open: bool,
        /// Join it.
        pub enable: bool,
        /// Where the address comes from.
        pub ipv4mode: AddressMode,
        /// Own address, with static addresses.
        pub ip: String,
        /// Netmask, with static addresses.
        pub netmask: String,
        /// Gateway, with static addresses.
        pub gw: String,
        /// Name server, with static addresses.
        pub nameserver: String,
        /// Time between searches for a better access point, in seconds (Wall Display).
        pub roam_interval: f64,
        /// Host name told to the network.
        pub hostname: String,
    }

    /// Change of the access point.
    pub struct Roaming {
        /// Signal below which another access point is looked for, in dBm.
        pub rssi_thr: f64,
        /// Time between searches in seconds; 0 for never.
        pub interval: f64,
    }

    /// State of the station.
    pub struct Status {
        /// IPv4 address; null without one.
        pub sta_ip: String,
        /// State of the station.
        pub status: StationState,
        /// Network it is connected to; null for none.
        pub ssid: String,
        /// Signal in dBm; 0 when not connected.
        pub rssi: i64,
        /// Devices at the access point.
        pub ap_client_count: u64,
        /// Access point it is connected to.
        pub bssid: String,
        /// WiFi channel.
        pub channel: u64,
        /// IPv6 addresses.
        pub sta_ip6: Vec<String>,
        /// Hardware address (Wall Display).
        pub mac: String,
        /// Netmask (Wall Display).
        pub netmask: String,
        /// Gateway (Wall Display).
        pub gw: String,
        /// Name server (Wall Display).
        pub nameserver: String,
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

    /// State of the station.
    pub enum StationState {
        /// Not connected.
        Disconnected = "disconnected",
        /// Connecting.
        Connecting = "connecting",
        /// Connected, without an address.
        Connected = "connected",
        /// Connected, with an address.
        GotIp = "got ip",
    }
}
