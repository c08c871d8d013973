//! The measurements: one file each, all of the same shape.

mod agents;
mod codec;
mod crowd;
mod drift;
mod follow;
mod list;
mod plan;
mod poll;
mod scan;
mod start;

use std::time::Duration;

use anyhow::{Result, bail};
use ipnet::Ipv4Net;

use crate::{bare::Ask, simulated::SimulatedDevice, table::Row};

/// Names of all measurements, in the order in which they run.
pub const NAMES: [&str; 10] = ["poll", "scan", "plan", "list", "start", "drift", "codec", "follow", "crowd", "agents"];

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Fewer rounds, and nothing that takes minutes.
    pub is_quick: bool,
    /// So many devices that report, instead of the usual number.
    pub devices: Option<u32>,
}

/// Devices of a measured fleet.
const DEVICES: u32 = 1000;

/// Devices talked to at the same time: as many as the manager does.
const AT_ONCE: usize = 64;

/// Runs one measurement and puts its results into `rows`; when it fails, those are there that it had until then.
pub async fn run(name: &str, effort: Effort, rows: &mut Vec<Row>) -> Result<()> {
    let quick = effort.is_quick;
    let all = match name {
        "poll" => return poll::measure(quick, rows).await,
        "follow" => return follow::measure(effort, rows).await,
        "crowd" => return crowd::measure(effort, rows).await,
        "agents" => return agents::measure(effort, rows).await,
        "scan" => return scan::measure(quick, rows).await,
        "plan" => plan::measure(quick),
        "list" => list::measure(effort).await,
        "codec" => codec::measure(quick).await,
        "start" => start::measure(quick).await,
        "drift" => drift::measure(quick).await,
        other => bail!("there is no measurement `{other}`: {}", NAMES.join(", ")),
    };
    rows.extend(all?);
    Ok(())
}

/// A network on loopback for simulated devices; each measurement has its own, so that none meets sockets of another.
fn network(second: u8, prefix: u8) -> Result<Ipv4Net> {
    Ok(Ipv4Net::new([127, second, 0, 0].into(), prefix)?)
}

/// What asks a device for its status.
fn status(device: SimulatedDevice) -> Ask {
    if device.is_gen1 { Ask::Get("/status") } else { Ask::call("Shelly.GetStatus") }
}

/// What asks a device for its configuration.
fn configuration(device: SimulatedDevice) -> Ask {
    if device.is_gen1 { Ask::Get("/settings") } else { Ask::call("Shelly.GetConfig") }
}

/// A duration divided, in microseconds.
fn micros_each(total: Duration, count: u64) -> f64 {
    total.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// Bytes in MiB.
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
