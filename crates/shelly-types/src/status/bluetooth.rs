//! Bluetooth, and what the gateway hears.

use chrono::{DateTime, Utc};

readings! {
    /// Bluetooth of the device.
    pub struct BluetoothStatus {
        /// Own address.
        pub address: Option<String>,
        /// Others may pair with it until then.
        pub pairing_until: Option<DateTime<Utc>>,
        /// It looks for a radiator valve until then.
        pub searching_until: Option<DateTime<Utc>>,
        /// Remarks in the vendor's words.
        pub flags: Vec<String>,
    }

    /// Bluetooth device that the gateway knows.
    pub struct BluetoothDeviceStatus {
        /// A connection is open.
        pub connected: Option<bool>,
        /// It is paired.
        pub paired: Option<bool>,
        /// It takes calls.
        pub rpc: Option<bool>,
        /// Signal in dBm.
        pub rssi_dbm: Option<i64>,
        /// Charge of its battery in percent.
        pub battery_percent: Option<f64>,
        /// Last message.
        pub seen_at: Option<DateTime<Utc>>,
        /// Number of the last message.
        pub packet: Option<i64>,
        /// Firmware.
        pub firmware: Option<String>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Receiver of Bluetooth devices.
    pub struct BluetoothReceiverStatus {
        /// It looks for new devices until then.
        pub searching_until: Option<DateTime<Utc>>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Remote control by Bluetooth.
    pub struct RemoteControlStatus {
        /// Stage of learning: `pairing`, `press`, `done`, `remove`, `error`; absent when it learns nothing.
        pub learning: Option<String>,
        /// Why learning failed.
        pub learning_error: Option<String>,
    }
}
