//! Networks and connections.

readings! {
    /// WiFi station.
    pub struct WifiStatus {
        /// The station has an address.
        pub connected: Option<bool>,
        /// Network name.
        pub ssid: Option<String>,
        /// Address on that network.
        pub ip: Option<String>,
        /// Addresses of version 6.
        pub ip6: Vec<String>,
        /// Signal in dBm; absent when WiFi is off.
        pub rssi_dbm: Option<i64>,
        /// Access point.
        pub bssid: Option<String>,
        /// Channel of the radio.
        pub channel: Option<u64>,
        /// Devices at its own access point.
        pub clients: Option<u64>,
    }

    /// Wired network.
    pub struct EthernetStatus {
        /// Address; absent when the cable is out.
        pub ip: Option<String>,
        /// Addresses of version 6.
        pub ip6: Vec<String>,
    }

    /// A connection that is up or down.
    pub struct ConnectionStatus {
        /// Connected now.
        pub connected: Option<bool>,
    }

    /// A server that the device runs.
    pub struct ServerStatus {
        /// It runs.
        pub enabled: Option<bool>,
    }

    /// Matter.
    pub struct MatterStatus {
        /// Networks (fabrics) it belongs to.
        pub fabrics: Option<u64>,
        /// It can be added to one now.
        pub commissionable: Option<bool>,
    }

    /// Zigbee.
    pub struct ZigbeeStatus {
        /// `disabled`, `initializing`, `steering`, `joined`, `failed`.
        pub state: Option<String>,
    }
}
