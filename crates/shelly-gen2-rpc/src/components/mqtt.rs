//! Describes MQTT.

use shelly_types::wire_object;

wire_object! {
    /// Settings of MQTT.
    pub struct Config {
        /// Connect to a broker.
        pub enable: bool,
        /// Broker, `host:port`; null when not set.
        pub server: String,
        /// Client id at the broker; the device id when not set.
        pub client_id: String,
        /// Certificates that are trusted: `ca.pem`, `user_ca.pem`, `*` for any; null for no TLS.
        pub ssl_ca: String,
        /// Prefix of the topics; the device id when not set.
        pub topic_prefix: String,
        /// Send notifications.
        pub rpc_ntf: bool,
        /// Publish the whole status of a component when it changes.
        pub status_ntf: bool,
        /// Present a client certificate.
        pub use_client_cert: bool,
        /// Obey commands over MQTT.
        pub enable_control: bool,
        /// User name at the broker; null for none.
        pub user: String,
        /// Answer RPC over MQTT.
        pub enable_rpc: bool,
        /// Password; never shown.
        pub pass: String,
        /// Speak MQTT 5.
        pub use_v5: bool,
        /// Log MQTT traffic.
        pub debug: bool,
    }

    /// Connection to the broker.
    pub struct Status {
        /// Connected now.
        pub connected: bool,
    }
}
