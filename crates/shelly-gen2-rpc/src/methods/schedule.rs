//! `Schedule`: calls at times (K5).

use shelly_types::wire_object;

use super::{
    common::{Created, Revision},
    wire_params,
};
use crate::components::schedule::{Call, Job, List};

wire_params!(Call);

wire_object! {
    /// Answer of `Schedule.Eval`.
    pub struct Evaluated {
        /// The moment it was asked for, in Unix seconds.
        pub now: f64,
        /// Next time after it.
        pub next: f64,
        /// Last time before it.
        pub prev: f64,
    }
}

options! {
    /// What a job does and when. For a new one `timespec` and `calls` are needed; what is none stays as it is.
    pub struct JobChange {
        /// It is in use.
        pub enable: Option<bool>,
        /// When: see [`Timespec`](crate::Timespec).
        pub timespec: Option<String>,
        /// What is called, at most five.
        pub calls: Option<Vec<Call>>,
    }
}

impl From<&Job> for JobChange {
    fn from(job: &Job) -> Self {
        Self { enable: job.enable.copied(), timespec: job.timespec.get().cloned(), calls: job.calls.get().cloned() }
    }
}

methods! {
    /// All jobs, at most 20.
    fn schedule_list() -> List = "Schedule.List";

    /// Adds a job.
    fn schedule_create(; ..job: JobChange) -> Created = "Schedule.Create";

    /// Changes a job.
    fn schedule_update(id: u32; ..job: JobChange) -> Revision = "Schedule.Update";

    /// Removes a job.
    fn schedule_delete(id: u32) -> Revision = "Schedule.Delete";

    /// Removes all jobs.
    fn schedule_delete_all() -> Revision = "Schedule.DeleteAll";

    /// When a time specification comes true, seen from now or from a moment in Unix seconds.
    fn schedule_eval(timespec: &str; now: f64) -> Evaluated = "Schedule.Eval";
}
