//! `CB`: circuit breakers.

use shelly_types::wire_object;

use super::common::WasOn;

wire_object! {
    /// Answer of `CB.GetLog`.
    pub struct Log {
        /// The last operations, at most 50.
        pub records: Vec<Record>,
    }

    /// An operation of a circuit breaker.
    pub struct Record {
        /// Unix seconds.
        pub ts: f64,
        /// The contact is closed since.
        pub output: bool,
        /// What operated it.
        pub source: String,
    }
}

methods! {
    /// Opens or closes a circuit breaker; the safety lever may forbid it.
    fn cb_set(id: u32, output: bool) -> WasOn = "CB.Set";

    /// The last operations, or those after a moment in Unix seconds.
    fn cb_log(id: u32; after: u64) -> Log = "CB.GetLog";
}
