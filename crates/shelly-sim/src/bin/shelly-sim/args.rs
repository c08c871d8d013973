//! Reads the command line and makes the plan of the fleet.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    path::{Path, PathBuf},
};

use clap::{Args, Parser, ValueEnum};
use ipnet::Ipv4Net;
use shelly_sim::{Coiot, DayScript, Dials, FleetPlan, Layout, Mdns, Pace, Quirk, SimDevice, Timing, UnknownQuirk};
use shelly_types::Mac;

use crate::chain;

/// Simulated Shelly devices to test against.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// How many devices of a made-up fleet.
    #[arg(long, default_value_t = 24, conflicts_with_all = ["all_models", "model", "capture"])]
    devices: usize,
    /// One device of every model in each of its profiles instead.
    #[arg(long, conflicts_with = "capture")]
    all_models: bool,
    /// A device of this model instead; may be given several times.
    #[arg(long, value_name = "CODE", conflicts_with_all = ["all_models", "capture"])]
    model: Vec<String>,
    /// Hardware address of the first device of the models, further ones count up from it.
    #[arg(long, requires = "model")]
    mac: Option<Mac>,
    /// Plays this captured payload instead; may be given several times.
    #[arg(long, value_name = "FILE")]
    capture: Vec<PathBuf>,
    /// Protects all devices with this password.
    #[arg(long)]
    password: Option<String>,
    /// Gives all devices this oddity; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = quirk)]
    quirk: Vec<Quirk>,
    /// The devices come from the factory: they are in no network, and their access points are open.
    #[arg(long)]
    new: bool,
    /// Plays the radios: run by the shell for each device, it reads what the device wants and tells what came of it.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) radio: Option<String>,
    /// Where all chance comes from: the same seed is the same fleet.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    coiot: CoiotArguments,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    time: Time,
    /// How the devices are printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Prints the oddities there are and ends.
    #[arg(long)]
    pub(crate) list_quirks: bool,
    /// Prints the models there are and ends.
    #[arg(long)]
    pub(crate) list_models: bool,
}

/// How the devices are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A line each.
    Table,
    /// One line of JSON with all devices, once all listen.
    Json,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where they are")]
struct Place {
    /// Address of all devices, a port each.
    #[arg(long, default_value = "127.0.0.1", conflicts_with = "subnet")]
    listen: IpAddr,
    /// First port; without it the system chooses.
    #[arg(long, conflicts_with = "subnet")]
    base_port: Option<u16>,
    /// Network in which each device has an address of its own, for example 127.30.0.0/24.
    #[arg(long, requires = "port")]
    subnet: Option<Ipv4Net>,
    /// Port of all devices in the subnet.
    #[arg(long)]
    port: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "CoIoT")]
struct CoiotArguments {
    /// Gen1 devices speak CoIoT. Peers tell them apart by address, so give each one of its own with --subnet.
    #[arg(long)]
    coiot: bool,
    /// UDP port of each Gen1 device.
    #[arg(long, default_value_t = 5683)]
    coiot_port: u16,
    /// Multicast group and port for pushes.
    #[arg(long, default_value = "224.0.1.187:5683")]
    coiot_group: SocketAddrV4,
    /// Address of the interface for multicasts.
    #[arg(long, default_value = "127.0.0.1")]
    coiot_interface: Ipv4Addr,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
struct Network {
    /// Announces the devices by mDNS.
    #[arg(long)]
    mdns: bool,
    /// UDP port of mDNS.
    #[arg(long, default_value_t = 5353)]
    mdns_port: u16,
    /// Address of the interface for mDNS.
    #[arg(long, default_value = "127.0.0.1")]
    mdns_interface: IpAddr,
    /// Devices dial any host they are configured for, not only this machine.
    #[arg(long)]
    dial_anywhere: bool,
    /// How often each device reports by itself each second, for measurements.
    #[arg(long, default_value_t = 0.0, value_name = "PER_SECOND")]
    reports: f64,
    /// Writes the certificate of the fleet's authority here; devices with `tls-only` are signed by it.
    #[arg(long, value_name = "FILE")]
    write_ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
struct Time {
    /// Restarts, updates and the like take as long as on real hardware.
    #[arg(long = "real-time")]
    as_real: bool,
    /// Seconds that pass for the devices in one second.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Script of the day: curves, pushes, troubles.
    #[arg(long, value_name = "FILE")]
    day: Option<PathBuf>,
    /// Time of day at the start, in seconds since 1970.
    #[arg(long)]
    start: Option<u64>,
}

fn quirk(text: &str) -> Result<Quirk, UnknownQuirk> {
    text.parse()
}

impl Arguments {
    /// The fleet to start.
    pub(crate) fn plan(&self) -> Result<FleetPlan, String> {
        let mut plan = if self.all_models {
            FleetPlan::all_models()
        } else if !self.capture.is_empty() {
            FleetPlan::new(self.capture.iter().map(|path| read_capture(path)).collect::<Result<_, _>>()?)
        } else if !self.model.is_empty() {
            self.of_models()?
        } else {
            FleetPlan::demo(self.devices, self.seed)
        };
        plan = plan.with_seed(self.seed).with_layout(self.place.layout());
        plan.devices = plan.devices.into_iter().map(|device| self.equip(device)).collect();
        if self.password.is_some() {
            plan.password.clone_from(&self.password);
        }
        if self.coiot.coiot {
            let CoiotArguments { coiot_port: port, coiot_group: group, coiot_interface: interface, .. } = self.coiot;
            plan = plan.with_coiot(Coiot { port, group, interface });
        }
        plan = self.network.apply(plan);
        if let Some(path) = &self.time.day {
            let text = std::fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?;
            let day = DayScript::from_toml(&text).map_err(|error| format!("{}: {}", path.display(), chain(&error)))?;
            plan = plan.with_day(day);
        }
        if self.time.as_real {
            plan = plan.with_timing(Timing::real());
        }
        Ok(plan.with_pace(Pace { speed: self.time.speed, start_unix_s: self.time.start }))
    }

    /// Where the certificate of the authority is written.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        self.network.write_ca.as_deref()
    }

    fn of_models(&self) -> Result<FleetPlan, String> {
        let Some(first) = self.mac else { return FleetPlan::of_models(&self.model).map_err(|error| error.to_string()) };
        let number = first.bytes().into_iter().fold(0, |number, byte| number << 8 | u64::from(byte));
        let device = |(model, more): (&String, u64)| {
            let [_, _, mac @ ..] = (number + more).to_be_bytes();
            SimDevice::of_model(model, Mac::new(mac)).map_err(|error| error.to_string())
        };
        Ok(FleetPlan::new(self.model.iter().zip(0..).map(device).collect::<Result<_, _>>()?))
    }

    fn equip(&self, device: SimDevice) -> SimDevice {
        let mut device = self.quirk.iter().fold(device, |device, quirk| device.with_quirk(*quirk));
        if self.new {
            device = device.as_new();
        }
        if self.radio.is_some() {
            device = device.with_outside_radio();
        }
        match &self.password {
            Some(password) => device.with_password(password),
            None => device,
        }
    }
}

impl Network {
    fn apply(&self, mut plan: FleetPlan) -> FleetPlan {
        if self.mdns {
            plan = plan.with_mdns(Mdns { port: self.mdns_port, interface: self.mdns_interface });
        }
        if self.dial_anywhere {
            plan.dials = Dials::Anywhere;
        }
        plan.authority = self.write_ca.is_some();
        plan.with_reports(self.reports)
    }
}

impl Place {
    fn layout(&self) -> Layout {
        match (self.subnet, self.port) {
            (Some(network), Some(port)) => Layout::Subnet { network, port },
            _ => Layout::Ports { ip: self.listen, first: self.base_port },
        }
    }
}

fn read_capture(path: &Path) -> Result<SimDevice, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?;
    SimDevice::from_capture_text(&text).map_err(|error| format!("play {}: {}", path.display(), chain(&error)))
}
