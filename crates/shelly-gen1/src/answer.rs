//! Answers of single endpoints that are part of neither `/settings` nor `/status`.

use shelly_types::{wire_enum, wire_object};

wire_enum! {
    /// How far a question to the update server is.
    pub enum UpdateCheckStatus {
        /// The server was asked.
        Ok = "ok",
        /// It is being asked.
        Running = "running",
    }

    /// How far a scan is.
    pub enum ScanStatus {
        /// It began.
        Started = "started",
        /// It runs.
        InProgress = "inprogress",
        /// There are results.
        Done = "done",
        /// It failed.
        Failed = "failed",
        /// The device scans only while its access point is on.
        NotAccessPoint = "not AP mode",
    }
}

wire_object! {
    /// The answer of `/ota/check`; what it found is then in `/ota`.
    pub struct UpdateCheck {
        /// How far it is.
        pub status: UpdateCheckStatus,
    }

    /// The answer of `/wifiscan`: the first call begins a scan, further calls tell how far it is.
    pub struct WifiScan {
        /// How far it is.
        pub status: ScanStatus = "wifiscan",
        /// Networks that were found.
        pub results: Vec<FoundNetwork>,
    }

    /// A network that a device sees.
    pub struct FoundNetwork {
        /// Name.
        pub ssid: String,
        /// Protection: 0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2, 5 WPA2 Enterprise.
        pub auth: u8,
        /// Channel.
        pub channel: u32,
        /// Address of the access point.
        pub bssid: String,
        /// Signal, dBm.
        pub rssi: f64,
    }

    /// The answer of `/settings/power/{i}`.
    pub struct ConstantPower {
        /// Power shown while the relay is on, W.
        pub power: f64,
    }

    /// The answer of `/reset_data`.
    pub struct DataReset {
        /// 1 when the history is erased.
        pub reset_data: u8,
    }
}

/// An infrared code that a Sense stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfraredCode {
    /// Id, for sending it.
    pub id: String,
    /// Name.
    pub name: String,
}
