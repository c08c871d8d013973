//! `shelly-manager drift` on the command line.

use capability_config::SettingPath;
use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};
use shelly_types::Mac;

use super::{RepairsCommand, Which};

#[derive(Debug, Subcommand)]
pub(crate) enum DriftCommand {
    /// List what differs from the wish, as of the last comparison: since when, why, how bad. Exits with 3 when something does.
    List,
    /// Show what differs on a device, as of the last comparison.
    Show {
        /// MAC address.
        device: Mac,
    },
    /// Read devices now and compare them. Exits with 3 when something differs.
    Check(Which),
    /// Write what is wished, and prove it by reading again: the same as `config apply`.
    Putback {
        #[command(flatten)]
        which: Which,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Take what a device has as the wish.
    Accept {
        /// MAC address.
        device: Mac,
        /// Settings; all that differ without any.
        paths: Vec<SettingPath>,
        #[command(flatten)]
        into: AcceptInto,
    },
    /// Let settings of a device be until a date: they count as no drift, and no plan writes them.
    Waive {
        /// MAC address.
        device: Mac,
        /// Settings; all that differ without any.
        paths: Vec<SettingPath>,
        /// Last day.
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: NaiveDate,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Policies: what is done about drift when nobody is asked before.
    #[command(subcommand)]
    Policy(RepairsCommand),
    /// List what is let be.
    Waivers,
    /// Take waivers of a device back.
    Unwaive {
        /// MAC address.
        device: Mac,
        /// Settings; all without any.
        paths: Vec<SettingPath>,
    },
}

/// Whose wish it becomes; that of the device without any.
#[derive(Debug, Clone, Default, ClapArgs)]
#[group(multiple = false)]
pub(crate) struct AcceptInto {
    /// That of a profile.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// That of a group.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    /// That of a location.
    #[arg(long, value_name = "NAME")]
    pub(crate) location: Option<String>,
    /// That of the fleet.
    #[arg(long)]
    pub(crate) fleet: bool,
}
