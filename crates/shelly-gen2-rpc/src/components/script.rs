//! Describes scripts.

use shelly_types::wire_object;

wire_object! {
    /// Settings of a script.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// Name.
        pub name: String,
        /// Run it at boot.
        pub enable: bool,
    }

    /// State of a script.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// It runs.
        pub running: bool,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
        /// Memory in use in bytes.
        pub mem_used: u64,
        /// Greatest memory in use in bytes.
        pub mem_peak: u64,
        /// Memory left for scripts in bytes.
        pub mem_free: u64,
        /// Share of the processor in percent over the last ten seconds.
        pub cpu: f64,
        /// Last error in words.
        pub error_msg: String,
    }
}
