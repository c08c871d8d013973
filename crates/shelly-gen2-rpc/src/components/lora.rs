//! Describes the LoRa add-on.

use shelly_types::{wire_enum, wire_object};

use super::sys::Updates;

wire_object! {
    /// Settings of the LoRa add-on.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Rules of the region.
        pub band_plan: BandPlan,
        /// Frequency in hertz.
        pub freq: f64,
        /// Bandwidth.
        pub bw: f64,
        /// Spreading factor, 7 to 12.
        pub dr: u8,
        /// Coding rate 4/5 to 4/8, as 5 to 8.
        pub cr: u8,
        /// Length of the preamble.
        pub plen: u32,
        /// Power in dBm.
        pub txp: f64,
        /// Receive.
        pub rx_enable: bool,
        /// Change of frequency.
        pub fh: Hopping,
    }

    /// Change of frequency.
    pub struct Hopping {
        /// It is in use.
        pub enable: bool,
        /// Frequencies in hertz.
        pub freqs: Vec<f64>,
    }

    /// State of the LoRa add-on.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Bytes sent.
        pub bytes_sent: u64,
        /// Bytes received.
        pub bytes_recd: u64,
        /// Time on the air in the last hour in milliseconds.
        pub air_time_hr_ms: f64,
        /// Failed attempts to send.
        pub send_fails: u64,
        /// Greatest payload in bytes.
        pub max_payload_size: u64,
        /// Silence that the rules demand, while it lasts.
        pub notx: Silence,
        /// Firmware of the add-on.
        pub fw_version: String,
        /// Firmware on offer for the add-on.
        pub available_updates: Updates,
        /// Update of the add-on, while it runs and after.
        pub update: Update,
        /// States that hold now; absent when none does.
        pub flags: Vec<String>,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// A time in which nothing is sent.
    pub struct Silence {
        /// Begin in Unix seconds.
        pub started_at: f64,
        /// Length in seconds.
        pub duration: f64,
    }

    /// Update of the add-on.
    pub struct Update {
        /// Percent.
        pub progress: f64,
        /// How far it is.
        pub state: UpdateState,
        /// Unix seconds.
        pub ts: f64,
    }
}

wire_enum! {
    /// Rules of a region.
    pub enum BandPlan {
        /// Europe.
        Europe = "EU868",
        /// United States.
        UnitedStates = "US915",
        /// Brazil.
        Brazil = "BR915-928",
        /// Australia.
        Australia = "AU915-928",
    }

    /// How far an update is.
    pub enum UpdateState {
        /// It failed.
        Error = "error",
        /// It began.
        Started = "started",
        /// It is being written.
        Updating = "updating",
        /// It is done.
        Success = "success",
    }
}
