//! WiFi, MQTT and CoIoT.

use super::{Hidden, form};
use crate::settings::Ipv4Method;

form! {
    /// Own network of the device (`/settings/ap`). Turning it on turns the station off.
    pub struct AccessPointForm {
        /// Whether it is on.
        pub enabled: bool,
        /// Password; empty for an open network.
        pub key: Hidden,
    }

    /// A network to join (`/settings/sta`, `/settings/sta1`), effective at once: at the access point the answer may never
    /// arrive. Turning it on turns the access point off.
    pub struct StationForm {
        /// Whether it is used.
        pub enabled: bool,
        /// Name of the network.
        pub ssid: String,
        /// Password; never readable.
        pub key: Hidden,
        /// How the address is found.
        pub ipv4_method: Ipv4Method,
        /// Fixed address.
        pub ip: String,
        /// Network mask; read as `mask`.
        pub netmask: String,
        /// Gateway; read as `gw`. Empty is allowed since firmware 1.7.0, with the cloud off.
        pub gateway: String,
        /// Name server.
        pub dns: String,
    }

    /// Change to a stronger access point.
    pub struct RoamingSettings: SettingsForm {
        /// Whether it is on.
        pub enabled: bool = "ap_roaming_enabled",
        /// Signal below which a better one is looked for, dBm, negative.
        pub threshold_dbm: i32 = "ap_roaming_threshold",
    }

    /// MQTT connection, effective after a restart. Turning it on turns the cloud off.
    pub struct MqttSettings: SettingsForm {
        /// Whether it is used.
        pub enable: bool = "mqtt_enable",
        /// Server, `host:port`, without TLS.
        pub server: String = "mqtt_server",
        /// User name; empty for none.
        pub user: String = "mqtt_user",
        /// Password; never readable.
        pub pass: Hidden = "mqtt_pass",
        /// Device part of the topics; empty restores the host name.
        pub id: String = "mqtt_id",
        /// Whether the server forgets the session.
        pub clean_session: bool = "mqtt_clean_session",
        /// Whether messages are retained.
        pub retain: bool = "mqtt_retain",
        /// Highest quality of service, 0 to 2.
        pub max_qos: u8 = "mqtt_max_qos",
        /// Keep-alive interval, s.
        pub keep_alive_seconds: u32 = "mqtt_keep_alive",
        /// Longest pause between connection attempts, s.
        pub reconnect_timeout_max_seconds: f64 = "mqtt_reconnect_timeout_max",
        /// Shortest pause between connection attempts, s.
        pub reconnect_timeout_min_seconds: f64 = "mqtt_reconnect_timeout_min",
        /// Seconds between status messages; 0 for changes only.
        pub update_period_seconds: u32 = "mqtt_update_period",
    }

    /// CoIoT status messages. A new peer is used after a restart on most firmware.
    pub struct CoiotSettings: SettingsForm {
        /// Whether they are sent.
        pub enable: bool = "coiot_enable",
        /// Seconds between them, 15 to 65535.
        pub update_period_seconds: u16 = "coiot_update_period",
        /// Who gets them: `mcast`, or `ip[:port]`. There is one peer: writing it takes the device from whoever had it.
        pub peer: String = "coiot_peer",
        /// Whether commands are taken, on older firmware.
        pub execute_enable: bool = "coiot_execute_enable",
    }
}
