//! Battery sensors and motion sensors.

use super::form;
use crate::settings::TemperatureUnit;

form! {
    /// Sensors that sleep, and the Sense. They take it only while they are awake.
    pub struct SensorSettings: SettingsForm {
        /// How often it wakes without cause, 1 to 24 h.
        pub sleep_mode_period_hours: u8 = "sleep_mode_period",
        /// Unit of temperatures; read as `sensors.temperature_unit`, and that name is ignored.
        pub temperature_units: TemperatureUnit,
        /// Change of temperature that is reported, 0.5 to 5.
        pub temperature_threshold: f64,
        /// Change of humidity that is reported, 5 to 50 %.
        pub humidity_threshold: f64,
        /// Correction of the temperature.
        pub temperature_offset: f64,
        /// Correction of the humidity, %.
        pub humidity_offset: f64,
        /// Whether it runs on external power; some clients take it as read only.
        pub external_power: bool,
        /// Whether it is a rain sensor (Flood).
        pub rain_sensor: bool,
        /// Below this it is dark, lux.
        pub dark_threshold_lux: u32 = "dark_threshold",
        /// Below this it is twilight, lux.
        pub twilight_threshold_lux: u32 = "twilight_threshold",
        /// Whether tilt is reported.
        pub tilt_enabled: bool,
        /// Whether vibration is reported.
        pub vibration_enabled: bool,
        /// Sensitivity to vibration, 0 to 100.
        pub vibration_sensitivity: u8,
        /// Whether open and closed are exchanged.
        pub reverse_open_close: bool,
        /// Whether a change of brightness wakes the device.
        pub lux_wakeup_enable: bool,
        /// Seconds of quiet after which motion is over (Sense).
        pub motion_duration_seconds: u32 = "motion_duration",
        /// Whether the LED shows motion (Sense).
        pub motion_led: bool,
    }

    /// Motion and Motion 2.
    pub struct MotionSettings: SettingsForm {
        /// Sensitivity, 1 to 256; lower is more sensitive.
        pub sensitivity: u16 = "motion_sensitivity",
        /// Minutes until motion is over, 1 to 1440.
        pub blind_time_minutes: u16 = "motion_blind_time_minutes",
        /// Pulses that make a motion, 1 to 4.
        pub pulse_count: u8 = "motion_pulse_count",
        /// When it works: 0 always, 1 dark, 2 twilight, 3 bright.
        pub operating_mode: u8 = "motion_operating_mode",
        /// Whether it works at all; read as `motion.enabled`.
        pub enable: bool = "motion_enable",
        /// Sensitivity to tampering, 0 (off) to 127.
        pub tamper_sensitivity: u8,
        /// Pause of motion detection; minutes or seconds, sources differ.
        pub sleep_time: u32,
    }
}
