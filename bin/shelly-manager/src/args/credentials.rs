//! `shelly-manager credentials` on the command line.

use std::path::PathBuf;

use clap::Subcommand;
use shelly_types::Mac;

use super::{How, Which};

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// List credential sets in the order in which they are tried.
    List,
    /// Add a credential set; the password is read from standard input.
    Add {
        /// Label.
        label: String,
        /// User name.
        #[arg(long, default_value = "admin")]
        user: String,
    },
    /// Remove a credential set.
    Remove {
        /// Label.
        label: String,
    },
    /// Give devices one password, which is read from standard input: shows the job, asks, and runs it.
    Set(Change),
    /// Give each device a password of its own, made by chance: shows the job, asks, and runs it.
    Rotate(Change),
    /// Take the passwords of devices away: shows the job, asks, and runs it.
    Clear(Change),
    /// Tell the passwords that devices have: lines of `MAC,PASSWORD` or `MAC,USER,PASSWORD`.
    Import {
        /// The list; `-` for standard input.
        file: PathBuf,
    },
    /// Show the password of a device. That it was shown is logged.
    Reveal {
        /// MAC address.
        device: Mac,
    },
}

/// Which devices, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    #[command(flatten)]
    pub(crate) which: Which,
    #[command(flatten)]
    pub(crate) how: How,
    /// Do not ask. The password is read first.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
