//! The `/settings` document: everything that can be configured, over all models.
//!
//! Fields and their meaning: reference/gen1/endpoints.json. Which of them a device sends depends on model and firmware.

pub mod actions;
pub mod addon;
pub mod coiot;
pub mod device;
pub mod input;
pub mod light;
pub mod meter;
pub mod motion;
pub mod mqtt;
pub mod relay;
pub mod roller;
pub mod sensor;
pub mod thermostat;
pub mod wifi;

pub use actions::{Action, ActionList, ActionSummary, ActionUrl};
pub use addon::{Adc, AdcAction, ExtHumidity, ExtSensors, ExtSwitch, ExtTemperature, OutputAction};
pub use coiot::Coiot;
pub use device::{BuildInfo, Cloud, Device, Hardware, Login, Mode, Sntp};
pub use input::{Input, InputType, Span};
pub use light::{Light, LightDefault, LightInput, NightMode, WarmUp};
pub use meter::{Emeter, NeutralMeter};
pub use motion::Motion;
pub use mqtt::Mqtt;
pub use relay::{Relay, RelayDefault, RelayInput};
pub use roller::{
    Favorite, InputMode, Movement, ObstacleAction, Roller, RollerDefault, RollerInput, SafetyAction, SafetyAllowed,
};
pub use sensor::{Sensors, SleepMode, TemperatureUnit};
pub use thermostat::{Display, Thermostat};
pub use wifi::{AccessPoint, Ipv4Method, Roaming, Station};

use shelly_types::wire_object;

use crate::{
    scalar::{Flag, Numbered, OneOrMany},
    status::Meter,
};

wire_object! {
    /// The whole `/settings` document.
    pub struct Settings {
        /// What the device is.
        pub device: Device,
        /// Own network of the device.
        pub wifi_ap: AccessPoint,
        /// Network the device joins.
        pub wifi_sta: Station,
        /// Network the device falls back to.
        pub wifi_sta1: Station,
        /// Change to a stronger access point of the same network.
        pub ap_roaming: Roaming,
        /// MQTT connection.
        pub mqtt: Mqtt,
        /// CoIoT status messages.
        pub coiot: Coiot,
        /// Whether CoIoT may run commands; inside `coiot` on later firmware.
        pub coiot_execute_enable: Flag,
        /// Time server.
        pub sntp: Sntp,
        /// HTTP login.
        pub login: Login,
        /// Code of the device in the vendor's app. Not for showing.
        pub pin_code: String,
        /// Name the owner gave.
        pub name: String,
        /// Firmware build id.
        pub fw: String,
        /// Firmware variant, `SHRGBW2!white` or `SHRGBW2!color`.
        pub fw_mode: String,
        /// Whether the power-on sequence may reset the WiFi settings.
        pub pon_wifi_reset: Flag,
        /// Whether the device restarts when WiFi does not recover.
        pub wifirecovery_reboot_enabled: Flag,
        /// Whether other devices and apps may find it.
        pub discoverable: Flag,
        /// Build of the firmware.
        pub build_info: BuildInfo,
        /// Vendor's cloud.
        pub cloud: Cloud,
        /// IANA time zone.
        pub timezone: String,
        /// Latitude, degrees.
        pub lat: f64,
        /// Longitude, degrees.
        pub lng: f64,
        /// Whether the device finds time zone and place itself.
        pub tzautodetect: Flag,
        /// Offset of the local time, s.
        pub tz_utc_offset: i64,
        /// Whether daylight saving time holds.
        pub tz_dst: Flag,
        /// Whether daylight saving time is found automatically.
        pub tz_dst_auto: Flag,
        /// Local time, `HH:MM`, empty until the clock is set.
        pub time: String,
        /// Seconds since 1970, 0 until the clock is set.
        pub unixtime: u64,
        /// Whether the file log is written.
        pub debug_enable: Flag,
        /// Whether browsers of other origins may call the device.
        pub allow_cross_origin: Flag,
        /// Whether the WiFi status LED is off.
        pub led_status_disable: Flag,
        /// Whether the output LED is off.
        pub led_power_disable: Flag,
        /// Power saving; a write restarts the device.
        pub eco_mode_enabled: Flag,
        /// Whether five flips of the wired switch after power-on reset the device.
        pub factory_reset_from_switch: Flag,
        /// Hardware and production batch.
        pub hwinfo: Hardware,
        /// Which channels are active.
        pub mode: Mode,
        /// Other modes of the firmware.
        pub alt_modes: Vec<Mode>,
        /// Power that switches all outputs off, W.
        pub max_power: f64,
        /// Mains voltage class, `110v` or `220v`.
        pub supply_voltage: String,
        /// Factor on the measured power.
        pub power_correction: f64,
        /// Constant power that is shown while the output is on, W; -1 for measured (1L).
        pub power: f64,
        /// From how many ms a push is a long one.
        pub longpush_time: u32,
        /// Bounds of a long push, ms.
        pub longpush_duration_ms: Span,
        /// Bounds of the pause within a multiple push, ms.
        pub multipush_time_between_pushes_ms: Span,
        /// Relays.
        pub relays: Vec<Relay>,
        /// Rollers; present in relay mode too.
        pub rollers: Vec<Roller>,
        /// Lights.
        pub lights: Vec<Light>,
        /// Inputs that belong to no channel.
        pub inputs: Vec<Input>,
        /// Power meters, sent here by old firmware.
        pub meters: Vec<Meter>,
        /// Energy meters.
        pub emeters: Vec<Emeter>,
        /// Neutral conductor.
        pub emeter_n: NeutralMeter,
        /// Whether the output follows a contactor.
        pub cf_output: Flag,
        /// Analog inputs.
        pub adcs: Vec<Adc>,
        /// Positions with a name.
        pub favorites: Vec<Favorite>,
        /// Whether positions with a name are used.
        pub favorites_enabled: Flag,
        /// Action URLs the model knows.
        pub actions: ActionSummary,
        /// URL that gets the readings of a sensor, old firmware.
        pub report_url: String,
        /// Unit of the add-on.
        pub ext_sensors: ExtSensors,
        /// Temperature sensors of the add-on; a list for each sensor on models with several relays.
        pub ext_temperature: Numbered<OneOrMany<ExtTemperature>>,
        /// Humidity sensors of the add-on.
        pub ext_humidity: Numbered<OneOrMany<ExtHumidity>>,
        /// Switch inputs of the add-on.
        pub ext_switch: Numbered<ExtSwitch>,
        /// Whether the switch input of the add-on is used.
        pub ext_switch_enable: Flag,
        /// Whether it is inverted.
        pub ext_switch_reverse: Flag,
        /// Dimming at night; one for each channel of an RGBW2 in white mode.
        pub night_mode: OneOrMany<NightMode>,
        /// Fade time of all lights, ms.
        pub transition: u32,
        /// Speed of dimming with the button, 1 to 5.
        pub fade_rate: u32,
        /// Lowest brightness the load bears, %.
        pub min_brightness: f64,
        /// Dimming edge.
        pub pulse_mode: i64,
        /// Dimming edge that was found for the load.
        pub pulse_mode_detected: i64,
        /// Dimming edge in use since the last restart.
        pub pulse_mode_rebooted: i64,
        /// Whether the load is examined.
        pub load_autodetect: Flag,
        /// Debounce of the zero crossing.
        pub zcross_debounce: u32,
        /// Brighter start for loads that need it.
        pub warm_up: WarmUp,
        /// Whether the dimmer is calibrated.
        pub calibrated: Flag,
        /// Whether a bypass is connected.
        pub bypass: Flag,
        /// Supply: 1 is 24 V, 0 is 12 V.
        pub dcpower: Flag,
        /// Report thresholds and units.
        pub sensors: Sensors,
        /// How often a sleeping device wakes.
        pub sleep_mode: SleepMode,
        /// Whether the sensor runs on external power.
        pub external_power: Flag,
        /// Correction of the temperature.
        pub temperature_offset: f64,
        /// Correction of the humidity, %.
        pub humidity_offset: f64,
        /// Whether it is a rain sensor.
        pub rain_sensor: Flag,
        /// Below this it is dark, lux.
        pub dark_threshold: f64,
        /// Below this it is twilight, lux.
        pub twilight_threshold: f64,
        /// Light sensor chip.
        pub light_sensor: String,
        /// Whether tilt is reported.
        pub tilt_enabled: Flag,
        /// Whether tilt is calibrated.
        pub tilt_calibrated: Flag,
        /// Whether vibration is reported.
        pub vibration_enabled: Flag,
        /// Sensitivity to vibration, 0 to 100.
        pub vibration_sensitivity: f64,
        /// Whether open and closed are exchanged.
        pub reverse_open_close: Flag,
        /// Whether a change of brightness wakes the device.
        pub lux_wakeup_enable: Flag,
        /// Seconds a button stays awake after a push.
        pub remain_awake: f64,
        /// Motion detection.
        pub motion: Motion,
        /// Sensitivity to tampering, 0 (off) to 127.
        pub tamper_sensitivity: f64,
        /// Pause of motion detection; minutes or seconds, sources differ.
        pub sleep_time: f64,
        /// Whether the schedule runs (motion).
        pub schedule: Flag,
        /// Schedule rules (motion).
        pub schedule_rules: Vec<String>,
        /// Alarm volume, 1 to 11.
        pub set_volume: f64,
        /// Thermostats.
        pub thermostats: Vec<Thermostat>,
        /// Display of the valve.
        pub display: Display,
        /// Whether the buttons are locked.
        pub child_lock: Flag,
        /// Whether the valve moves now and then so that it does not stick.
        pub clog_prevention: Flag,
    }
}
