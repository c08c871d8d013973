//! `shelly-manager maintenance`, and how long things are kept, on the command line.

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// Show how long things are kept, and what was removed last.
    Show {
        #[command(flatten)]
        keep: KeepArgs,
    },
    /// Remove what is old now; what something still refers to stays. The manager does it once a day by itself.
    Sweep {
        /// Only show how much would be removed.
        #[arg(long, visible_alias = "dry-run")]
        check: bool,
        #[command(flatten)]
        keep: KeepArgs,
    },
}

/// How long things are kept. Without `--server` they also hold for a single command; else those of the server do.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct KeepArgs {
    /// Days that events are kept; 0 for ever [default: 400].
    #[arg(id = "keep_events", long = "keep-events", env = "SHELLY_MANAGER_KEEP_EVENTS", value_name = "DAYS")]
    pub(crate) events: Option<u32>,
    /// Days that all snapshots of a device are kept; 0 for ever [default: 30].
    #[arg(id = "keep_snapshots", long = "keep-snapshots", env = "SHELLY_MANAGER_KEEP_SNAPSHOTS", value_name = "DAYS")]
    pub(crate) snapshots: Option<u32>,
    /// Days that the last snapshot of each day is kept, after that the last of each month; 0 for ever [default: 365].
    #[arg(
        id = "keep_snapshots_daily",
        long = "keep-snapshots-daily",
        env = "SHELLY_MANAGER_KEEP_SNAPSHOTS_DAILY",
        value_name = "DAYS"
    )]
    pub(crate) snapshots_daily: Option<u32>,
    /// Days that jobs and provisionings are kept after their end; 0 for ever [default: 400].
    #[arg(id = "keep_jobs", long = "keep-jobs", env = "SHELLY_MANAGER_KEEP_JOBS", value_name = "DAYS")]
    pub(crate) jobs: Option<u32>,
    /// Days that is kept what is of no use any more: scans, found devices not heard of since, waivers, codes and tokens that
    /// ended; 0 for ever [default: 90].
    #[arg(id = "keep_leftovers", long = "keep-leftovers", env = "SHELLY_MANAGER_KEEP_LEFTOVERS", value_name = "DAYS")]
    pub(crate) leftovers: Option<u32>,
}
