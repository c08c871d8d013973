//! LoRa.

use chrono::{DateTime, Utc};

readings! {
    /// LoRa radio.
    pub struct LoRaStatus {
        /// Bytes sent.
        pub sent_bytes: Option<u64>,
        /// Bytes received.
        pub received_bytes: Option<u64>,
        /// Air time in the last hour, milliseconds.
        pub air_time_ms: Option<f64>,
        /// Messages that could not be sent.
        pub failed_sends: Option<u64>,
        /// Longest message in bytes.
        pub max_payload_bytes: Option<u64>,
        /// It must be silent until then.
        pub silent_until: Option<DateTime<Utc>>,
        /// Firmware of the radio.
        pub firmware: Option<String>,
        /// Newer stable firmware of the radio on offer.
        pub update_stable: Option<String>,
        /// Newer beta firmware of the radio on offer.
        pub update_beta: Option<String>,
        /// State of an update: `started`, `updating`, `success`, `error`.
        pub update_state: Option<String>,
        /// Progress of an update in percent.
        pub update_percent: Option<f64>,
        /// Remarks in the vendor's words.
        pub flags: Vec<String>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
    }

    /// Messages in the local network of LoRa devices.
    pub struct LoRaMessagesStatus {
        /// Messages sent.
        pub sent: Option<u64>,
        /// Messages received.
        pub received: Option<u64>,
        /// Begin of the count.
        pub since: Option<DateTime<Utc>>,
    }
}
