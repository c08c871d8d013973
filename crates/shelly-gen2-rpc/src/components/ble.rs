//! Describes Bluetooth Low Energy.

use shelly_types::wire_object;

use super::common::Enabled;

wire_object! {
    /// Settings of BLE.
    pub struct Config {
        /// RPC over BLE.
        pub rpc: Enabled,
        /// Keep BLE on when nothing uses it (firmware 2.0 and later).
        pub keep_running: bool,
        /// BLE is on (until firmware 2.0).
        pub enable: bool,
        /// Forwarding of BLE devices to the cloud (until firmware 2.0).
        pub observer: Enabled,
    }

    /// State of BLE.
    pub struct Status {
        /// Address and its kind (firmware 2.0 and later).
        pub addr: String,
        /// States that hold now; absent when none does.
        pub flags: Vec<String>,
        /// Pairing, while it is open.
        pub pairing: Window,
        /// Search for BLU TRV valves, while it runs.
        pub blutrv_assoc: Window,
    }

    /// A time in which something is open.
    pub struct Window {
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub duration: f64,
    }
}
