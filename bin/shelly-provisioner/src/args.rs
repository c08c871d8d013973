//! The command line.

use std::{net::Ipv4Addr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use provisioner::Expected;
use wifi_control::Ssid;

/// Brings factory-new Shelly devices into the network. The WiFi of this host always comes back.
#[derive(Debug, Parser)]
#[command(name = "shelly-provisioner", version)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) host: Host,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What this host has.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Host {
    /// Folder of the journal and of the agent's certificate
    #[arg(long, global = true, env = "SHELLY_PROVISIONER_STATE", default_value = "/var/lib/shelly-provisioner")]
    pub(crate) state: PathBuf,
    /// WiFi interface; the first one when absent
    #[arg(long, global = true, env = "SHELLY_PROVISIONER_INTERFACE")]
    pub(crate) interface: Option<String>,
    /// What manages the WiFi of this host
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(crate) backend: Backend,
    /// Bluetooth adapter, such as hci0; the first that is switched on when absent
    #[arg(long, global = true, env = "SHELLY_PROVISIONER_ADAPTER")]
    pub(crate) adapter: Option<String>,
    /// Authorities (PEM) that signed the certificates of devices which speak only TLS
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) device_ca: Option<PathBuf>,
    /// Networks, ranges or hosts in which devices are looked for; those around this host's addresses when absent
    #[arg(long = "lan", global = true, value_name = "TARGET")]
    pub(crate) lan: Vec<String>,
    /// Print what the program can read as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What manages the WiFi of this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// Whichever runs
    Auto,
    /// NetworkManager
    NetworkManager,
    /// `wpa_supplicant`
    WpaSupplicant,
    /// Nothing: an agent that only looks at the networks of this host
    None,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists access points of new devices
    Scan(Scan),
    /// Brings new devices into a network, one after the other
    Provision(Box<Provision>),
    /// Shows what was done, and what is not finished
    Status,
    /// Says what runs on this host, and which permission is missing
    Doctor,
    /// Cleans up after an interrupted run, and brings the WiFi of this host back
    Restore,
    /// Trades a one-time code of the manager for a certificate
    Enroll(Enroll),
    /// Works for the manager
    Run(Run),
}

/// How devices are reached before they are in a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// At their access points, with the WiFi of this host
    Wifi,
    /// Over Bluetooth LE (Gen2 and later); the WiFi of this host stays as it is
    Bluetooth,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scan {
    /// Lists devices that are in range of Bluetooth instead
    #[arg(long)]
    pub(crate) bluetooth: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Provision {
    /// How the devices are reached
    #[arg(long, value_enum, default_value = "wifi")]
    pub(crate) by: By,
    /// Names of the devices' access points, as `scan` shows them
    #[arg(required = true, value_name = "ACCESS_POINT")]
    pub(crate) ssids: Vec<Ssid>,
    /// Name of the network
    #[arg(long)]
    pub(crate) network: Ssid,
    /// File with the key of the network; `-` for standard input; none for an open network
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Name of a second network, for when the first is out of reach (Gen2 and later)
    #[arg(long, requires = "network")]
    pub(crate) fallback: Option<Ssid>,
    /// File with the key of the second network
    #[arg(long, value_name = "FILE", requires = "fallback")]
    pub(crate) fallback_key_file: Option<PathBuf>,
    /// Hardware address of the device, or its last six digits; by the name of its access point when absent
    #[arg(long)]
    pub(crate) mac: Option<Expected>,
    /// Name that the device gets (Gen2 and later)
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// File with the key of the devices' access points
    #[arg(long, value_name = "FILE")]
    pub(crate) access_point_key_file: Option<PathBuf>,
    /// File with the password of the devices (user admin)
    #[arg(long, value_name = "FILE")]
    pub(crate) device_password_file: Option<PathBuf>,
    /// Seconds for which a device is looked for in the network; a minute and a half when absent
    #[arg(long, value_name = "SECONDS")]
    pub(crate) find_within: Option<u64>,
    /// Firmware that the devices get first, at their access point; its name may say for what it is: MODEL@VERSION.zip
    #[arg(long, value_name = "FILE")]
    pub(crate) firmware: Option<PathBuf>,
    /// Order code or application of the devices that the firmware is for
    #[arg(long, value_name = "MODEL", requires = "firmware")]
    pub(crate) firmware_for: Option<String>,
    /// Version of the firmware, as devices show it
    #[arg(long, value_name = "VERSION", requires = "firmware")]
    pub(crate) firmware_version: Option<String>,
    /// Fixed address of the device
    #[arg(long, requires = "netmask")]
    pub(crate) ip: Option<Ipv4Addr>,
    /// Netmask of the fixed address
    #[arg(long, requires = "ip")]
    pub(crate) netmask: Option<Ipv4Addr>,
    /// Gateway of the fixed address
    #[arg(long, requires = "ip")]
    pub(crate) gateway: Option<Ipv4Addr>,
    /// Name server of the fixed address
    #[arg(long, requires = "ip")]
    pub(crate) nameserver: Option<Ipv4Addr>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Enroll {
    /// Where the manager listens for agents, `manager.lan:8283`
    #[arg(long)]
    pub(crate) manager: String,
    /// Fingerprint of the manager's authority (SHA-256, hex), which the manager shows beside the code
    #[arg(long)]
    pub(crate) fingerprint: String,
    /// File with the one-time code; standard input when absent
    #[arg(long, value_name = "FILE")]
    pub(crate) code_file: Option<PathBuf>,
    /// Name of this agent; the host name when absent
    #[arg(long)]
    pub(crate) name: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// Use the radio also when it carries the connection to the manager: the connection breaks off during each task
    #[arg(long, env = "SHELLY_PROVISIONER_ALLOW_OWN_INTERFACE")]
    pub(crate) allow_own_interface: bool,
    /// Folder with firmware, MODEL@VERSION.zip: a device whose model has a file there gets it first, at its access point
    #[arg(long, value_name = "DIR", env = "SHELLY_PROVISIONER_FIRMWARE_DIR")]
    pub(crate) firmware_dir: Option<PathBuf>,
    /// Seconds between two scans for access points of new devices; 0 for none, what the manager says when absent
    #[arg(long, value_name = "SECONDS", env = "SHELLY_PROVISIONER_SCAN_EVERY")]
    pub(crate) scan_every: Option<u32>,
    /// Seconds between two looks for devices on the networks of this host; 0 for none, what the manager says when absent
    #[arg(long, value_name = "SECONDS", env = "SHELLY_PROVISIONER_LOOK_EVERY")]
    pub(crate) look_every: Option<u32>,
    /// Do not pass calls of the manager on to devices on the networks of this host
    #[arg(long, env = "SHELLY_PROVISIONER_NO_RELAY")]
    pub(crate) no_relay: bool,
}
