//! `shelly-manager devices import` on the command line.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// A list of devices to expect.
#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// CSV with a head line: mac, name, location (or room), address (or ip), group, tags, profile; `-` is standard input.
    pub(crate) file: PathBuf,
    /// Only say what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The devices are to carry their names themselves: each becomes a wish.
    #[arg(long)]
    pub(crate) name_devices: bool,
    /// Make locations and groups that do not exist.
    #[arg(long)]
    pub(crate) create: bool,
}
