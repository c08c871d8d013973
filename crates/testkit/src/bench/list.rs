//! PERF12: first page of the device list on SQLite, with any filter, while 1,000 devices report.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{DEVICES, Effort, follow::connected, mebibytes, network};
use crate::{
    cost::{cpu_of_process, memory_of_process},
    fill::{self, Known},
    manager::{Api, Manager, create_token},
    simulated::{Simulated, SimulatedPlan},
    table::{Bar, Durations, Row},
};

/// Seconds between polls of a device: 1,000 devices give 200 reports a second.
const INTERVAL_S: u32 = 5;

/// Slowest answer among a hundred, in milliseconds.
const BAR_MS: f64 = 20.0;

/// What is asked: name and filter.
const LISTS: [(&str, &str); 12] = [
    ("first page", ""),
    ("search", "&q=kitchen"),
    ("by state", "&q=state:offline"),
    ("by generation", "&q=gen:2"),
    ("by drift", "&q=drift:yes"),
    ("by group", "&q=group:%22Ground%20floor%22"),
    ("by firmware", "&q=fw%3C1.14"),
    ("by signal", "&q=rssi%3C-60"),
    ("by last answer", "&q=seen%3E1h"),
    ("by component", "&q=component:switch"),
    ("by configuration", "&q=config.mqtt.enable%3Dno"),
    ("by what is not configured", "&q=-config.mqtt.enable%3Dyes%20-tag:kitchen"),
];

pub(super) async fn measure(effort: Effort) -> Result<Vec<Row>> {
    let mut rows = polled(effort.is_quick).await?;
    rows.extend(reporting(effort).await?);
    Ok(rows)
}

/// While devices are polled.
async fn polled(quick: bool) -> Result<Vec<Row>> {
    let plan = SimulatedPlan {
        devices: DEVICES,
        network: network(80, 22)?,
        port: 8094,
        latency: Duration::ZERO,
        switched_per_second: 20,
        reports_per_second: None,
    };
    let simulated = Simulated::start(&plan)?;
    let known = fill::ask(&simulated.devices).await?;
    let mut rows = Vec::new();
    for count in [1_000, 10_000] {
        rows.extend(of_size(&known, count, quick).await?);
    }
    simulated.stop()?;
    Ok(rows)
}

/// While devices report once a second each over open WebSockets.
async fn reporting(effort: Effort) -> Result<Vec<Row>> {
    let devices = effort.devices.unwrap_or(DEVICES);
    let plan = SimulatedPlan {
        devices,
        network: network(120, 19)?,
        port: 8098,
        latency: Duration::ZERO,
        switched_per_second: 0,
        reports_per_second: Some(1.0),
    };
    let mut simulated = Simulated::start(&plan)?;
    let known = fill::ask(&simulated.devices).await?;
    let count = 10 * devices as usize;
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    fill::fill_asleep(data.path(), &known, count, 600).await?;
    let manager = Manager::start(data.path(), &token, &["--drift-interval", "0", "--follow", "true"]).await?;
    connected(&mut simulated, u64::from(devices)).await?;
    let work = format!("{count} devices, {devices} reporting");
    let rows = answers(&manager, &work, effort.is_quick).await?;
    manager.stop()?;
    simulated.stop()?;
    Ok(rows)
}

async fn of_size(known: &[Known], count: usize, quick: bool) -> Result<Vec<Row>> {
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    fill::fill(data.path(), known, count, INTERVAL_S).await?;
    let manager = Manager::start(data.path(), &token, &["--drift-interval", "0"]).await?;
    // All devices have been polled once then.
    tokio::time::sleep(Duration::from_secs(u64::from(INTERVAL_S) + 1)).await;
    let mut rows = answers(&manager, &format!("{count} devices"), quick).await?;
    let memory = memory_of_process(manager.pid())?;
    let work = format!("memory with {count} devices known, 1,000 of them polled");
    rows.push(Row::new("PERF3", work, mebibytes(memory.resident), "MiB"));
    manager.stop()?;
    Ok(rows)
}

/// Every list of a fleet that `fleet` describes.
async fn answers(manager: &Manager, fleet: &str, quick: bool) -> Result<Vec<Row>> {
    let mut api = manager.api().await?;
    let rounds = if quick { 50 } else { 400 };
    let limit = ask(&mut api, "/session", rounds).await?.0;
    let mut rows = Vec::new();
    for (name, filter) in LISTS {
        let path = format!("/devices?limit=100{filter}");
        let cpu = cpu_of_process(manager.pid())?;
        let start = Instant::now();
        let (times, bytes) = ask(&mut api, &path, rounds).await?;
        let share = cpu_of_process(manager.pid())?.saturating_sub(cpu).as_secs_f64() / start.elapsed().as_secs_f64();
        ensure!(bytes > 1_000 || !filter.is_empty(), "{path} gives no devices");
        let work = format!("device list, {name}, {fleet}");
        rows.push(
            Row::new("PERF12", format!("{work}: p50"), times.quantile_ms(0.5), "ms").limit(limit.quantile_ms(0.5)),
        );
        rows.push(
            Row::new("PERF12", format!("{work}: p99"), times.quantile_ms(0.99), "ms")
                .limit(limit.quantile_ms(0.99))
                .bar(Bar::AtMost(BAR_MS))
                .note(format!("{} KB, limit: /session; {:.0} % CPU", bytes / 1000, share * 100.0)),
        );
    }
    Ok(rows)
}

/// Asks for a path `rounds` times, one after the other; tells how long that took and how large the answer is.
async fn ask(api: &mut Api, path: &str, rounds: u32) -> Result<(Durations, usize)> {
    let mut times = Durations::default();
    let mut bytes = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        bytes = api.get_size(path).await?;
        times.add(start.elapsed());
    }
    Ok((times, bytes))
}
