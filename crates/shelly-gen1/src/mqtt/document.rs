//! JSON documents that devices publish.

use shelly_types::{Firmware, Generation, Identity, Mac, Model, wire_object};

use crate::{scalar::Flag, settings::thermostat::TargetTemperature, status::Temperature};

wire_object! {
    /// Who a device is: `shellies/announce` for all, and on its own topic since firmware 1.6.0.
    pub struct Announcement {
        /// Device part of the topics.
        pub id: String,
        /// Order code.
        pub model: String,
        /// Hardware address.
        pub mac: String,
        /// Address in the network.
        pub ip: String,
        /// Whether a newer firmware is offered.
        pub new_fw: Flag,
        /// Firmware build id.
        pub firmware: String = "fw_ver",
        /// Mode, on models that have several.
        pub mode: String,
    }

    /// What Motion and the radiator valve publish as one document, on `status`.
    pub struct SensorDocument {
        /// Whether motion is seen.
        pub motion: Flag,
        /// Last motion, seconds since 1970.
        pub timestamp: u64,
        /// Whether detection is on.
        pub active: Flag,
        /// Whether the device is shaken.
        pub vibration: Flag,
        /// Brightness of the room, lux.
        pub lux: f64,
        /// Charge of the battery, %.
        pub battery: f64 = "bat",
        /// Temperature of the room.
        pub tmp: Temperature,
        /// Target temperature.
        pub target_t: TargetTemperature,
        /// Opening of the valve, %.
        pub pos: f64,
    }
}

impl Announcement {
    /// Who the device is in the words of every generation; none without address and model, or when the announcement
    /// is one of Gen2+.
    pub fn identity(&self) -> Option<Identity> {
        if self.extra.contains_key("gen") {
            return None;
        }
        let mac: Mac = self.mac.as_str()?.parse().ok()?;
        Some(Identity {
            mac,
            generation: Generation::GEN1,
            model: Model::new(self.model.as_str()?),
            firmware: Firmware::new(self.firmware.as_str().unwrap_or_default()),
            host_name: None,
            app: None,
            name: None,
            profile: self.mode.as_str().map(str::to_owned),
            // MQTT says nothing of the HTTP login.
            auth_required: false,
        })
    }
}
