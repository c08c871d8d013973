//! `WiFi`: networks in reach, and devices at the access point (C2).

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `WiFi.Scan`.
    pub struct ScanAnswer {
        /// Networks in reach.
        pub results: Vec<Network>,
    }

    /// A network in reach.
    pub struct Network {
        /// Name; null when it is hidden.
        pub ssid: String,
        /// Address of the access point.
        pub bssid: String,
        /// Protection: 0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2, 5 enterprise (names inferred, gaps 18).
        pub auth: u8,
        /// Channel.
        pub channel: u16,
        /// Signal in dBm.
        pub rssi: i64,
    }

    /// Answer of `WiFi.ListAPClients`.
    pub struct ApClients {
        /// Unix seconds; null without a clock.
        pub ts: u64,
        /// Devices at the access point.
        pub ap_clients: Vec<ApClient>,
    }

    /// A device at the access point of a range extender.
    pub struct ApClient {
        /// Hardware address.
        pub mac: String,
        /// Address behind the extender.
        pub ip: String,
        /// It does not come from the extender.
        pub ip_static: bool,
        /// Port of the extender that leads to it; may change.
        pub mport: u16,
        /// When it came, in Unix seconds.
        pub since: u64,
    }
}

methods! {
    /// Searches networks, up to 20 seconds.
    fn wifi_scan() -> ScanAnswer = "WiFi.Scan";

    /// Devices at the access point.
    fn wifi_ap_clients() -> ApClients = "WiFi.ListAPClients";

    /// Networks whose passwords are kept (Wall Display); not documented.
    fn wifi_saved_networks() -> Value = "Wifi.SavedNetworks.List";

    /// Forgets a network (Wall Display).
    fn wifi_delete_saved_network(ssid: &str) -> Value = "Wifi.SavedNetworks.Delete";

    /// Measures the speed (Wall Display); not documented.
    fn wifi_speed_test() -> Value = "Wifi.SpeedTest";
}
