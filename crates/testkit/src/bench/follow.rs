//! PERF2 and PERF7: notifications over open WebSockets, stored and told to 20 clients; how soon a client sees a change.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{DEVICES, Effort, micros_each, network};
use crate::{
    cost::cpu_of_process,
    listen::{self, Bare},
    manager::{Manager, create_token},
    simulated::{Simulated, SimulatedPlan},
    stream::Clients,
    table::{Bar, Durations, Row},
};

/// Clients of the live stream.
const CLIENTS: usize = 20;

/// Between two polls of a device that tells by itself, in seconds.
const POLL_S: &str = "600";

/// How long every device may take to be followed.
const PATIENCE: Duration = Duration::from_mins(15);

/// What is measured: reports of each device per second, and CPU per notification in microseconds at most.
const RATES: [(f64, f64); 2] = [(1.0, 60.0), (0.2, 130.0)];

/// Slowest of a hundred changes that a client sees, in milliseconds.
const LATENCY_MS: f64 = 50.0;

/// Time between two switched outputs: no multiple of a time after which anything is sent.
const APART: Duration = Duration::from_millis(37);

pub(super) async fn measure(effort: Effort, rows: &mut Vec<Row>) -> Result<()> {
    let devices = effort.devices.unwrap_or(DEVICES);
    for (reports, bar) in RATES {
        let plan = SimulatedPlan {
            devices,
            network: network(100, 19)?,
            port: 8096,
            latency: Duration::ZERO,
            switched_per_second: 0,
            reports_per_second: Some(reports),
        };
        let mut simulated = Simulated::start(&plan)?;
        let window = Duration::from_secs(if effort.is_quick { 5 } else { 20 });
        let limit = bare(&mut simulated, window).await?;
        let data = tempfile::tempdir()?;
        let manager = following(data.path(), &mut simulated, &plan).await?;
        let clients = Clients::connect(&manager, CLIENTS).await?;
        tokio::time::sleep(window / 4).await;
        rows.extend(notifications(&mut simulated, &manager, &clients, window, (limit, bar)).await?);
        if reports >= 1.0 {
            let rounds = if effort.is_quick { 40 } else { 200 };
            rows.extend(latency(&mut simulated, &clients, rounds).await?);
        }
        manager.stop()?;
        simulated.stop()?;
    }
    Ok(())
}

/// CPU of a bare loop per notification, in microseconds.
async fn bare(simulated: &mut Simulated, window: Duration) -> Result<f64> {
    let mut bare = Bare::start()?;
    bare.listen_to(&simulated.devices)?;
    tokio::time::sleep(window / 4).await;
    let (cpu, heard) = (cpu_of_process(bare.pid())?, bare.heard()?);
    tokio::time::sleep(window).await;
    let (spent, count) = (cpu_of_process(bare.pid())?.saturating_sub(cpu), bare.heard()? - heard);
    bare.stop()?;
    Ok(micros_each(spent, count))
}

/// A manager that has adopted every device of the plan and has a WebSocket to each.
pub(super) async fn following(
    data: &std::path::Path,
    simulated: &mut Simulated,
    plan: &SimulatedPlan,
) -> Result<Manager> {
    let manager = start(data).await?;
    adopt(&manager, simulated, plan).await?;
    Ok(manager)
}

/// A manager without devices that will follow those it adopts.
pub(super) async fn start(data: &std::path::Path) -> Result<Manager> {
    let arguments = ["--poll-interval", POLL_S, "--drift-interval", "0", "--follow", "true"];
    Manager::start(data, &create_token(data)?, &arguments).await
}

/// Lets a manager adopt every device, and waits until it has a WebSocket to each.
pub(super) async fn adopt(manager: &Manager, simulated: &mut Simulated, plan: &SimulatedPlan) -> Result<()> {
    let scan = manager.api().await?.scan(&format!("{}:{}", plan.network, plan.port), true).await?;
    if scan["adopted"].as_u64() != Some(u64::from(plan.devices)) {
        bail!("not all of {} devices were adopted: {scan}", plan.devices);
    }
    connected(simulated, u64::from(plan.devices)).await
}

/// Waits until so many WebSockets are open.
pub(super) async fn connected(simulated: &mut Simulated, count: u64) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while simulated.totals()?.sockets < count {
        if Instant::now() > deadline {
            bail!("only {} of {count} devices are followed", simulated.totals()?.sockets);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn notifications(
    simulated: &mut Simulated,
    manager: &Manager,
    clients: &Clients,
    window: Duration,
    (limit, bar): (f64, f64),
) -> Result<[Row; 2]> {
    let (cpu, sent, told) = (cpu_of_process(manager.pid())?, simulated.totals()?, clients.told());
    let start = Instant::now();
    tokio::time::sleep(window).await;
    let spent = cpu_of_process(manager.pid())?.saturating_sub(cpu);
    let (sent, after, took) = (simulated.totals()?.notifications - sent.notifications, clients.told(), start.elapsed());
    if sent == 0 {
        bail!("no device told anything");
    }
    let lines = after.devices - told.devices;
    let rate = sent as f64 / took.as_secs_f64();
    let share = 100.0 * spent.as_secs_f64() / took.as_secs_f64();
    let shown = 100.0 * lines as f64 / (sent * CLIENTS as u64) as f64;
    let work = format!("notification to {CLIENTS} clients, {rate:.0} a second");
    Ok([
        Row::new("PERF2", format!("{work}: CPU"), micros_each(spent, sent), "us")
            .limit(limit)
            .bar(Bar::AtMost(bar))
            .note(format!("limit: bare socket and JSON value; {share:.0} % of a core")),
        Row::new("PERF2", format!("{work}: lines per client"), shown, "%").note(format!(
            "{sent} told, {lines} lines of {} KB in all, {} times behind",
            (after.bytes - told.bytes) / 1000,
            after.resyncs - told.resyncs
        )),
    ])
}

/// From a switched output to each client, and straight from the device.
async fn latency(simulated: &mut Simulated, clients: &Clients, rounds: u32) -> Result<[Row; 2]> {
    let mut times = Durations::default();
    let mut missed = 0;
    let count = simulated.devices.len();
    for round in 0..rounds as usize {
        let index = (round * 7) % count;
        let mac = simulated.devices.get(index).context("find the device to switch")?.mac;
        let (at, on) = simulated.switch(index)?;
        clients.watch(mac, on, CLIENTS);
        for seen in clients.seen().await {
            match seen {
                Some(seen) => times.add(seen.saturating_sub(at)),
                None => missed += 1,
            }
        }
        tokio::time::sleep(APART).await;
    }
    let limit = listen::latency(simulated, 1 % count, rounds).await?;
    let work = format!("change on a device to {CLIENTS} clients, {count} reporting");
    let row = |name: &str, share: f64| {
        let value = times.quantile_ms(share);
        Row::new("PERF7", format!("{work}: {name}"), value, "ms").limit(limit.quantile_ms(share))
    };
    let note = format!("{missed} of {} not seen; limit: one socket to the device", rounds as usize * CLIENTS);
    // Who sees nothing has no time, and must not make the figure better.
    let p99 = row("p99", 0.99).note(note);
    Ok([row("p50", 0.5), if missed == 0 { p99.bar(Bar::AtMost(LATENCY_MS)) } else { p99.bar(Bar::AtMost(0.0)) }])
}
