//! What the device is, and settings that concern it as a whole.

use shelly_types::{wire_enum, wire_object};

use crate::scalar::{Flag, Label};

wire_enum! {
    /// Which channels of a device are active.
    pub enum Mode {
        /// Relays.
        Relay = "relay",
        /// A roller.
        Roller = "roller",
        /// White light.
        White = "white",
        /// Coloured light.
        Color = "color",
    }
}

wire_object! {
    /// What the device is.
    pub struct Device {
        /// Order code.
        pub model: String = "type",
        /// Hardware address.
        pub mac: String,
        /// Host name, which is also the device id.
        pub hostname: String,
        /// Mode.
        pub mode: Mode,
        /// Outputs.
        pub num_outputs: u32,
        /// Inputs.
        pub num_inputs: u32,
        /// Power meters.
        pub num_meters: u32,
        /// Energy meters.
        pub num_emeters: u32,
        /// Rollers.
        pub num_rollers: u32,
        /// Seconds between reports.
        pub report_period: f64,
        /// Whether the device sleeps nearly always.
        pub sleep_mode: Flag,
        /// Variant of a bulb.
        pub submodel: i64,
    }

    /// Build of the firmware.
    pub struct BuildInfo {
        /// Build id.
        pub build_id: String,
        /// Time of the build.
        pub build_timestamp: String,
        /// Version of the build system.
        pub build_version: Label,
    }

    /// Hardware and production batch.
    pub struct Hardware {
        /// Revision of the hardware.
        pub hw_revision: String,
        /// Production batch.
        pub batch_id: Label,
    }

    /// HTTP login.
    pub struct Login {
        /// Whether a password is asked for.
        pub enabled: Flag,
        /// Whether the owner chose to have no password.
        pub unprotected: Flag,
        /// User name.
        pub username: String,
        /// User name from the factory.
        pub default_username: String,
        /// Password, shown by firmware before 1.7.0 only. Not for showing.
        pub password: String,
    }

    /// Vendor's cloud.
    pub struct Cloud {
        /// Whether it is used. MQTT is off then.
        pub enabled: Flag,
        /// Whether it is connected.
        pub connected: Flag,
    }

    /// Time server.
    pub struct Sntp {
        /// Name of the server; empty turns time keeping off.
        pub server: String,
        /// Whether a server is set.
        pub enabled: Flag,
    }
}
