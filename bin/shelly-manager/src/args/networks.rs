//! `shelly-manager networks` on the command line.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum NetworksCommand {
    /// List the networks whose keys are known. The keys are not shown.
    List,
    /// Store the key of a network, which is read from standard input.
    Set {
        /// Name of the network.
        ssid: String,
        /// It has no key.
        #[arg(long)]
        open: bool,
    },
    /// Forget the key of a network.
    Remove {
        /// Name of the network.
        ssid: String,
    },
}
