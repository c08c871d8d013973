//! The command line.

mod access;
mod addresses;
mod agents;
mod credentials;
mod drift;
mod expected;
mod groups;
mod jobs;
mod maintenance;
mod networks;
mod profiles;
mod readdress;
mod repairs;
mod replacements;
mod rules;
mod snapshots;
mod variables;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use shelly_types::Mac;
use url::Url;

pub(crate) use access::{EventsArgs, Permission, TokenCommand};
pub(crate) use addresses::AddressArgs;
pub(crate) use agents::{AgentsCommand, AgentsListen, DeviceGets, Into, PlacementCommand, ProvisionCommand};
pub(crate) use credentials::{Change, CredentialsCommand};
pub(crate) use drift::{AcceptInto, DriftCommand};
pub(crate) use expected::ImportArgs;
pub(crate) use groups::{GroupsCommand, LocationsCommand};
pub(crate) use jobs::{How, JobsCommand};
pub(crate) use maintenance::{KeepArgs, MaintenanceCommand};
pub(crate) use networks::NetworksCommand;
pub(crate) use profiles::{FromDevice, ProfilesCommand};
pub(crate) use readdress::ReplaceAddressArgs;
pub(crate) use repairs::{
    Cause as RepairCause, Mode as RepairMode, RepairsCommand, SetPolicy, Severity as RepairSeverity,
};
pub(crate) use replacements::ReplaceArgs;
pub(crate) use rules::{AddRule, FixFor, RuleSeverity, RulesCommand, Weight};
pub(crate) use snapshots::SnapshotsCommand;
pub(crate) use variables::{VariablesCommand, WhoseVariables};

/// Printed below the help; `exit.rs` holds the numbers.
const EXIT_CODES: &str = "Exit codes: 0 all is well, 1 something failed, 2 usage, 3 a device differs from the wish, \
    4 a device could not be brought to the wish, 5 no answer, 6 refused, 70 a fault of the program";

/// Manages a fleet of Shelly devices: tells before, proves after.
#[derive(Debug, Parser)]
#[command(name = "shelly-manager", version, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Common {
    /// Manager to talk to; without it the command works on the local database.
    #[arg(long, global = true, env = "SHELLY_MANAGER_SERVER", value_name = "URL")]
    pub(crate) server: Option<Url>,
    /// API token for --server.
    #[arg(long, global = true, env = "SHELLY_MANAGER_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,
    /// Settings file (TOML). Everything has a default; flags and environment win over the file.
    #[arg(long, global = true, env = "SHELLY_MANAGER_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of the database and the key file.
    #[arg(long = "data", global = true, env = "SHELLY_MANAGER_DATA", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Database: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, global = true, env = "SHELLY_MANAGER_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Authorities (PEM) that devices are trusted by over TLS; without it those of the system.
    #[arg(long, global = true, env = "SHELLY_MANAGER_DEVICE_CA", value_name = "FILE")]
    pub(crate) device_ca: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, or filters such as `fleet=debug`.
    #[arg(long, global = true, env = "SHELLY_MANAGER_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the manager.
    Serve(ServeArgs),
    /// Find devices and decide on them.
    #[command(subcommand)]
    Discover(DiscoverCommand),
    /// Agents: programs on other hosts that bring new devices into a network.
    #[command(subcommand)]
    Agents(AgentsCommand),
    /// Bring new devices into a network.
    #[command(subcommand)]
    Provision(ProvisionCommand),
    /// List, inspect and operate devices.
    #[command(subcommand)]
    Devices(DevicesCommand),
    /// Groups of devices.
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// Where devices are.
    #[command(subcommand)]
    Locations(LocationsCommand),
    /// Named sets of wishes for a kind of device, in versions.
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// What devices have, what they should have, and how they get there.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Jobs: changes to devices, from the plan to the proof.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// What differs from the wish, since when and why, and the ways out.
    #[command(subcommand)]
    Drift(DriftCommand),
    /// Rules of good order: what should not be so, why, and what sets it right.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Passwords of devices, and those that are tried on protected ones.
    #[command(subcommand)]
    Credentials(CredentialsCommand),
    /// WiFi networks whose keys are known, so that devices find back to them.
    #[command(subcommand)]
    Networks(NetworksCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// What happened.
    Events(EventsArgs),
    /// How long things are kept, and removing what is old.
    #[command(subcommand)]
    Maintenance(MaintenanceCommand),
    /// Print the completion script of a shell.
    Completions {
        /// Shell.
        shell: Shell,
    },
}

#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Address to serve on [default: 127.0.0.1:8280].
    #[arg(long, env = "SHELLY_MANAGER_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Scan these targets at the start and on a timetable; may be given several times.
    #[arg(long = "discover", env = "SHELLY_MANAGER_DISCOVER", value_delimiter = ',', value_name = "TARGET")]
    pub(crate) discover: Vec<String>,
    /// Seconds between those scans [default: 900].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) discovery_interval: Option<u32>,
    /// Adopt what those scans find, and what is heard of by itself.
    #[arg(long, env = "SHELLY_MANAGER_AUTO_ADOPT")]
    pub(crate) auto_adopt: bool,
    /// Seconds between status polls of a device [default: 30].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) poll_interval: Option<u32>,
    /// Seconds that a device which is moved to another network or address is waited for [default: 180].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) move_limit: Option<u32>,
    /// Hear at once what devices of Gen2 and later tell, over a WebSocket to each [default: true].
    #[arg(long, env = "SHELLY_MANAGER_FOLLOW", value_name = "BOOL")]
    pub(crate) follow: Option<bool>,
    /// Hear the reports of Gen1 devices (CoIoT) at this address, or `off` [default: 0.0.0.0:5683].
    #[arg(long, env = "SHELLY_MANAGER_COIOT", value_name = "ADDRESS")]
    pub(crate) coiot: Option<String>,
    /// Hear devices that announce themselves by mDNS: true, false, or on the interface with this address only
    /// [default: true].
    #[arg(long, env = "SHELLY_MANAGER_MDNS", value_name = "BOOL|ADDRESS")]
    pub(crate) mdns: Option<String>,
    /// Hear devices at this broker, and call those of Gen2 and later there when their address does not answer:
    /// `mqtt://[user[:password]@]host[:port]`, `mqtts://` for TLS, or `off` [default: off].
    #[arg(long, env = "SHELLY_MANAGER_MQTT", hide_env_values = true, value_name = "URL")]
    pub(crate) mqtt: Option<String>,
    /// Authorities (PEM) that the broker is trusted by over TLS; without it those of the system.
    #[arg(long, env = "SHELLY_MANAGER_MQTT_CA", value_name = "FILE")]
    pub(crate) mqtt_ca: Option<PathBuf>,
    /// Let devices dial the manager (outbound WebSocket) at this address, or `off` [default: off].
    #[arg(long, env = "SHELLY_MANAGER_DEVICE_LISTEN", value_name = "ADDRESS")]
    pub(crate) device_listen: Option<String>,
    /// Certificate (PEM) that devices see when they dial, with `--device-tls-key`; they have to dial `wss://` then.
    #[arg(long, env = "SHELLY_MANAGER_DEVICE_TLS_CERT", value_name = "FILE")]
    pub(crate) device_tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, env = "SHELLY_MANAGER_DEVICE_TLS_KEY", value_name = "FILE")]
    pub(crate) device_tls_key: Option<PathBuf>,
    /// Token that devices show when they dial, from the environment only: the last part of the path in their `ws.server`.
    #[arg(env = "SHELLY_MANAGER_DEVICE_TOKEN", hide_env_values = true, hide = true, long = "device-token-from-env")]
    pub(crate) device_token: Option<String>,
    #[command(flatten)]
    pub(crate) agents: AgentsListen,
    /// Seconds between drift checks of the fleet; 0 turns them off [default: 3600].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) drift_interval: Option<u32>,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    /// Seconds between two removals of what is old; 0 turns them off [default: 86400].
    #[arg(long, env = "SHELLY_MANAGER_SWEEP_INTERVAL", value_name = "SECONDS")]
    pub(crate) sweep_interval: Option<u32>,
    /// Print a one-time sign-in link, as at the first start.
    #[arg(long)]
    pub(crate) sign_in: bool,
    /// Password to try on protected devices, from the environment only; kept sealed as the credential set `environment`.
    #[arg(
        env = "SHELLY_MANAGER_DEVICE_PASSWORD",
        hide_env_values = true,
        hide = true,
        long = "device-password-from-env"
    )]
    pub(crate) device_password: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DiscoverCommand {
    /// Scan blocks, ranges or hosts, each with an optional port.
    Scan {
        /// 192.168.1.0/24, 192.168.1.10-192.168.1.50, shelly.lan:8080, ...
        #[arg(required = true)]
        targets: Vec<String>,
        /// Adopt what is found at once.
        #[arg(long)]
        adopt: bool,
        /// Have this agent look, on its own networks.
        #[arg(long, value_name = "NAME", conflicts_with = "adopt")]
        agent: Option<String>,
    },
    /// Show what hears of devices by itself, and how that is.
    Sources,
    /// List found devices.
    Inbox,
    /// Adopt found devices.
    Adopt(Decide),
    /// Ignore found devices.
    Ignore(Decide),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Decide {
    /// MAC addresses.
    #[arg(required_unless_present = "all")]
    pub(crate) devices: Vec<Mac>,
    /// Every device that waits.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DevicesCommand {
    /// List devices.
    List {
        /// Query, such as `gen:1 tag:kitchen fw<1.14 -drift:no`, or words to look for; see docs/query.md.
        #[arg(allow_hyphen_values = true)]
        query: Option<String>,
        /// Say in words which devices the query means, and list nothing.
        #[arg(long)]
        explain: bool,
    },
    /// Show a device and its status.
    Show {
        /// MAC address.
        device: Mac,
    },
    /// Read a device's status now.
    Refresh {
        /// MAC address.
        device: Mac,
    },
    /// Turn an output on.
    On(OutputArgs),
    /// Turn an output off.
    Off(OutputArgs),
    /// Turn an output to the other state.
    Toggle(OutputArgs),
    /// Open, close, stop or position a cover.
    Cover {
        /// MAC address.
        device: Mac,
        /// open, close, stop, or a position in percent.
        action: String,
        /// Instance.
        #[arg(long, default_value_t = 0)]
        id: u32,
    },
    /// Restart devices and prove it; outputs fall to their power-on default.
    Restart {
        /// MAC addresses.
        #[arg(required_unless_present = "all_required")]
        devices: Vec<Mac>,
        /// Every device in which a setting waits for a restart.
        #[arg(long, conflicts_with = "devices")]
        all_required: bool,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Give a device a name of ours.
    Rename {
        /// MAC address.
        device: Mac,
        /// Name; empty to take it away.
        name: String,
    },
    /// Change what is kept about a device.
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// MAC address.
        device: Mac,
        /// Tag to give; may be given several times.
        #[arg(long = "tag", value_name = "TAG", group = "change")]
        tag: Vec<String>,
        /// Tag to take away; may be given several times.
        #[arg(long = "untag", value_name = "TAG", group = "change")]
        untag: Vec<String>,
        /// The output of another device that feeds it, such as C45BBE6A1122/switch:0, or `none`.
        #[arg(long, value_name = "MAC/COMPONENT", group = "change")]
        powered_by: Option<String>,
        /// Critical: jobs leave it out when they could restart it; `--critical=false` takes that away.
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", group = "change")]
        critical: Option<bool>,
        /// Location it is in, or `none`.
        #[arg(long, value_name = "NAME", group = "change")]
        location: Option<String>,
    },
    /// Tell the manager where a device is now; the MAC is confirmed first.
    Move {
        /// MAC address.
        device: Mac,
        /// Host or host:port.
        address: String,
    },
    /// Give devices static addresses, or leased ones again: shows the job, asks, and runs it.
    Address(Box<AddressArgs>),
    /// Have another device take the place of one: its configuration as far as it goes, name, tags, groups, location,
    /// wishes and history. Shows what becomes of each setting, asks, writes and proves it.
    Replace(ReplaceArgs),
    /// Have devices name another address of a server, wherever they name it: webhooks, actions, scripts, stored values,
    /// schedules, broker and other servers. Shows every place, asks, writes and proves it.
    ReplaceAddress(Box<ReplaceAddressArgs>),
    /// Tell the manager the password that a device has (read from standard input).
    Password {
        /// MAC address.
        device: Mac,
        /// User name.
        #[arg(long)]
        user: Option<String>,
    },
    /// Take a list of devices in before they exist: they get what it says when they are found and adopted.
    Import(ImportArgs),
    /// List devices that are expected.
    Expected,
    /// Expect devices no more.
    Unexpect {
        /// MAC addresses.
        #[arg(required_unless_present = "all")]
        devices: Vec<Mac>,
        /// Every device that is expected.
        #[arg(long, conflicts_with = "devices")]
        all: bool,
    },
    /// Forget a device.
    Forget {
        /// MAC address.
        device: Mac,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OutputArgs {
    /// MAC address.
    pub(crate) device: Mac,
    /// Component: switch:0, light:1.
    #[arg(default_value = "switch:0")]
    pub(crate) component: shelly_types::ComponentKey,
}

/// Whose wish, or which devices.
#[derive(Debug, Clone, Default, ClapArgs)]
#[group(multiple = false)]
pub(crate) struct Whose {
    /// One device.
    #[arg(long, value_name = "MAC")]
    pub(crate) device: Option<Mac>,
    /// A group.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    /// A location, with those within it.
    #[arg(long, value_name = "NAME")]
    pub(crate) location: Option<String>,
    /// A profile.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The whole fleet.
    #[arg(long)]
    pub(crate) fleet: bool,
}

/// Which devices.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Which {
    #[command(flatten)]
    pub(crate) whose: Whose,
    /// Devices that a query means: `gen:1 fw<1.14`; see docs/query.md.
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true, conflicts_with_all = ["device", "profile", "fleet"])]
    pub(crate) query: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read the configuration of devices into the database.
    Pull(Which),
    /// Show a device's settings: what it has, what it should have, who says so.
    Show {
        /// MAC address.
        device: Mac,
        /// Only settings whose path contains this.
        filter: Option<String>,
        /// Only settings that somebody wishes.
        #[arg(long)]
        managed: bool,
    },
    /// List the settings that exist.
    Settings {
        /// Only settings whose path contains this.
        filter: Option<String>,
    },
    /// Say how a setting should be: PATH=VALUE ...
    Set {
        #[command(flatten)]
        whose: Whose,
        /// `switch:0.name=Lamp`, `switch:*.auto_off=true`, `wifi.sta.ssid=home`, ... A value of `-` is read from standard input, one of `file:FILE` from a file.
        #[arg(required = true, value_name = "PATH=VALUE")]
        settings: Vec<String>,
    },
    /// Leave settings alone again.
    Clear {
        #[command(flatten)]
        whose: Whose,
        /// Paths.
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Variables for templates: `{{ fleet.broker }}` in a wish, and secrets of the vault.
    #[command(subcommand)]
    Vars(VariablesCommand),
    /// List the layers of wishes.
    Layers,
    /// Compare devices with the wish. Exits with 3 when something differs.
    Diff(Which),
    /// Show what would be written; nothing is. Exits with 3 when there is something to do.
    Plan {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Write what differs, and prove it by reading again.
    Apply {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
        /// Apply this plan (job), made before.
        #[arg(long, conflicts_with_all = ["device", "group", "location", "profile", "fleet", "query", "How"])]
        plan: Option<uuid::Uuid>,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Stored configurations of a device.
    History {
        /// MAC address.
        device: Mac,
    },
    /// Snapshots of devices: take, list, compare and restore them.
    #[command(subcommand)]
    Snapshots(SnapshotsCommand),
    /// List the scripts, stored values, schedules, webhooks and virtual components of a device.
    Resources {
        /// MAC address.
        device: Mac,
        /// Read them from the device first. Without it those are shown that were read last.
        #[arg(long)]
        fresh: bool,
    },
}
