//! The answer of `/shelly`, which needs no password.

use shelly_types::{Firmware, Generation, Identity, Mac, Model, wire_object};

use crate::scalar::Flag;

wire_object! {
    /// Who the device is.
    pub struct Shelly {
        /// Order code, `SHSW-25`.
        pub model: String = "type",
        /// Hardware address, 12 upper-case hex digits.
        pub mac: String,
        /// Whether the device asks for a password.
        pub auth: Flag,
        /// Firmware build id, `20230913-112003/v1.14.0-gcb84623`.
        pub fw: String,
        /// Whether other devices and apps may find it.
        pub discoverable: Flag,
        /// Name the owner gave; only some firmware tells it here.
        pub name: String,
        /// 1 when the device id holds the whole hardware address.
        pub longid: Flag,
        /// Mode, on models that have several: relay, roller, color, white.
        pub mode: String,
        /// Outputs.
        pub num_outputs: u32,
        /// Inputs; missing on many models that have some.
        pub num_inputs: u32,
        /// Power meters; missing on many models that have some.
        pub num_meters: u32,
        /// Energy meters.
        pub num_emeters: u32,
        /// Rollers, 1 in either mode.
        pub num_rollers: u32,
        /// Seconds between reports (3EM).
        pub report_period: f64,
        /// Whether the device sleeps nearly always.
        pub sleep_mode: Flag,
    }
}

impl Shelly {
    /// Who the device is in the words of every generation; none when it is not a Gen1 device.
    pub fn identity(&self) -> Option<Identity> {
        if self.extra.contains_key("gen") {
            return None;
        }
        let mac: Mac = self.mac.as_str()?.parse().ok()?;
        Some(Identity {
            mac,
            generation: Generation::GEN1,
            model: Model::new(self.model.as_str()?),
            firmware: Firmware::new(self.fw.as_str().unwrap_or_default()),
            host_name: None,
            app: None,
            name: self.name.as_str().filter(|name| !name.is_empty()).map(str::to_owned),
            profile: self.mode.as_str().map(str::to_owned),
            auth_required: self.auth.copied().is_some_and(Flag::is_on),
        })
    }
}
