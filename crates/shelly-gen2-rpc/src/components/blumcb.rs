//! Describes BLU circuit breakers.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a BLU circuit breaker.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name the owner gave; null when there is none.
        pub name: String,
        /// MAC address of the device, lower case.
        pub addr: String,
        /// Key of the device in hexadecimal; reads as null.
        pub key: String,
        /// Notes of the web page, app and cloud; free in form.
        pub meta: Value,
        /// The device behind it, as a `bthomedevice` key.
        pub mcb: String,
        /// Current above which it opens, in amperes; null for the default.
        pub current_limit: f64,
        /// Voltage above which it opens, in volts; null for the default.
        pub voltage_limit: f64,
        /// Power above which it opens, in watts; null for the greatest.
        pub power_limit: f64,
    }

    /// Reading of a BLU circuit breaker.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Signal in dBm.
        pub rssi: i64,
        /// Battery in percent.
        pub battery: f64,
        /// Number of the last message.
        pub packet_id: i64,
        /// Last message in Unix seconds; 0 for never.
        pub last_update_ts: u64,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// Connected now.
        pub connected: bool,
        /// It is bonded.
        pub paired: bool,
        /// It speaks RPC over BLE.
        pub rpc: bool,
        /// Not documented; -1 when unsupported.
        pub rsv: f64,
        /// Firmware of the BLE device.
        pub fw_ver: String,
        /// Current in amperes.
        pub current: f64,
        /// Voltage in volts.
        pub voltage: f64,
        /// Energy taken: a number by the typings, a counter by the notes (gaps).
        pub aenergy: Value,
        /// Energy fed in: a number by the typings, a counter by the notes (gaps).
        pub ret_aenergy: Value,
        /// Apparent power in volt-amperes.
        pub aprt_power: f64,
    }
}
