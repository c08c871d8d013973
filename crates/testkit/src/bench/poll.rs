//! PERF1 and PERF3: polls of 1,000 devices by a bare loop, by the driver and by the whole manager; memory.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use shelly_driver::{Device, Options};

use super::{AT_ONCE, DEVICES, mebibytes, micros_each, network, status};
use crate::{
    bare,
    cost::{cpu_of_process, cpu_of_thread, memory_of_process},
    fill::endpoint,
    manager::{Manager, create_token},
    simulated::{Simulated, SimulatedDevice, SimulatedPlan},
    table::{Bar, Row},
};

/// CPU per poll, in microseconds, of the best client that others have made.
const BEST_PEER_US: f64 = 123.0;

pub(super) async fn measure(quick: bool, rows: &mut Vec<Row>) -> Result<()> {
    let plan = SimulatedPlan {
        devices: DEVICES,
        network: network(50, 22)?,
        port: 8091,
        latency: Duration::ZERO,
        switched_per_second: 20,
        reports_per_second: None,
    };
    let mut simulated = Simulated::start(&plan)?;
    let (limit, driven) = driver(&simulated.devices, if quick { 3 } else { 12 }).await?;
    rows.extend(driven);
    let paced = bare_paced(&simulated.devices, if quick { 4 } else { 12 }).await?;
    let rate = "the same loop, 50 each 50 ms: what the manager's rate costs";
    rows.push(Row::new("PERF1", "limit: bare loop at 1,000 a second", paced, "us").note(rate));
    let target = format!("{}:{}", plan.network, plan.port);
    rows.extend(manager(&mut simulated, &target, Limits { full: limit, paced }, quick).await?);
    simulated.stop()
}

/// Polls by a bare loop and by the driver, in turn.
async fn driver(devices: &[SimulatedDevice], rounds: u32) -> Result<(f64, Vec<Row>)> {
    let mut connected = Vec::with_capacity(devices.len());
    for device in devices {
        let opened = Device::connect(endpoint(*device), Some(device.mac), None, Options::default()).await?;
        opened.status().await?;
        connected.push(opened);
    }
    let (mut bare_cpu, mut bare_wall, mut own_cpu, mut own_wall) = Default::default();
    let mut bytes = 0;
    for _ in 0..rounds {
        let span = Span::begin();
        let asked = stream::iter(devices.iter().copied())
            .map(|device| async move { bare::exchange(device.address, &status(device)).await });
        let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
        span.end(&mut bare_cpu, &mut bare_wall);
        bytes = answers.iter().map(|answer| answer.to_string().len()).sum();

        let span = Span::begin();
        let asked = stream::iter(&connected).map(|device| async move { device.status().await });
        let readings: Vec<_> = asked.buffer_unordered(AT_ONCE).try_collect().await?;
        span.end(&mut own_cpu, &mut own_wall);
        ensure!(readings.len() == devices.len(), "not every device was polled");
    }
    let polls = u64::from(rounds) * devices.len() as u64;
    let limit = micros_each(bare_cpu, polls);
    let size = format!("status of {} bytes on average", bytes / devices.len().max(1));
    Ok((
        limit,
        vec![
            Row::new("PERF1", "limit: bare loop, fresh connection each", limit, "us").note(size),
            Row::new("PERF1", "poll by the driver alone: CPU", micros_each(own_cpu, polls), "us").limit(limit),
            Row::new(
                "PERF1",
                "poll by the driver alone: rate, 64 at once",
                polls as f64 / own_wall.as_secs_f64(),
                "1/s",
            )
            .limit(polls as f64 / bare_wall.as_secs_f64()),
        ],
    ))
}

/// What a poll costs the bare loop, in microseconds: as fast as it can, and at the manager's rate, where processor caches
/// are cold after each pause.
#[derive(Debug, Clone, Copy)]
struct Limits {
    full: f64,
    paced: f64,
}

/// Time between two bursts of polls, as the manager has them.
const SLOT: Duration = Duration::from_millis(50);

/// Polls by a bare loop that begins as many at once, and as often, as the manager does when it polls each device once a
/// second; CPU per poll in microseconds.
async fn bare_paced(devices: &[SimulatedDevice], rounds: u32) -> Result<f64> {
    let burst = devices.len() * usize::try_from(SLOT.as_millis())? / 1000;
    let mut timer = tokio::time::interval(SLOT);
    let (mut cpu, mut wall) = Default::default();
    let span = Span::begin();
    for _ in 0..rounds {
        for some in devices.chunks(burst.max(1)) {
            timer.tick().await;
            let asked = some.iter().map(|device| async { bare::exchange(device.address, &status(*device)).await });
            futures::future::try_join_all(asked).await?;
        }
    }
    span.end(&mut cpu, &mut wall);
    Ok(micros_each(cpu, u64::from(rounds) * devices.len() as u64))
}

/// Polls by the whole manager: parse, compare, store what changed, publish.
async fn manager(simulated: &mut Simulated, target: &str, limits: Limits, quick: bool) -> Result<Vec<Row>> {
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    let manager = Manager::start(data.path(), &token, &["--poll-interval", "1", "--drift-interval", "0"]).await?;
    let mut api = manager.api().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let empty = memory_of_process(manager.pid())?;

    let before = (cpu_of_process(manager.pid())?, Instant::now());
    let scan = api.scan(target, true).await?;
    let (adopted, took) = (scan["adopted"].as_u64().unwrap_or_default(), before.1.elapsed());
    if adopted != u64::from(DEVICES) {
        bail!("only {adopted} of {DEVICES} devices were adopted: {scan}");
    }
    let adoption = micros_each(cpu_of_process(manager.pid())?.saturating_sub(before.0), adopted);

    tokio::time::sleep(Duration::from_secs(4)).await;
    let window = Duration::from_secs(if quick { 5 } else { 20 });
    let (cpu, requests, start) = (cpu_of_process(manager.pid())?, simulated.requests()?, Instant::now());
    tokio::time::sleep(window).await;
    let (spent, took_window) = (cpu_of_process(manager.pid())?.saturating_sub(cpu), start.elapsed());
    let polls = simulated.requests()? - requests;
    let memory = memory_of_process(manager.pid())?;
    drop(api);
    manager.stop()?;

    let cost = micros_each(spent, polls);
    let rate = polls as f64 / took_window.as_secs_f64();
    let busy = 100.0 * spent.as_secs_f64() / took_window.as_secs_f64();
    let own =
        |memory: crate::cost::Memory| format!("own {:.1}, peak {:.1}", mebibytes(memory.own), mebibytes(memory.peak));
    Ok(vec![
        Row::new("PERF1", "poll by the whole manager: CPU", cost, "us").limit(limits.full).bar(Bar::TimesLimit(1.6)),
        Row::new("PERF1", "poll by the whole manager: CPU against the limit at its rate", cost, "us")
            .limit(limits.paced)
            .bar(Bar::TimesLimit(1.6)),
        Row::new("PERF1", "poll by the whole manager: CPU against the best peer", cost, "us")
            .bar(Bar::AtMost(BEST_PEER_US)),
        Row::new("PERF1", "devices polled by the manager, 1,000 wanted each second", rate, "1/s")
            .note(format!("{busy:.0} % of a core")),
        Row::new("", "adopt: found, read whole, stored; CPU per device", adoption, "us")
            .note(format!("1,000 in {:.1} s", took.as_secs_f64())),
        Row::new("PERF3", "memory of the empty manager", mebibytes(empty.resident), "MiB")
            .bar(Bar::AtMost(25.0))
            .note(own(empty)),
        Row::new("PERF3", "memory with 1,000 devices known and polled", mebibytes(memory.resident), "MiB")
            .bar(Bar::AtMost(50.0))
            .note(own(memory)),
    ])
}

/// CPU time of this thread and wall time, from here on.
struct Span {
    cpu: Duration,
    wall: Instant,
}

impl Span {
    fn begin() -> Self {
        Self { cpu: cpu_of_thread(), wall: Instant::now() }
    }

    fn end(self, cpu: &mut Duration, wall: &mut Duration) {
        *cpu += cpu_of_thread().saturating_sub(self.cpu);
        *wall += self.wall.elapsed();
    }
}
