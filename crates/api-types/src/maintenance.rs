//! How long things are kept, and what was removed.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long things are kept, and what was removed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaintenanceView {
    /// How long things are kept.
    pub retention: RetentionView,
    /// Seconds between two removals by itself; absent when it is done only when asked for.
    pub interval_s: Option<u64>,
    /// The last removal; absent when there was none yet.
    pub last: Option<SweepView>,
}

/// How long things are kept, in days; 0 for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetentionView {
    /// Events.
    pub events_days: u32,
    /// All snapshots of a device.
    pub snapshots_days: u32,
    /// The last snapshot of each day; after that the last of each month.
    pub snapshots_daily_days: u32,
    /// Jobs and provisionings, from their end.
    pub jobs_days: u32,
    /// What is of no use any more: scans, devices that were found and not heard of since, waivers, codes and tokens that
    /// ended.
    pub leftovers_days: u32,
}

/// A removal of what is old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepView {
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ended; absent while it goes on, or when some was left.
    pub ended_at: Option<DateTime<Utc>>,
    /// A manager is at it now.
    pub is_running: bool,
    /// What was removed.
    pub removed: RemovedView,
}

/// How much is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemovedView {
    /// Events.
    pub events: u64,
    /// Snapshots of configurations.
    pub snapshots: u64,
    /// Jobs, each with its devices and its journal.
    pub jobs: u64,
    /// Provisionings, each with its tasks.
    pub provisionings: u64,
    /// Scans.
    pub scans: u64,
    /// Devices that were found, are not ours, and were not heard of since.
    pub sightings: u64,
    /// Waivers of drift and of findings that ended.
    pub waivers: u64,
    /// Codes of agents that ended.
    pub codes: u64,
    /// Tokens that ended.
    pub tokens: u64,
}

/// Removes what is old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SweepRequest {
    /// Only count; nothing is removed.
    pub dry_run: bool,
}

/// What a removal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepResult {
    /// It was only counted.
    pub dry_run: bool,
    /// How much was removed, or would be.
    pub removed: RemovedView,
    /// Nothing that is old is left; else ask again.
    pub is_done: bool,
}

impl RemovedView {
    /// How much of each, in words.
    pub const fn parts(&self) -> [(&'static str, u64); 9] {
        let Self { events, snapshots, jobs, provisionings, scans, sightings, waivers, codes, tokens } = *self;
        [
            ("events", events),
            ("snapshots", snapshots),
            ("jobs", jobs),
            ("provisionings", provisionings),
            ("scans", scans),
            ("found devices", sightings),
            ("waivers", waivers),
            ("codes of agents", codes),
            ("tokens", tokens),
        ]
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            snapshots: self.snapshots + other.snapshots,
            jobs: self.jobs + other.jobs,
            provisionings: self.provisionings + other.provisionings,
            scans: self.scans + other.scans,
            sightings: self.sightings + other.sightings,
            waivers: self.waivers + other.waivers,
            codes: self.codes + other.codes,
            tokens: self.tokens + other.tokens,
        }
    }
}
