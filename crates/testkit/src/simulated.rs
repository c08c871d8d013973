//! Simulated devices in a process of their own, so that their cost is not counted as ours.

use std::{
    io::BufRead,
    net::SocketAddr,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use ipnet::Ipv4Net;
use shelly_sim::{Counters, Fault, FleetPlan, SimDevice, SimFleet, SimHandle};
use shelly_types::{ComponentKey, Mac};

use crate::{program::Program, table::say};

/// The models of a measured fleet: mains-powered, of all generations, with a relay, each of which tells its status in
/// one answer.
const MODELS: [&str; 8] =
    ["SNSW-102P16EU", "SHSW-PM", "S3SW-002P16EU", "SNPL-00112EU", "SHSW-1", "S4PL-00416EU", "SNSW-001X16EU", "SHPLG-S"];

/// Those of them that report over a WebSocket and have a meter, so that each report is news.
const REPORTING_MODELS: [&str; 4] = ["SNSW-102P16EU", "S3SW-002P16EU", "SNPL-00112EU", "S4PL-00416EU"];

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
    /// Reports that each device sends by itself in each second, to whoever is connected over a WebSocket. Some means that
    /// all of them are of Gen2 and later.
    pub reports_per_second: Option<f64>,
}

/// What all devices together counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Requests answered.
    pub requests: u64,
    /// Notifications handed to listeners.
    pub notifications: u64,
    /// Connections taken.
    pub connections: u64,
    /// WebSockets open now.
    pub sockets: u64,
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
        if let Some(reports) = plan.reports_per_second {
            command.args(["--reports-per-second", &reports.to_string()]);
        }
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
        Ok(self.totals()?.requests)
    }

    /// What all devices counted so far.
    pub fn totals(&mut self) -> Result<Totals> {
        let line = self.ask("totals")?;
        let numbers: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [requests, notifications, connections, sockets] = numbers[..] else { bail!("understand `{line}`") };
        Ok(Totals { requests, notifications, connections, sockets })
    }

    /// Switches the first output of the device at `index`; tells when, as time since 1970, and to what.
    pub fn switch(&mut self, index: usize) -> Result<(Duration, bool)> {
        let line = self.ask(&format!("switch {index}"))?;
        let told = line.split_once(' ').and_then(|(at, on)| Some((at.parse().ok()?, on.parse().ok()?)));
        let (at, on): (u64, bool) = told.with_context(|| format!("understand `{line}`"))?;
        Ok((Duration::from_nanos(at), on))
    }

    fn ask(&mut self, question: &str) -> Result<String> {
        self.program.tell(question)?;
        self.program.line()
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
    let all = (0..plan.devices).map(|index| device(index, &plan)).collect::<Result<_>>()?;
    let mut fleet = FleetPlan::new(all).on_subnet(plan.network, plan.port);
    if let Some(reports) = plan.reports_per_second {
        fleet = fleet.with_reports(reports);
    }
    let fleet = SimFleet::start(fleet).await?;
    for device in fleet.devices() {
        let family = if device.generation().is_gen1() { "gen1" } else { "rpc" };
        say(&format!("{} {} {family}", device.mac(), device.endpoint()))?;
    }
    say("ready")?;
    let questions = tokio::task::spawn_blocking({
        let handles = fleet.devices().to_vec();
        move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                say(&answer(&handles, &line).with_context(|| format!("answer `{line}`"))?)?;
            }
            anyhow::Ok(())
        }
    });
    tokio::select! {
        done = questions => done?,
        () = switch_outputs(&fleet, plan.switched_per_second) => Ok(()),
    }
}

/// The time of the clock, which processes on one machine share.
pub fn since_1970() -> Result<Duration> {
    SystemTime::now().duration_since(UNIX_EPOCH).context("read the clock")
}

/// What is said to a line that came in.
fn answer(devices: &[SimHandle], question: &str) -> Option<String> {
    if question == "totals" {
        let all: Vec<Counters> = devices.iter().map(SimHandle::counters).collect();
        let sum = |of: fn(&Counters) -> u64| all.iter().map(of).sum::<u64>();
        let (requests, notifications) = (sum(|each| each.requests), sum(|each| each.notifications));
        let (connections, sockets) = (sum(|each| each.connections), sum(|each| u64::from(each.sockets)));
        return Some(format!("{requests} {notifications} {connections} {sockets}"));
    }
    let device = devices.get(question.strip_prefix("switch ")?.parse::<usize>().ok()?)?;
    let output = ComponentKey::instance("switch", 0);
    let on = !device.output(&output).unwrap_or(false);
    let at = since_1970().ok()?;
    device.set_output(&output, on);
    Some(format!("{} {on}", at.as_nanos()))
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

fn device(index: u32, plan: &SimulatedPlan) -> Result<SimDevice> {
    let [_, _, high, low] = index.to_be_bytes();
    let models: &[&str] = if plan.reports_per_second.is_some() { &REPORTING_MODELS } else { &MODELS };
    let model = models[index as usize % models.len()];
    let mut device = SimDevice::of_model(model, Mac::new([0xA8, 0x03, 0x2A, 0x01, high, low]))?
        .named(format!("Device {index}"))
        .robust();
    if plan.latency > Duration::ZERO {
        device = device.with_fault(Fault::Latency { delay: plan.latency, jitter: Duration::ZERO });
    }
    Ok(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(reports_per_second: Option<f64>) -> SimulatedPlan {
        let network = "127.1.0.0/24".parse().unwrap();
        let latency = Duration::ZERO;
        SimulatedPlan { devices: 20, network, port: 80, latency, switched_per_second: 0, reports_per_second }
    }

    #[test]
    fn every_model_of_the_fleet_exists() {
        for index in 0..20 {
            let device = device(index, &plan(None)).unwrap();
            assert!(!device.spec().quirks.battery && device.spec().dynamic.is_empty());
            let reporting = device_of(index);
            assert!(!reporting.spec().generation.is_gen1() && reporting.spec().facts.metered);
        }
    }

    fn device_of(index: u32) -> SimDevice {
        device(index, &plan(Some(1.0))).unwrap()
    }

    #[tokio::test]
    async fn a_process_of_devices_counts_and_switches() {
        let fleet = SimFleet::start(FleetPlan::new(vec![device_of(0)])).await.unwrap();
        assert_eq!(answer(fleet.devices(), "totals").unwrap(), "0 0 0 0");
        let first = answer(fleet.devices(), "switch 0").unwrap();
        let second = answer(fleet.devices(), "switch 0").unwrap();
        assert!(first.ends_with("true") != second.ends_with("true"), "{first}, {second}");
        assert_eq!((answer(fleet.devices(), "switch 1"), answer(fleet.devices(), "sing")), (None, None));
        fleet.shutdown().await;
    }

    #[test]
    fn a_device_is_read_from_its_line() {
        let read = SimulatedDevice::from_line("A8032A010000 127.30.0.1:8081 rpc").unwrap();
        assert_eq!((read.address.port(), read.is_gen1), (8081, false));
        assert_eq!(SimulatedDevice::from_line("A8032A010000"), None);
    }
}
