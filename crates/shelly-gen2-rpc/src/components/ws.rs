//! Describes the outbound WebSocket.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the outbound WebSocket.
    pub struct Config {
        /// Connect to a server.
        pub enable: bool,
        /// Address of the server, `ws://` or `wss://`; null when not set.
        pub server: String,
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any; null for no TLS.
        pub ssl_ca: String,
        /// Present a client certificate.
        pub use_client_cert: bool,
    }

    /// Connection of the outbound WebSocket.
    pub struct Status {
        /// Connected now.
        pub connected: bool,
    }
}
