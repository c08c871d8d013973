//! The vendor's cloud.

use super::prelude::*;

block! {
    /// The vendor's cloud.
    pub struct Cloud {
        /// Connect to it. On Gen1 this switches MQTT off.
        enable: bool = flag().both().risk(Risk::Integration),
        /// Server, `host:port/path`; null for the vendor's choice.
        server: String = text(0).nullable().risk(Risk::Integration),
    }
}
