//! `shelly-manager agents` and `shelly-manager provision` on the command line.

use std::{net::Ipv4Addr, path::PathBuf};

use clap::{Args, Subcommand};
use uuid::Uuid;

/// Where agents dial.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_field_names, reason = "they are named like the options")]
pub(crate) struct AgentsListen {
    /// Let agents dial the manager at this address, or `off` [default: off].
    #[arg(long, env = "SHELLY_MANAGER_AGENTS_LISTEN", value_name = "ADDRESS")]
    pub(crate) agents_listen: Option<String>,
    /// Seconds between two scans for access points of new devices that agents do by themselves; 0 for none [default: 120].
    #[arg(long, env = "SHELLY_MANAGER_AGENTS_SCAN", value_name = "SECONDS")]
    pub(crate) agents_scan: Option<u32>,
    /// Seconds between two looks for devices on their own networks that they do by themselves; 0 for none [default: 900].
    #[arg(long, env = "SHELLY_MANAGER_AGENTS_LOOK", value_name = "SECONDS")]
    pub(crate) agents_look: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentsCommand {
    /// List agents.
    List,
    /// Show an agent: what it can do, its radios, and what it works on.
    Show {
        /// Name or id of the agent.
        agent: String,
    },
    /// Make a one-time code with which agents enrol.
    Code {
        /// What it is for.
        #[arg(default_value = "agent")]
        label: String,
        /// Agents that it is good for.
        #[arg(long, value_name = "NUMBER")]
        uses: Option<u32>,
        /// Minutes until it ends [default: 60].
        #[arg(long, value_name = "MINUTES")]
        minutes: Option<u32>,
        /// Location of the agents.
        #[arg(long, value_name = "NAME")]
        location: Option<String>,
    },
    /// List the codes that were made.
    Codes,
    /// Take a code away.
    RemoveCode {
        /// Id of the code.
        code: Uuid,
    },
    /// Change the name or the location of an agent.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Change {
        /// Name or id of the agent.
        agent: String,
        /// Another name.
        #[arg(long, group = "change")]
        name: Option<String>,
        /// Location, or `none`.
        #[arg(long, value_name = "NAME", group = "change")]
        location: Option<String>,
    },
    /// Never let an agent in again.
    Revoke {
        /// Name or id of the agent.
        agent: String,
    },
    /// Forget an agent that was revoked.
    Forget {
        /// Name or id of the agent.
        agent: String,
    },
    /// Have an agent look for access points of new devices.
    Scan {
        /// Name or id of the agent.
        agent: String,
        /// On this interface only.
        #[arg(long, value_name = "NAME")]
        interface: Option<String>,
    },
    /// Have an agent look for devices on its own networks; they are in the inbox then.
    Probe {
        /// Name or id of the agent.
        agent: String,
        /// 192.168.1.0/24, 192.168.1.10-192.168.1.50, ... Without any it only listens.
        targets: Vec<String>,
        /// Seconds to listen.
        #[arg(long, value_name = "SECONDS")]
        listen: Option<u32>,
    },
    /// Have an agent give a radio the network back that it had.
    Restore {
        /// Name or id of the agent.
        agent: String,
        /// The radio.
        interface: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProvisionCommand {
    /// List access points of new devices that agents see, and what was begun.
    List,
    /// Bring devices into a network. The password of the network is read from standard input.
    Start {
        /// MAC addresses, or their last 6 digits.
        #[arg(required = true)]
        devices: Vec<String>,
        #[command(flatten)]
        into: Into,
        #[command(flatten)]
        what: DeviceGets,
    },
    /// The same with the devices of a list: CSV with a head line (device, name, group, profile, location, address), or JSON.
    Batch {
        /// The list, or `-` for standard input; the password has to come from the environment then.
        file: PathBuf,
        #[command(flatten)]
        into: Into,
        /// Only say what would be begun.
        #[arg(long)]
        check: bool,
    },
    /// Show how far it is, device by device.
    Show {
        /// Id.
        provisioning: Uuid,
        /// Watch until all is done.
        #[arg(long)]
        follow: bool,
    },
    /// Call it off. What an agent has begun it puts back; what is in the network stays there.
    Cancel {
        /// Id.
        provisioning: Uuid,
        /// Only these tasks of it; their ids are in `show --output json`.
        #[arg(long = "task", value_name = "ID")]
        tasks: Vec<Uuid>,
    },
    /// Rules that say where new devices belong.
    #[command(subcommand)]
    Rules(PlacementCommand),
}

/// Which network, by whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct Into {
    /// Name of the network.
    #[arg(long, value_name = "NAME")]
    pub(crate) ssid: String,
    /// The network has no password.
    #[arg(long)]
    pub(crate) open: bool,
    /// Its password, from the environment only, where standard input is not free.
    #[arg(env = "SHELLY_MANAGER_WIFI_PASSWORD", hide_env_values = true, hide = true, long = "wifi-password-from-env")]
    pub(crate) password: Option<String>,
    /// Gateway of devices with a fixed address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) gateway: Option<Ipv4Addr>,
    /// Name server of devices with a fixed address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) nameserver: Option<Ipv4Addr>,
    /// Only by this agent (name or id).
    #[arg(long, value_name = "AGENT")]
    pub(crate) agent: Option<String>,
    /// Minutes to wait for the devices [default: 30, and 2 for each].
    #[arg(long, value_name = "MINUTES")]
    pub(crate) wait: Option<u32>,
    /// Begin, and do not wait for the end.
    #[arg(long)]
    pub(crate) no_follow: bool,
}

/// What each device gets.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeviceGets {
    /// Name, for a single device.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Group.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Profile.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Location.
    #[arg(long)]
    pub(crate) location: Option<String>,
    /// Fixed address, 192.168.1.50/24, for a single device.
    #[arg(long)]
    pub(crate) address: Option<String>,
    /// Over Bluetooth.
    #[arg(long)]
    pub(crate) bluetooth: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlacementCommand {
    /// List the rules in their order.
    List,
    /// Add a rule behind the others.
    #[command(group = clap::ArgGroup::new("place").required(true).multiple(true))]
    Add {
        /// Name.
        name: String,
        /// Model it is about; may be given several times. All without one.
        #[arg(long = "model", value_name = "CODE")]
        models: Vec<String>,
        /// Network that the device joined.
        #[arg(long, value_name = "NAME")]
        ssid: Option<String>,
        /// Network that its address is in: 192.168.1.0/24.
        #[arg(long, value_name = "NETWORK")]
        subnet: Option<String>,
        /// Location it is put into.
        #[arg(long, value_name = "NAME", group = "place")]
        location: Option<String>,
        /// Group it gets into.
        #[arg(long, value_name = "NAME", group = "place")]
        group: Option<String>,
        /// Profile it is assigned to.
        #[arg(long, value_name = "NAME", group = "place")]
        profile: Option<String>,
    },
    /// Remove a rule.
    Remove {
        /// Name.
        name: String,
    },
}
