//! Describes schedules: calls at times.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `Schedule.List`.
    pub struct List {
        /// The jobs, at most 20.
        pub jobs: Vec<Job>,
        /// Revision of the schedules.
        pub rev: u64,
    }

    /// A job.
    pub struct Job {
        /// Number of the job.
        pub id: u32,
        /// It is in use.
        pub enable: bool,
        /// Six fields: second, minute, hour, day, month, weekday; or `@sunrise` and `@sunset` with an offset.
        pub timespec: String,
        /// What is called, at most five.
        pub calls: Vec<Call>,
    }

    /// A call.
    pub struct Call {
        /// Method; letter case does not matter.
        pub method: String,
        /// Its parameters.
        pub params: Value,
        /// Who made the job: `shelly_service` for the automatic update.
        pub origin: String,
    }
}
