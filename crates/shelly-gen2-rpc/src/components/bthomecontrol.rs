//! Describes BTHome remotes.

use shelly_types::{wire_enum, wire_object};

wire_object! {
    /// Settings of a BTHome remote.
    pub struct Config {
        /// Instance number.
        pub id: u32,
        /// How a BLU remote moves covers; the vendor does not say what 0 and 1 stand for.
        pub blu_remote_cover_mode: u32,
    }

    /// State of a BTHome remote.
    pub struct Status {
        /// Instance number.
        pub id: u32,
        /// Learning of a remote, while it runs.
        pub learning: Learning,
    }

    /// Learning of a remote.
    pub struct Learning {
        /// How far it is.
        pub stage: LearningStage,
        /// What went wrong.
        pub err: LearningError,
        /// Unix seconds.
        pub ts: f64,
        /// Length in seconds.
        pub duration: f64,
    }

    /// What went wrong.
    pub struct LearningError {
        /// Error code.
        pub code: i64,
        /// Error text.
        pub msg: String,
    }
}

wire_enum! {
    /// How far learning is.
    pub enum LearningStage {
        /// Pairing.
        Pairing = "pairing",
        /// Waits for a press.
        Press = "press",
        /// Done.
        Done = "done",
        /// Waits for removal.
        Remove = "remove",
        /// It failed.
        Error = "error",
    }
}
