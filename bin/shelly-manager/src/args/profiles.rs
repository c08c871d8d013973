//! `shelly-manager profiles` on the command line.

use clap::Subcommand;
use shelly_types::Mac;

#[derive(Debug, Subcommand)]
pub(crate) enum ProfilesCommand {
    /// List profiles.
    List,
    /// Show a profile: what is wished, who is under it, and its versions.
    Show {
        /// Profile name.
        profile: String,
        /// Show what was wished in this version instead.
        #[arg(long, value_name = "VERSION")]
        at: Option<u32>,
    },
    /// Make a profile. Its wishes are set with `config set --profile NAME`; each change is a new version.
    Create {
        /// Name.
        name: String,
        /// Where two profiles disagree, the higher rank wins.
        #[arg(long, default_value_t = 0)]
        rank: u32,
        /// Model that the scope means; may be given several times.
        #[arg(long = "model", value_name = "MODEL")]
        models: Vec<String>,
        /// Devices that the scope means: `gen:2 location:house`; see docs/query.md.
        #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
        query: Option<String>,
    },
    /// Change name, rank or scope of a profile.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Change {
        /// Profile name.
        profile: String,
        /// Another name.
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Another rank.
        #[arg(long, group = "change")]
        rank: Option<u32>,
        /// Models instead of those before, or `none` for all; may be given several times.
        #[arg(long = "model", value_name = "MODEL", group = "change")]
        models: Option<Vec<String>>,
        /// Another query, or `none`.
        #[arg(long, value_name = "QUERY", allow_hyphen_values = true, group = "change")]
        query: Option<String>,
    },
    /// Assign devices to a profile.
    Assign {
        /// Profile name.
        profile: String,
        /// MAC addresses.
        #[arg(required = true)]
        devices: Vec<Mac>,
    },
    /// Let devices go that were assigned. Who is under it by its scope stays.
    Unassign {
        /// Profile name.
        profile: String,
        /// MAC addresses.
        #[arg(required = true)]
        devices: Vec<Mac>,
    },
    /// Put a former version in force again, as a new version.
    PutBack {
        /// Profile name.
        profile: String,
        /// Version.
        #[arg(value_name = "VERSION")]
        former: u32,
    },
    /// Remove a profile with its versions; its devices stay.
    Delete {
        /// Profile name.
        profile: String,
    },
}
