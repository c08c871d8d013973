//! What carries questions to a device, and its answers.

use crate::word::words;

words! {
    /// What carries questions to a device, and its answers.
    pub enum Channel ("channel") {
        /// HTTP in the clear.
        Http = "http",
        /// HTTP over TLS.
        Https = "https",
        /// A WebSocket that the manager opened.
        WebSocket = "web_socket",
        /// A WebSocket that the device opened.
        OutboundWebSocket = "outbound_web_socket",
        /// A broker.
        Mqtt = "mqtt",
        /// Datagrams.
        Udp = "udp",
        /// An agent that passes HTTP on.
        Agent = "agent",
    }
}
