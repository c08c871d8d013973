//! `shelly-manager config snapshots` on the command line.

use clap::{Args as ClapArgs, Subcommand};
use shelly_types::Mac;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotsCommand {
    /// List the snapshots of a device, newest first, with what changed in each.
    List {
        /// MAC address.
        device: Mac,
    },
    /// Read a whole device now: settings, scripts, stored values, schedules, webhooks, virtual components.
    Take {
        /// MAC address.
        device: Mac,
    },
    /// Compare two snapshots, of one device or of two. Exits with 3 when something differs.
    Diff {
        /// The one (id).
        left: Uuid,
        /// The other (id).
        right: Uuid,
    },
    /// Give a device back what a snapshot holds: shows what would be written, asks, writes and proves it.
    Restore {
        /// The snapshot (id).
        snapshot: Uuid,
        /// Another device gets it, also one of another model: what it cannot have is left out and told.
        #[arg(long, value_name = "MAC")]
        onto: Option<Mac>,
        #[command(flatten)]
        how: RestoreHow,
    },
}

/// How a device gets back to a snapshot.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct RestoreHow {
    /// Only show what would be written.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) check: bool,
    /// The device may be taken away from whom it reports to.
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Switch things on for which the device has too little memory.
    #[arg(long)]
    pub(crate) spend_memory: bool,
    /// Change a critical device even if that could restart it.
    #[arg(long)]
    pub(crate) include_critical: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
