//! The `/status` document: what a device measures and does, over all models.
//!
//! Fields and their meaning: reference/gen1/endpoints.json. Which of them a device sends depends on model and firmware.

pub mod light;
pub mod meter;
pub mod relay;
pub mod roller;
pub mod sensor;
pub mod system;
pub mod thermostat;

pub use light::Light;
pub use meter::{Emeter, Meter, NeutralMeter};
pub use relay::{Input, Relay};
pub use roller::Roller;
pub use sensor::{
    Acceleration, Adc, Battery, Concentration, ContactOrMotion, ExtHumidity, ExtSwitch, ExtTemperature, GasSensor,
    Humidity, Illuminance, Temperature, Valve,
};
pub use system::{ActionStats, Cloud, FirmwareInfo, Mqtt, Station, Update};
pub use thermostat::Thermostat;

use shelly_types::wire_object;

use crate::{
    scalar::{Flag, Label, Numbered},
    settings::{ExtSensors, Mode},
};

wire_object! {
    /// The whole `/status` document.
    pub struct Status {
        /// Network.
        pub wifi_sta: Station,
        /// Vendor's cloud.
        pub cloud: Cloud,
        /// MQTT.
        pub mqtt: Mqtt,
        /// Local time, `HH:MM`, empty until the clock is set.
        pub time: String,
        /// Seconds since 1970, 0 until the clock is set.
        pub unixtime: u64,
        /// Number in the vendor's cloud.
        pub serial: Label,
        /// Whether a newer firmware is offered.
        pub has_update: Flag,
        /// Hardware address.
        pub mac: String,
        /// Changes of settings since the start.
        pub cfg_changed_cnt: u64,
        /// Action URLs.
        pub actions_stats: ActionStats,
        /// Mode.
        pub mode: Mode,
        /// State of the one input (RGBW2).
        pub input: Flag,
        /// Relays.
        pub relays: Vec<Relay>,
        /// Rollers.
        pub rollers: Vec<Roller>,
        /// Lights.
        pub lights: Vec<Light>,
        /// Inputs.
        pub inputs: Vec<Input>,
        /// Power meters. Some models show meters they do not have.
        pub meters: Vec<Meter>,
        /// Energy meters.
        pub emeters: Vec<Emeter>,
        /// Neutral conductor.
        pub emeter_n: NeutralMeter,
        /// Power of all meters, W.
        pub total_power: f64,
        /// Analog inputs.
        pub adcs: Vec<Adc>,
        /// Unit of the add-on.
        pub ext_sensors: ExtSensors,
        /// Temperature sensors of the add-on.
        pub ext_temperature: Numbered<ExtTemperature>,
        /// Humidity sensors of the add-on.
        pub ext_humidity: Numbered<ExtHumidity>,
        /// Switch inputs of the add-on.
        pub ext_switch: Numbered<ExtSwitch>,
        /// Temperature inside, degrees Celsius.
        pub temperature: f64,
        /// Whether it is too hot inside.
        pub overtemperature: Flag,
        /// How hot it is inside: Normal, High, Very High.
        pub temperature_status: String,
        /// Temperature, inside or of the room.
        pub tmp: Temperature,
        /// Humidity of the room.
        pub hum: Humidity,
        /// Battery.
        pub bat: Battery,
        /// Whether it is charged or on external power.
        pub charger: Flag,
        /// Brightness of the room.
        pub lux: Illuminance,
        /// Door contact, or motion.
        pub sensor: ContactOrMotion,
        /// Whether motion is seen (Sense).
        pub motion: Flag,
        /// Movement of the device itself.
        pub accel: Acceleration,
        /// Whether there is water.
        pub flood: Flag,
        /// Whether it is a rain sensor.
        pub rain_sensor: Flag,
        /// Whether there is smoke.
        pub smoke: Flag,
        /// Gas alarm.
        pub gas_sensor: GasSensor,
        /// Gas concentration.
        pub concentration: Concentration,
        /// Valves that close on an alarm.
        pub valves: Vec<Valve>,
        /// Radiator valves.
        pub thermostats: Vec<Thermostat>,
        /// Whether the readings are valid.
        pub is_valid: Flag,
        /// Error of the sensor, 0 for none.
        pub sensor_error: i64,
        /// Why the device woke up.
        pub act_reasons: Vec<String>,
        /// Attempts to reach the network.
        pub connect_retries: u64,
        /// Pause of motion detection that remains; minutes or seconds, sources differ.
        pub sleep_time: f64,
        /// Voltage, V.
        pub voltage: f64,
        /// Whether too much power was drawn (dimmer).
        pub overpower: Flag,
        /// Whether the load is too big (dimmer, old firmware).
        pub overload: Flag,
        /// Whether the load does not fit (dimmer).
        pub loaderror: Flag,
        /// Whether the dimmer or valve is calibrated.
        pub calibrated: Flag,
        /// Progress of the calibration, %.
        pub calib_progress: f64,
        /// Result of the calibration.
        pub calib_status: i64,
        /// Whether it is calibrating.
        pub calib_running: Flag,
        /// Wiring: with or without neutral.
        pub wire_mode: i64,
        /// Whether the neutral wiring is forced.
        pub forced_neutral: Flag,
        /// Debug value (dimmer).
        pub debug: i64,
        /// State of the current transformer calibration.
        pub ct_calst: i64,
        /// Version of the stored energy data.
        pub v_data: i64,
        /// Hours of work (Air).
        pub total_work_time: f64,
        /// Power saving state (motion, valve).
        pub ps_mode: i64,
        /// Debug flags (motion, valve).
        pub dbg_flags: i64,
        /// Firmware (motion, valve).
        pub fw_info: FirmwareInfo,
        /// Firmware update.
        pub update: Update,
        /// Memory, bytes.
        pub ram_total: u64,
        /// Free memory, bytes.
        pub ram_free: u64,
        /// Least free memory so far, bytes.
        pub ram_lwm: u64,
        /// File system, bytes.
        pub fs_size: u64,
        /// Free file system, bytes.
        pub fs_free: u64,
        /// Whether the file system works.
        pub fs_mounted: Flag,
        /// Seconds since the start.
        pub uptime: u64,
    }
}
