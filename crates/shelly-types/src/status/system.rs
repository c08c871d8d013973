//! What a device tells of itself and of its programs.

use chrono::{DateTime, Utc};

readings! {
    /// The device itself.
    pub struct SystemStatus {
        /// Seconds since boot.
        pub uptime_s: Option<u64>,
        /// The device's clock; absent until it is synchronised.
        pub clock_at: Option<DateTime<Utc>>,
        /// Last synchronisation of the clock.
        pub clock_synced_at: Option<DateTime<Utc>>,
        /// A setting waits for a restart.
        pub restart_required: Option<bool>,
        /// Free heap in bytes.
        pub ram_free_bytes: Option<u64>,
        /// Least free heap since boot in bytes.
        pub ram_min_free_bytes: Option<u64>,
        /// Whole heap in bytes.
        pub ram_size_bytes: Option<u64>,
        /// Free file system in bytes.
        pub fs_free_bytes: Option<u64>,
        /// Whole file system in bytes.
        pub fs_size_bytes: Option<u64>,
        /// Revision of the configuration: rises when a value changes. Gen1 counts changes since boot.
        pub config_revision: Option<u64>,
        /// Revisions of what is no setting.
        pub revisions: Option<Box<Revisions>>,
        /// Newer stable version on offer.
        pub update_stable: Option<String>,
        /// Newer beta version on offer.
        pub update_beta: Option<String>,
        /// Device temperature in degrees Celsius.
        pub temperature_c: Option<f64>,
        /// The device switched off because it was too hot.
        pub overtemperature: Option<bool>,
        /// It started in safe mode: nothing but the system runs.
        pub safe_mode: Option<bool>,
        /// It can be set up without a password until then.
        pub setup_until: Option<DateTime<Utc>>,
        /// Seconds between wakes of a sleeping device.
        pub wakeup_period_s: Option<u64>,
        /// Why a sleeping device woke.
        pub wakeup: Option<Box<Wakeup>>,
    }

    /// Revisions of what is no setting; each rises with a change.
    pub struct Revisions {
        /// Key-value store.
        pub kvs: Option<u64>,
        /// Schedules.
        pub schedules: Option<u64>,
        /// Webhooks.
        pub webhooks: Option<u64>,
        /// Virtual components.
        pub virtual_components: Option<u64>,
        /// Remote controls by Bluetooth.
        pub remote_controls: Option<u64>,
        /// Relay of Bluetooth to the cloud.
        pub bluetooth_relay: Option<u64>,
        /// KNX addresses.
        pub knx: Option<u64>,
    }

    /// Why a sleeping device woke.
    pub struct Wakeup {
        /// Kind of start, in the vendor's words.
        pub boot: Option<String>,
        /// What woke it, in the vendor's words: `button`, `periodic`, `alarm`, ...
        pub causes: Vec<String>,
    }

    /// Script.
    pub struct ScriptStatus {
        /// It runs.
        pub running: Option<bool>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
        /// What the script itself said of its fault.
        pub error_message: Option<String>,
        /// Heap in use in bytes.
        pub ram_used_bytes: Option<u64>,
        /// Most heap that was in use, in bytes.
        pub ram_peak_bytes: Option<u64>,
        /// Heap that is left to it in bytes.
        pub ram_free_bytes: Option<u64>,
        /// Share of the processor in percent.
        pub cpu_percent: Option<f64>,
    }

    /// Service of a partner product.
    pub struct ServiceStatus {
        /// `init`, `running`, `restarting`, `terminated`, `disabled`.
        pub state: Option<String>,
        /// Faults in the vendor's words.
        pub errors: Vec<String>,
        /// What the service itself said of its fault.
        pub error_message: Option<String>,
        /// Remarks in the vendor's words.
        pub flags: Vec<String>,
        /// Heap in use in bytes.
        pub ram_used_bytes: Option<f64>,
        /// Most heap that was in use, in bytes.
        pub ram_peak_bytes: Option<u64>,
    }
}
