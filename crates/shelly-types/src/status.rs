//! A reading of a whole device, in the same words and units for every generation.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ComponentKey;

/// What a device reported about itself at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceStatus {
    /// Newest reading of each component.
    pub components: BTreeMap<ComponentKey, ComponentStatus>,
}

impl DeviceStatus {
    /// What the device says of itself as a whole.
    pub fn system(&self) -> Option<&SystemStatus> {
        self.components.values().find_map(|reading| match reading {
            ComponentStatus::System(system) => Some(system),
            _ => None,
        })
    }
}

/// The reading of one component. What a device does not measure is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "reading", rename_all = "snake_case")]
pub enum ComponentStatus {
    /// The device itself.
    System(SystemStatus),
    /// WiFi station.
    Wifi(WifiStatus),
    /// Wired network.
    Ethernet(EthernetStatus),
    /// Connection to the vendor's cloud.
    Cloud(ConnectionStatus),
    /// Connection to the MQTT broker.
    Mqtt(ConnectionStatus),
    /// Connection of the outbound WebSocket.
    OutboundWebsocket(ConnectionStatus),
    /// Relay.
    Switch(SwitchStatus),
    /// Roller or blind.
    Cover(CoverStatus),
    /// Dimmer, bulb, white or colour channel.
    Light(LightStatus),
    /// Input terminal or button.
    Input(InputStatus),
    /// Single-phase meter.
    Meter(MeterReading),
    /// Three-phase meter.
    EnergyMeter(EnergyMeterStatus),
    /// Thermometer.
    Temperature(TemperatureStatus),
    /// Hygrometer.
    Humidity(HumidityStatus),
    /// Battery or external supply.
    Battery(BatteryStatus),
    /// Script.
    Script(ScriptStatus),
    /// A component without a reading of its own here, whole in the vendor's words.
    Other(serde_json::Value),
}

/// The device itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SystemStatus {
    /// Seconds since boot.
    pub uptime_s: Option<u64>,
    /// The device's clock; absent until it is synchronised.
    pub clock_at: Option<DateTime<Utc>>,
    /// A setting waits for a restart.
    pub restart_required: Option<bool>,
    /// Free heap in bytes.
    pub ram_free_bytes: Option<u64>,
    /// Whole heap in bytes.
    pub ram_size_bytes: Option<u64>,
    /// Free file system in bytes.
    pub fs_free_bytes: Option<u64>,
    /// Whole file system in bytes.
    pub fs_size_bytes: Option<u64>,
    /// Revision of the configuration: rises when a value changes. Gen1 counts changes since boot.
    pub config_revision: Option<u64>,
    /// Newer stable version on offer.
    pub update_stable: Option<String>,
    /// Newer beta version on offer.
    pub update_beta: Option<String>,
    /// Device temperature in degrees Celsius.
    pub temperature_c: Option<f64>,
    /// The device switched off because it was too hot.
    pub overtemperature: Option<bool>,
    /// Seconds between wakes of a sleeping device.
    pub wakeup_period_s: Option<u64>,
}

/// WiFi station.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WifiStatus {
    /// The station has an address.
    pub connected: Option<bool>,
    /// Network name.
    pub ssid: Option<String>,
    /// Address on that network.
    pub ip: Option<String>,
    /// Signal in dBm; absent when WiFi is off.
    pub rssi_dbm: Option<i64>,
    /// Access point.
    pub bssid: Option<String>,
}

/// Wired network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EthernetStatus {
    /// Address; absent when the cable is out.
    pub ip: Option<String>,
}

/// A connection that is up or down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionStatus {
    /// Connected now.
    pub connected: Option<bool>,
}

/// Power and energy of one circuit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeterReading {
    /// Active power in watts; negative when fed in.
    pub power_w: Option<f64>,
    /// Volts.
    pub voltage_v: Option<f64>,
    /// Amperes.
    pub current_a: Option<f64>,
    /// Power factor, -1 to 1.
    pub power_factor: Option<f64>,
    /// Hertz.
    pub frequency_hz: Option<f64>,
    /// Energy taken, in watt-hours. Gen1 relay meters restart at 0 with the device.
    pub energy_wh: Option<f64>,
    /// Energy fed in, in watt-hours.
    pub returned_energy_wh: Option<f64>,
}

/// Relay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchStatus {
    /// The contact is closed.
    pub output: Option<bool>,
    /// What changed it last, in the vendor's words.
    pub source: Option<String>,
    /// Its meter.
    pub meter: MeterReading,
    /// Temperature in degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Faults in the vendor's words: `overpower`, `overtemp`, ...
    pub errors: Vec<String>,
}

/// Roller or blind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverStatus {
    /// `open`, `closed`, `opening`, `closing`, `stopped`, `calibrating`.
    pub state: Option<String>,
    /// 0 closed to 100 open; absent when not calibrated.
    pub position_percent: Option<f64>,
    /// What moved it last, in the vendor's words.
    pub source: Option<String>,
    /// Its meter.
    pub meter: MeterReading,
    /// Faults in the vendor's words.
    pub errors: Vec<String>,
}

/// Dimmer, bulb, white or colour channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LightStatus {
    /// The light is on.
    pub output: Option<bool>,
    /// What changed it last, in the vendor's words.
    pub source: Option<String>,
    /// Brightness (or gain of a colour) in percent.
    pub brightness_percent: Option<f64>,
    /// Red, green, blue, 0 to 255.
    pub rgb: Option<[u8; 3]>,
    /// White channel, 0 to 255.
    pub white: Option<u8>,
    /// Colour temperature in kelvin.
    pub color_temperature_k: Option<u32>,
    /// Its meter.
    pub meter: MeterReading,
    /// Faults in the vendor's words.
    pub errors: Vec<String>,
}

/// Input terminal or button.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputStatus {
    /// State of a switch input; absent for buttons.
    pub on: Option<bool>,
    /// Value of an analogue input.
    pub percent: Option<f64>,
    /// Last event in the words of Gen2+ (`single_push`, `long_push`, ...), where the device remembers it.
    pub last_event: Option<String>,
}

/// Three-phase meter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnergyMeterStatus {
    /// Phases A, B, C.
    pub phases: Vec<MeterReading>,
    /// Sum of the phases.
    pub total: MeterReading,
    /// Current in the neutral conductor, amperes.
    pub neutral_current_a: Option<f64>,
}

/// Thermometer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemperatureStatus {
    /// Degrees Celsius.
    pub celsius: Option<f64>,
}

/// Hygrometer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HumidityStatus {
    /// Relative humidity in percent.
    pub percent: Option<f64>,
}

/// Battery or external supply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatteryStatus {
    /// Charge in percent.
    pub percent: Option<f64>,
    /// Volts.
    pub voltage_v: Option<f64>,
    /// An external supply is connected.
    pub external_power: Option<bool>,
}

/// Script.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScriptStatus {
    /// It runs.
    pub running: Option<bool>,
    /// Faults in the vendor's words.
    pub errors: Vec<String>,
}
