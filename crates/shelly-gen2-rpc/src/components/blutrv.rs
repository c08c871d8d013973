//! Describes BLU TRV radiator valves.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a radiator valve.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave.
        pub name: String,
        /// MAC address of the device, lower case.
        pub addr: String,
        /// Key of the device in hexadecimal; reads as null.
        pub key: String,
        /// Notes of the web page, app and cloud; free in form.
        pub meta: Value,
        /// The device behind it, as a `bthomedevice` key.
        pub trv: String,
        /// External temperature sensors, as `bthomesensor` keys.
        pub temp_sensors: Vec<String>,
        /// Window sensors, as `bthomesensor` keys.
        pub dw_sensors: Vec<String>,
        /// Wait before an override in seconds.
        pub override_delay: f64,
        /// Length of a boost in seconds.
        pub default_boost_duration: f64,
        /// Length of an override in seconds.
        pub default_override_duration: f64,
        /// Target of an override in degrees Celsius.
        pub default_override_target_c: f64 = "default_override_target_C",
        /// Regulate.
        pub enable: bool,
        /// Options of the valve.
        pub flags: Vec<String>,
        /// Name it advertises.
        pub local_name: String,
        /// Least opening of the valve in percent.
        pub min_valve_position: f64,
        /// Overrides are allowed.
        pub override_enable: bool,
    }

    /// Reading of a radiator valve.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Signal in dBm.
        pub rssi: i64,
        /// Battery in percent.
        pub battery: f64,
        /// Number of the last message; null before the first.
        pub packet_id: i64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// Target in degrees Celsius.
        pub target_c: f64 = "target_C",
        /// Measured temperature in degrees Celsius.
        pub current_c: f64 = "current_C",
        /// Opening of the valve in percent.
        pub pos: f64,
        /// It is bonded.
        pub paired: bool,
        /// It speaks RPC over BLE.
        pub rpc: bool,
        /// Not documented; -1 when unsupported.
        pub rsv: f64,
        /// Connected now.
        pub connected: bool,
        /// Last message in Unix seconds; null for never.
        pub last_updated_ts: u64,
        /// Firmware of the BLE device.
        pub fw_ver: String,
    }
}
