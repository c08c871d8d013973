//! Describes BTHome devices.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Settings of a BTHome device.
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
    }

    /// Reading of a BTHome device.
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
        /// Last message in Unix seconds; null for never.
        pub last_updated_ts: u64,
        /// It is bonded.
        pub paired: bool,
        /// It speaks RPC over BLE.
        pub rpc: bool,
        /// Not documented; -1 when unsupported.
        pub rsv: f64,
        /// Firmware of the BLE device.
        pub fw_ver: String,
    }
}
