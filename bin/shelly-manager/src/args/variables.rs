//! `shelly-manager config vars` on the command line.

use clap::{Args as ClapArgs, Subcommand};
use shelly_types::Mac;

#[derive(Debug, Subcommand)]
pub(crate) enum VariablesCommand {
    /// List variables. Secrets of the vault are not shown.
    List,
    /// Set variables: NAME=VALUE ...
    Set {
        #[command(flatten)]
        whose: WhoseVariables,
        /// `broker=10.0.0.5`, `delay=60`, ... A value of `-` is read from standard input.
        #[arg(required = true, value_name = "NAME=VALUE")]
        variables: Vec<String>,
    },
    /// Take variables away.
    Clear {
        #[command(flatten)]
        whose: WhoseVariables,
        /// Names.
        #[arg(required = true)]
        names: Vec<String>,
    },
}

/// Whose variables.
#[derive(Debug, Clone, Default, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct WhoseVariables {
    /// The fleet's: `{{ fleet.NAME }}`.
    #[arg(long)]
    pub(crate) fleet: bool,
    /// A location's: `{{ location.NAME }}`.
    #[arg(long, value_name = "NAME")]
    pub(crate) location: Option<String>,
    /// A group's: `{{ group.NAME }}`.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    /// A device's: `{{ device.NAME }}`.
    #[arg(long, value_name = "MAC")]
    pub(crate) device: Option<Mac>,
    /// Secrets: `{{ vault.NAME }}`, where a secret is kept.
    #[arg(long)]
    pub(crate) vault: bool,
}
