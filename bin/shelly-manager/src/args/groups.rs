//! `shelly-manager groups` and `shelly-manager locations` on the command line.

use clap::Subcommand;
use shelly_types::Mac;

#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// List groups.
    List,
    /// Show a group and who is in it, by hand or by its query.
    Show {
        /// Group name.
        group: String,
    },
    /// Make a group.
    Create {
        /// Name.
        name: String,
        /// Where two groups disagree, the higher rank wins.
        #[arg(long, default_value_t = 0)]
        rank: u32,
        /// Devices that are members besides those taken in by hand: `gen:1 tag:kitchen`; see docs/query.md.
        #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
        query: Option<String>,
    },
    /// Change a group.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Change {
        /// Group name.
        group: String,
        /// Another name.
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Another rank.
        #[arg(long, group = "change")]
        rank: Option<u32>,
        /// Another query, or `none`.
        #[arg(long, value_name = "QUERY", allow_hyphen_values = true, group = "change")]
        query: Option<String>,
    },
    /// Take devices into a group.
    Add {
        /// Group name.
        group: String,
        /// MAC addresses.
        #[arg(required = true)]
        devices: Vec<Mac>,
    },
    /// Let devices go from a group. Who is in it by its query stays.
    Remove {
        /// Group name.
        group: String,
        /// MAC addresses.
        #[arg(required = true)]
        devices: Vec<Mac>,
    },
    /// Remove a group; its devices stay.
    Delete {
        /// Group name.
        group: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LocationsCommand {
    /// List locations.
    List,
    /// Make a location.
    Create {
        /// Name.
        name: String,
        /// Location around it.
        #[arg(long = "in", value_name = "LOCATION")]
        parent: Option<String>,
        /// Time zone, such as Europe/Vienna; that of the location around it without one.
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
    },
    /// Change a location.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Change {
        /// Location name.
        location: String,
        /// Another name.
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Location around it, or `none`.
        #[arg(long = "in", value_name = "LOCATION", group = "change")]
        parent: Option<String>,
        /// Time zone, or `none` for that of the location around it.
        #[arg(long, value_name = "ZONE", group = "change")]
        time_zone: Option<String>,
    },
    /// Put devices into a location.
    Put {
        /// Location name, or `none`.
        location: String,
        /// MAC addresses.
        #[arg(required = true)]
        devices: Vec<Mac>,
    },
    /// Remove a location and its wishes; its devices are nowhere then.
    Delete {
        /// Location name.
        location: String,
    },
}
