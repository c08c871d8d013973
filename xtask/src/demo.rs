//! Starts a manager together with a fleet of simulated devices, so that there is something to look at.

mod program;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::{host, process, ui, workspace};
use program::Program;

/// The port all simulated devices listen on, each at an address of its own.
const DEVICE_PORT: u16 = 8081;

/// The port of the manager when nobody asks for another and it is free.
const MANAGER_PORT: u16 = 8280;

/// What the simulator puts before the password of its protected devices.
const PASSWORD_LINE: &str = "password of the protected devices: ";

/// How the line ends with which the simulator says that all devices answer.
const READY_LINE: &str = "Ctrl-C stops";

/// How long the simulator may take to open all its devices.
const SIMULATOR_START: Duration = Duration::from_secs(30);

/// How the demonstration is set up.
#[derive(Debug, Parser)]
pub(crate) struct DemoOptions {
    /// How many devices to simulate.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    devices: u32,

    /// Keep the manager's data here; without it they go to a temporary folder that is removed at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Serve the web UI and the API at this port of 127.0.0.1; without it 8280, or a free one.
    #[arg(long)]
    port: Option<u16>,

    /// Build with optimisation: slower to start, faster to run.
    #[arg(long)]
    release: bool,
}

/// Builds what is needed, starts both programs, and stops them at Ctrl-C.
pub(crate) fn run(options: &DemoOptions) -> Result<()> {
    println!("[1/4] web UI");
    match ui::require_npm() {
        Ok(()) => ui::build_when_stale()?,
        Err(why) => println!("{why}; going on without it"),
    }
    println!("[2/4] manager and simulator");
    let programs = build(options.release)?;
    let data = Data::prepare(options.data.as_deref())?;

    let fleet = fleet_network(options.devices);
    println!("[3/4] {} simulated devices in {fleet}, port {DEVICE_PORT}", options.devices);
    let (mut simulator, password) = start_simulator(&programs, &data, options.devices, &fleet)?;

    println!("[4/4] manager");
    let port = free_port(options.port)?;
    let mut serve = process::command(&programs.join("shelly-manager").to_string_lossy());
    serve.args(["serve", "--auto-adopt", "--sign-in", "--poll-interval", "5", "--discovery-interval", "10", "--data"]);
    serve.arg(&data.folder);
    // Real devices of the house are left alone.
    serve.args(["--mdns", "false", "--coiot", "off"]);
    serve.args(["--listen", &format!("127.0.0.1:{port}"), "--discover", &format!("{fleet}:{DEVICE_PORT}")]);
    if let Some(password) = password {
        serve.env("SHELLY_MANAGER_DEVICE_PASSWORD", password);
    }
    let log = data.folder.join("shelly-manager.log");
    let mut manager = Program::start("the manager", &mut serve, &log, |line| println!("{line}"))?;
    println!("logs and data: {}; stop with Ctrl-C", data.folder.display());
    let outcome = watch(&mut [&mut manager, &mut simulator]);
    println!("stopping");
    manager.stop()?;
    simulator.stop()?;
    outcome
}

/// Starts the devices, waits until all answer, and tells the password of the protected ones.
fn start_simulator(programs: &Path, data: &Data, devices: u32, fleet: &str) -> Result<(Program, Option<String>)> {
    let (tell, lines) = channel();
    let mut simulator = Program::start(
        "the simulator",
        process::command(&programs.join("shelly-sim").to_string_lossy())
            .args(["--devices", &devices.to_string()])
            .args(["--subnet", fleet, "--port", &DEVICE_PORT.to_string()]),
        &data.folder.join("shelly-sim.log"),
        move |line| {
            // Once all devices answer nobody listens any more, and what it says then is not needed.
            tell.send(line).ok();
        },
    )?;
    let said = simulator.lines_until(&lines, |line| line.ends_with(READY_LINE), SIMULATOR_START)?;
    let password = said.iter().find_map(|line| line.strip_prefix(PASSWORD_LINE));
    Ok((simulator, password.map(str::to_owned)))
}

/// Waits until someone asks for the end; a program that ends before that is an error.
fn watch(programs: &mut [&mut Program]) -> Result<()> {
    while !process::interrupted() {
        for program in programs.iter_mut() {
            program.require_running()?;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Builds both programs and answers the folder they lie in.
fn build(release: bool) -> Result<PathBuf> {
    let mut cargo = process::cargo(&["build", "-p", "shelly-manager", "-p", "shelly-sim"]);
    if release {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    Ok(workspace::target().join(if release { "release" } else { "debug" }))
}

/// The smallest network of at least 254 devices that holds them all. Loopback owns 127.0.0.0/8, so nothing of the
/// real network is touched.
fn fleet_network(devices: u32) -> String {
    let host_bits = (devices + 2).next_power_of_two().ilog2().max(8);
    format!("127.30.0.0/{}", 32 - host_bits)
}

/// The wished port when it is free; the usual one or any free one when there is no wish.
fn free_port(wished: Option<u16>) -> Result<u16> {
    let port = wished.unwrap_or(MANAGER_PORT);
    match (TcpListener::bind(("127.0.0.1", port)), wished) {
        (Ok(_), _) => Ok(port),
        (Err(error), Some(_)) => Err(error).with_context(|| format!("use port {port}")),
        (Err(_), None) => host::free_port(),
    }
}

/// Where the manager keeps its data.
struct Data {
    folder: PathBuf,
    temporary: bool,
}

impl Data {
    fn prepare(wished: Option<&Path>) -> Result<Self> {
        let folder = match wished {
            Some(folder) => folder.to_owned(),
            None => std::env::temp_dir().join(format!("shelly-demo-{}", std::process::id())),
        };
        if wished.is_none() && folder.exists() {
            bail!("{} is there already", folder.display());
        }
        std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        Ok(Self { folder, temporary: wished.is_none() })
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_holds_the_fleet() {
        assert_eq!(fleet_network(24), "127.30.0.0/24");
        assert_eq!(fleet_network(254), "127.30.0.0/24");
        assert_eq!(fleet_network(255), "127.30.0.0/23");
        assert_eq!(fleet_network(60_000), "127.30.0.0/16");
    }

    #[test]
    fn a_taken_port_is_refused_only_when_it_was_asked_for() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(free_port(Some(port)).is_err());
        assert!(free_port(None).is_ok());
    }

    #[test]
    fn temporary_data_go_away_and_given_data_stay() {
        let data = Data::prepare(None).unwrap();
        let folder = data.folder.clone();
        assert!(folder.is_dir());
        drop(data);
        assert!(!folder.exists());

        drop(Data::prepare(Some(&folder)).unwrap());
        assert!(folder.is_dir());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
