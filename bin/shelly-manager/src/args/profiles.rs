//! `shelly-manager profiles` on the command line.

use api_types::config::ScopeView;
use clap::{Args as ClapArgs, Subcommand};
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
    /// Make a profile of what a well-set device shows: its own name, network, login and secrets stay away, its addresses
    /// become variables.
    FromDevice(Box<FromDevice>),
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

/// Which device a profile is made of, and what of it goes in.
#[derive(Debug, ClapArgs)]
pub(crate) struct FromDevice {
    /// MAC address of the device.
    #[arg(value_name = "MAC")]
    pub(crate) of: Mac,
    /// Name of the new profile.
    pub(crate) name: String,
    /// What goes in: a component or the begin of settings, such as `switch`, `switch:0` or `sys.location`; may be given
    /// several times. A setting that is named exactly goes in even if it is the device's own.
    #[arg(long, value_name = "SETTING")]
    pub(crate) only: Vec<String>,
    /// What is left out, in the same words; may be given several times.
    #[arg(long, value_name = "SETTING")]
    pub(crate) without: Vec<String>,
    /// Take its scripts, stored values, schedules, webhooks, actions and virtual components too.
    #[arg(long)]
    pub(crate) resources: bool,
    /// Only what differs from this device.
    #[arg(long, value_name = "MAC")]
    pub(crate) unlike: Option<Mac>,
    /// Only what differs from what this layer wishes: `fleet`, `location:NAME`, `group:NAME`, `profile:NAME` or `device:MAC`.
    #[arg(long, value_name = "LAYER", value_parser = layer)]
    pub(crate) unlike_layer: Option<ScopeView>,
    /// A secret of the vault for a setting that the device hides: `mqtt.pass=broker`; may be given several times.
    #[arg(long, value_name = "SETTING=NAME", value_parser = secret)]
    pub(crate) secret: Vec<(String, String)>,
    /// Where two profiles disagree, the higher rank wins.
    #[arg(long, default_value_t = 0)]
    pub(crate) rank: u32,
    /// Model that the scope means; may be given several times.
    #[arg(long = "model", value_name = "MODEL")]
    pub(crate) models: Vec<String>,
    /// Devices that the scope means.
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(crate) query: Option<String>,
    /// Assign the device to the profile.
    #[arg(long, conflicts_with = "check")]
    pub(crate) assign: bool,
    /// Only show what would go in.
    #[arg(long)]
    pub(crate) check: bool,
}

fn secret(text: &str) -> Result<(String, String), String> {
    let (setting, name) = text.split_once('=').ok_or("expected SETTING=NAME such as mqtt.pass=broker")?;
    Ok((setting.to_owned(), name.trim_start_matches("vault.").to_owned()))
}

fn layer(text: &str) -> Result<ScopeView, String> {
    let named = text.split_once(':').map(|(kind, name)| (kind, name.to_owned()));
    Ok(match (text, named) {
        ("fleet", _) => ScopeView::Fleet,
        (_, Some(("location", name))) => ScopeView::Location { name },
        (_, Some(("group", name))) => ScopeView::Group { name },
        (_, Some(("profile", name))) => ScopeView::Profile { name },
        (_, Some(("device", mac))) => ScopeView::Device { mac: mac.parse().map_err(|_| "expected device:MAC")? },
        _ => return Err("expected fleet, location:NAME, group:NAME, profile:NAME or device:MAC".to_owned()),
    })
}
