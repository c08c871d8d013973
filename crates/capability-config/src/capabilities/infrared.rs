//! Devices that are controlled by infrared, and their codes.

use super::prelude::*;

block! {
    /// Device that is controlled by infrared.
    pub struct InfraredDevice {
        /// Name shown to people.
        name: String = text(64).nullable(),
    }

    /// Code that is sent by infrared.
    pub struct InfraredCode {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// The `irdevice` it belongs to.
        device_id: i64 = integer().min(0.0),
    }
}
