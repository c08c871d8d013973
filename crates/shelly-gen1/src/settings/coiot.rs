//! CoIoT status messages.

use shelly_types::wire_object;

use crate::scalar::Flag;

wire_object! {
    /// CoIoT status messages. Written as `coiot_enable`, `coiot_update_period`, `coiot_peer`.
    pub struct Coiot {
        /// Whether they are sent.
        pub enabled: Flag,
        /// Seconds between them, 15 to 65535.
        pub update_period: f64,
        /// Who gets them: empty or `mcast` for all, or `ip:port`.
        pub peer: String,
        /// Whether commands are taken.
        pub execute_enable: Flag,
    }
}
