//! Network, cloud, firmware update: what every device reports about itself.

use shelly_types::wire_object;

use crate::scalar::Flag;

wire_object! {
    /// Network.
    pub struct Station {
        /// Whether it is connected.
        pub connected: Flag,
        /// Name of the network.
        pub ssid: String,
        /// Address.
        pub ip: String,
        /// Signal, dBm.
        pub rssi: f64,
    }

    /// Vendor's cloud.
    pub struct Cloud {
        /// Whether it is used.
        pub enabled: Flag,
        /// Whether it is connected.
        pub connected: Flag,
    }

    /// MQTT.
    pub struct Mqtt {
        /// Whether it is connected.
        pub connected: Flag,
    }

    /// Action URLs.
    pub struct ActionStats {
        /// Calls that were dropped.
        pub skipped: u64,
    }

    /// Firmware update.
    pub struct Update {
        /// idle, pending, updating or unknown.
        pub status: String,
        /// Whether a newer firmware is offered.
        pub has_update: Flag,
        /// Build that is offered; the running one when there is none.
        pub new_version: String,
        /// Build that runs.
        pub old_version: String,
        /// Beta build that is offered.
        pub beta_version: String,
    }

    /// Firmware of a device of the EFM32 family.
    pub struct FirmwareInfo {
        /// Device id.
        pub device: String,
        /// Build id.
        pub fw: String,
    }
}
