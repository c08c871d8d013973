//! Describes the DALI bus.

use shelly_types::wire_object;

wire_object! {
    /// Settings of the DALI bus; empty.
    pub struct Config {}

    /// State of the DALI bus.
    pub struct Status {
        /// Control gears found; null before the first scan.
        pub cg_count: u64,
        /// Scan, while it runs.
        pub scan: Scan,
        /// What is wrong; absent when nothing is.
        pub errors: Vec<String>,
    }

    /// A scan.
    pub struct Scan {
        /// Control gears found so far.
        pub cg_count: u64,
        /// Begin in Unix seconds.
        pub started_at: f64,
    }
}
