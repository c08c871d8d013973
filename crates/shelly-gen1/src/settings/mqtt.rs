//! MQTT connection.

use shelly_types::wire_object;

use crate::scalar::Flag;

wire_object! {
    /// MQTT connection. Every field is written as `mqtt_<name>`; a restart makes it effective.
    pub struct Mqtt {
        /// Whether it is used. The cloud is off then.
        pub enable: Flag,
        /// Server, `host:port`.
        pub server: String,
        /// User name; empty for none. The password is never readable.
        pub user: String,
        /// Device part of the topics.
        pub id: String,
        /// Longest pause between connection attempts, s.
        pub reconnect_timeout_max: f64,
        /// Shortest pause between connection attempts, s.
        pub reconnect_timeout_min: f64,
        /// Whether the server forgets the session.
        pub clean_session: Flag,
        /// Keep-alive interval, s.
        pub keep_alive: f64,
        /// Topic of the last will, old firmware.
        pub will_topic: String,
        /// Text of the last will, old firmware.
        pub will_message: String,
        /// Highest quality of service, 0 to 2.
        pub max_qos: u8,
        /// Whether messages are retained.
        pub retain: Flag,
        /// Seconds between status messages; 0 for changes only.
        pub update_period: f64,
    }
}
