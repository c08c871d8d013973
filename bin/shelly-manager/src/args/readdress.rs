//! `shelly-manager devices replace-address` on the command line.

use super::How;

/// Which address of a server is replaced by which, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplaceAddressArgs {
    /// The address that goes: `10.0.0.5`, `hub.lan:8123`, `http://old-host:8123`.
    #[arg(value_name = "OLD")]
    pub(crate) from: String,
    /// The address that comes. Without ports every port stays as it is.
    #[arg(value_name = "NEW")]
    pub(crate) to: String,
    /// Devices that a query means, such as `tag:kitchen`; without it all.
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) query: Option<String>,
    /// Only show where it is named and what would be written.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) how: How,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
