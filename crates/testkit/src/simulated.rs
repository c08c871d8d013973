//! Simulated devices in a process of their own, so that their cost is not counted as ours.

use std::{io::BufRead, net::SocketAddr, process::Command, time::Duration};

use anyhow::{Context, Result};
use ipnet::Ipv4Net;
use shelly_sim::{Fault, FleetPlan, SimDevice, SimFleet};
use shelly_types::{ComponentKey, Mac};

use crate::{program::Program, table::say};

/// The models of a measured fleet: mains-powered, of all generations, with a relay, each of which tells its status in
/// one answer.
const MODELS: [&str; 8] =
    ["SNSW-102P16EU", "SHSW-PM", "S3SW-002P16EU", "SNPL-00112EU", "SHSW-1", "S4PL-00416EU", "SNSW-001X16EU", "SHPLG-S"];

/// Sockets of some thousand devices and their connections.
pub const OPEN_FILES: u64 = 16_384;

/// Which devices are simulated.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedPlan {
    /// How many.
    pub devices: u32,
    /// The network in which each has an address of its own.
    pub network: Ipv4Net,
    /// The port of all.
    pub port: u16,
    /// Time that each answer takes.
    pub latency: Duration,
    /// Outputs that somebody switches in each second, over all devices.
    pub switched_per_second: u32,
}

/// A running fleet of simulated devices.
#[derive(Debug)]
pub struct Simulated {
    program: Program,
    /// Its devices.
    pub devices: Vec<SimulatedDevice>,
}

/// One simulated device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulatedDevice {
    /// Hardware address.
    pub mac: Mac,
    /// Where it listens.
    pub address: SocketAddr,
    /// It speaks the first generation's API.
    pub is_gen1: bool,
}

impl Simulated {
    /// Starts them with this very program.
    pub fn start(plan: &SimulatedPlan) -> Result<Self> {
        let program = std::env::current_exe().context("find this program")?;
        let mut command = Command::new(program);
        command
            .arg("simulate")
            .args(["--devices", &plan.devices.to_string()])
            .args(["--network", &plan.network.to_string()])
            .args(["--port", &plan.port.to_string()])
            .args(["--latency-ms", &plan.latency.as_millis().to_string()])
            .args(["--switched-per-second", &plan.switched_per_second.to_string()]);
        let mut program = Program::start("the simulated devices", &mut command)?;
        let mut devices = Vec::new();
        loop {
            let line = program.line()?;
            if line == "ready" {
                return Ok(Self { program, devices });
            }
            devices.push(SimulatedDevice::from_line(&line).with_context(|| format!("understand `{line}`"))?);
        }
    }

    /// Requests that all devices have answered so far.
    pub fn requests(&mut self) -> Result<u64> {
        self.program.tell("requests")?;
        let line = self.program.line()?;
        line.parse().with_context(|| format!("understand `{line}`"))
    }

    /// Ends them.
    pub fn stop(self) -> Result<()> {
        self.program.stop()
    }
}

impl SimulatedDevice {
    fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (mac, address, family) = (words.next()?, words.next()?, words.next()?);
        Some(Self { mac: mac.parse().ok()?, address: address.parse().ok()?, is_gen1: family == "gen1" })
    }
}

/// Plays the devices until standard input ends. This is the other side of [`Simulated`].
pub async fn play(plan: SimulatedPlan) -> Result<()> {
    let _ = rlimit::increase_nofile_limit(OPEN_FILES);
    let devices = (0..plan.devices).map(|index| device(index, plan.latency)).collect::<Result<_>>()?;
    let fleet = SimFleet::start(FleetPlan::new(devices).on_subnet(plan.network, plan.port)).await?;
    for device in fleet.devices() {
        let family = if device.generation().is_gen1() { "gen1" } else { "rpc" };
        say(&format!("{} {} {family}", device.mac(), device.endpoint()))?;
    }
    say("ready")?;
    let questions = tokio::task::spawn_blocking({
        let handles = fleet.devices().to_vec();
        move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if line == "requests" {
                    let requests: u64 = handles.iter().map(|device| device.counters().requests).sum();
                    say(&requests.to_string())?;
                }
            }
            anyhow::Ok(())
        }
    });
    tokio::select! {
        done = questions => done?,
        () = switch_outputs(&fleet, plan.switched_per_second) => Ok(()),
    }
}

/// Switches the output of one device after the other.
async fn switch_outputs(fleet: &SimFleet, per_second: u32) {
    if per_second == 0 || fleet.devices().is_empty() {
        return std::future::pending().await;
    }
    let output = ComponentKey::instance("switch", 0);
    let mut turns = tokio::time::interval(Duration::from_secs(1) / per_second);
    // Not one after the other, so that neighbours in a list do not change together.
    for device in fleet.devices().iter().step_by(7).cycle() {
        turns.tick().await;
        let on = device.output(&output).unwrap_or(false);
        device.set_output(&output, !on);
    }
}

fn device(index: u32, latency: Duration) -> Result<SimDevice> {
    let [_, _, high, low] = index.to_be_bytes();
    let model = MODELS[index as usize % MODELS.len()];
    let mut device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0x01, high, low]))?
        .named(format!("Device {index}"))
        .robust();
    if latency > Duration::ZERO {
        device = device.with_fault(Fault::Latency { delay: latency, jitter: Duration::ZERO });
    }
    Ok(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_of_the_fleet_exists() {
        for index in 0..20 {
            let device = device(index, Duration::ZERO).unwrap();
            assert!(!device.spec().quirks.battery && device.spec().dynamic.is_empty());
        }
    }

    #[test]
    fn a_device_is_read_from_its_line() {
        let read = SimulatedDevice::from_line("A8032A010000 127.30.0.1:8081 rpc").unwrap();
        assert_eq!((read.address.port(), read.is_gen1), (8081, false));
        assert_eq!(SimulatedDevice::from_line("A8032A010000"), None);
    }
}
