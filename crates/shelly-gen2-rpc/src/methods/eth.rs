//! `Eth`: the wired network.

use shelly_types::wire_object;

wire_object! {
    /// One page of `Eth.ListClients`.
    pub struct ClientPage {
        /// Unix seconds.
        pub ts: u64,
        /// Place of the first client of this page.
        pub offset: u64,
        /// Clients on this page.
        pub count: u64,
        /// Clients in all.
        pub total: u64,
        /// The clients.
        pub dhcp_clients: Vec<DhcpClient>,
    }

    /// A client that got its address from the device.
    pub struct DhcpClient {
        /// Host name; null when it did not say.
        pub host: String,
        /// Hardware address.
        pub mac: String,
        /// Address.
        pub ip: String,
        /// How long it may keep it, in seconds.
        pub ttl: u64,
    }
}

methods! {
    /// Clients of the device's own DHCP server.
    fn eth_clients(; offset: u64) -> ClientPage = "Eth.ListClients";
}
