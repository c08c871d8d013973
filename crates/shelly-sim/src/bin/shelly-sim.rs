//! Runs a simulated fleet until Ctrl-C or a termination signal.

use std::{io::Write, net::IpAddr, path::PathBuf, process::ExitCode};

use clap::Parser;
use ipnet::Ipv4Net;
use shelly_sim::{FleetPlan, Layout, SimDevice, SimFleet, Timing};

/// Simulated Shelly devices to test against.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many devices.
    #[arg(long, default_value_t = 24)]
    devices: usize,
    /// Where all chance comes from: the same seed is the same fleet.
    #[arg(long, default_value_t = 1)]
    seed: u64,
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
    /// Plays this captured payload instead of the demo fleet; may be given several times.
    #[arg(long)]
    capture: Vec<PathBuf>,
    /// Restarts take as long as on real hardware.
    #[arg(long)]
    real_time: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "shelly-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let mut plan = if arguments.capture.is_empty() {
        FleetPlan::demo(arguments.devices, arguments.seed)
    } else {
        let devices = arguments.capture.iter().map(read_capture).collect::<Result<_, _>>()?;
        FleetPlan::new(devices).with_seed(arguments.seed)
    };
    plan.layout = match (arguments.subnet, arguments.port) {
        (Some(network), Some(port)) => Layout::Subnet { network, port },
        _ => Layout::Ports { ip: arguments.listen, first: arguments.base_port },
    };
    if arguments.real_time {
        plan = plan.with_timing(Timing::real());
    }
    let fleet = SimFleet::start(plan).await.map_err(|error| chain(&error))?;
    show(&fleet).map_err(|error| error.to_string())?;
    until_asked_to_stop().await.map_err(|error| error.to_string())?;
    fleet.shutdown().await;
    Ok(())
}

/// Ctrl-C, or the signal of a supervisor.
async fn until_asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn read_capture(path: &PathBuf) -> Result<SimDevice, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))?;
    SimDevice::from_capture_text(&text).map_err(|error| format!("play {}: {}", path.display(), chain(&error)))
}

fn show(fleet: &SimFleet) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:<22} {:<4} {:<16} {:<13} {:<26} remarks", "address", "gen", "model", "mac", "name")?;
    for device in fleet.devices() {
        let mut remarks: Vec<String> = device.faults().iter().map(|fault| format!("{fault:?}")).collect();
        if device.is_protected() {
            remarks.push("protected".into());
        }
        writeln!(
            out,
            "{:<22} {:<4} {:<16} {:<13} {:<26} {}",
            device.endpoint().to_string(),
            device.generation().to_string(),
            device.model().code(),
            device.mac().to_string(),
            device.name().unwrap_or_default(),
            remarks.join(", ")
        )?;
    }
    if let Some(password) = fleet.password() {
        writeln!(out, "password of the protected devices: {password}")?;
    }
    writeln!(out, "{} devices; Ctrl-C stops", fleet.devices().len())?;
    out.flush()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
