//! `shelly-manager token` and `events` on the command line.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use shelly_types::Mac;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List tokens.
    List,
    /// Make a token; it is shown once.
    Create {
        /// Name.
        name: String,
        /// read, control, configure or admin.
        #[arg(long, default_value = "read")]
        permission: Permission,
        /// Days until it ends.
        #[arg(long, value_name = "DAYS")]
        expires_in: Option<u32>,
    },
    /// End a token.
    Revoke {
        /// Name.
        name: String,
    },
}

/// What a token may do. Each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Permission {
    /// See everything but secrets.
    Read,
    /// Switch, move, restart devices.
    Control,
    /// Change wishes, jobs, groups, discovery.
    Configure,
    /// Tokens and credentials.
    Admin,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct EventsArgs {
    /// Only events of this device.
    #[arg(long, value_name = "MAC")]
    pub(crate) device: Option<Mac>,
    /// Number of events.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}
