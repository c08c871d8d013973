//! Settings of the device as a whole.

use super::form;
use crate::settings::{Mode, TemperatureUnit};

form! {
    /// Name, mode, LEDs, and what concerns the device as a whole.
    pub struct DeviceSettings: SettingsForm {
        /// Name; empty clears it.
        pub name: String,
        /// Whether other apps may find it.
        pub discoverable: bool,
        /// Which channels are active. Relays, rollers and LED controllers restart.
        pub mode: Mode,
        /// Whether the WiFi LED is off.
        pub led_status_disable: bool,
        /// Whether the output LED is off.
        pub led_power_disable: bool,
        /// Whether the file log is written.
        pub debug_enable: bool,
        /// Whether browsers of other origins may call the device.
        pub allow_cross_origin: bool,
        /// Whether the device restarts when WiFi does not recover.
        pub wifirecovery_reboot_enabled: bool,
        /// Power saving. A write restarts the device, on a Duo also one that changes nothing.
        pub eco_mode_enabled: bool,
        /// Whether the power-on sequence may reset the WiFi settings.
        pub pon_wifi_reset: bool,
        /// Whether five flips of the wired switch after power-on reset the device.
        pub factory_reset_from_switch: bool,
        /// From how many ms a push is a long one, 1 to 5000.
        pub longpush_time_ms: u32 = "longpush_time",
        /// Power that switches all outputs off, W; 0 for none on plugs.
        pub max_power_watts: f64 = "max_power",
        /// Mains voltage class, `110v` or `220v`; named by clients, never seen in a capture.
        pub supply_voltage: String,
        /// Factor on the measured power (Air).
        pub power_correction: f64,
        /// Whether positions with a name are used (2.5).
        pub favorites_enabled: bool,
        /// Supply of an RGBW2: 1 is 24 V, 0 is 12 V.
        pub dcpower: u8,
        /// Alarm volume, 1 to 11 (Gas).
        pub set_volume: u8,
    }

    /// Clock and place. With the automatic search on, the device overwrites zone and place.
    pub struct TimeSettings: SettingsForm {
        /// Time server; empty turns time keeping off. A restart makes it effective.
        pub sntp_server: String,
        /// IANA time zone.
        pub timezone: String,
        /// Latitude, degrees.
        pub lat: f64,
        /// Longitude, degrees.
        pub lng: f64,
        /// Whether the device finds time zone and place itself.
        pub tzautodetect: bool,
        /// Offset of the local time, s.
        pub tz_utc_offset_seconds: i32 = "tz_utc_offset",
        /// Whether daylight saving time holds.
        pub tz_dst: bool,
        /// Whether daylight saving time is found automatically.
        pub tz_dst_auto: bool,
        /// Time for a device without time server (EM, 3EM): `yyyymmddhhmmss` and the offset in seconds; the exact form is
        /// not verified.
        pub set_time: String,
    }

    /// Dimmers and bulbs.
    pub struct DimmerSettings: SettingsForm {
        /// Fade time of all lights, 0 to 5000 ms.
        pub transition_ms: u32 = "transition",
        /// Speed of dimming with the button, 1 to 5.
        pub fade_rate: u8,
        /// Lowest brightness the load bears, 0 to 50 %.
        pub min_brightness_percent: u8 = "min_brightness",
        /// Dimming edge, 0 to 2; the meaning of each is not verified.
        pub pulse_mode: u8,
        /// Debounce of the zero crossing, 50 to 150.
        pub zcross_debounce: u32,
        /// Begins to calibrate.
        pub calibrate: bool,
    }

    /// Buttons and inputs that belong to no channel (i3, Button).
    pub struct ButtonSettings: SettingsForm {
        /// From how many ms a push is a long one.
        pub longpush_duration_ms_min: u32,
        /// Up to how many ms a push is a long one.
        pub longpush_duration_ms_max: u32,
        /// Longest pause within a multiple push, ms.
        pub multipush_time_between_pushes_ms_max: u32,
        /// Seconds a button stays awake after a push, 0 to 5.
        pub remain_awake_seconds: u8 = "remain_awake",
    }

    /// The add-on board as a whole.
    pub struct AddonSettings: SettingsForm {
        /// Unit of its temperatures; read as `ext_sensors.temperature_unit`.
        pub temperature_unit: TemperatureUnit = "ext_sensors_temperature_unit",
        /// Whether its switch input is used.
        pub switch_enable: bool = "ext_switch_enable",
        /// Whether that input is inverted.
        pub switch_reverse: bool = "ext_switch_reverse",
    }
}
