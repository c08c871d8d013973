//! PERF6: a scan of a /20 with 204 devices, in which all other addresses refuse at once.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use discovery::{Progress, ScanOptions, address_count, parse_targets, scan};
use futures::{StreamExt, future::ready, stream};
use shelly_driver::probe_over;
use shelly_http::Limits;
use tokio::net::TcpStream;

use super::{micros_each, network};
use crate::{
    bare::{self, Ask},
    cost::{cpu_of_process, cpu_of_thread},
    manager::{Manager, create_token},
    simulated::{Simulated, SimulatedPlan},
    table::{Bar, Durations, Row},
};

/// Devices in the scanned network.
const FOUND: u32 = 204;

/// Most CPU per address.
const BAR_US: f64 = 50.0;

/// Longest scan.
const BAR_S: f64 = 0.25;

pub(super) async fn measure(quick: bool, rows: &mut Vec<Row>) -> Result<()> {
    let plan = SimulatedPlan {
        devices: FOUND,
        network: network(60, 20)?,
        port: 8092,
        latency: Duration::ZERO,
        switched_per_second: 0,
        reports_per_second: None,
    };
    let simulated = Simulated::start(&plan)?;
    let target = format!("{}:{}", plan.network, plan.port);
    let addresses: Vec<SocketAddr> = plan.network.hosts().map(|host| SocketAddr::new(host.into(), plan.port)).collect();
    let rounds = if quick { 3 } else { 15 };
    rows.extend(library(&addresses, &target, rounds).await?);
    rows.extend(manager(&target, rounds.min(5)).await?);
    simulated.stop()
}

/// A bare loop and the scan of the library, in turn.
async fn library(addresses: &[SocketAddr], target: &str, rounds: u32) -> Result<Vec<Row>> {
    let targets = parse_targets([target])?;
    ensure!(address_count(&targets) == addresses.len() as u64, "both try the same addresses");
    let (mut bare_cpu, mut own_cpu) = (Duration::ZERO, Duration::ZERO);
    let (mut bare_wall, mut own_wall) = (Durations::default(), Durations::default());
    for _ in 0..rounds {
        let (cpu, wall) = (cpu_of_thread(), Instant::now());
        let found = bare_scan(addresses).await;
        bare_cpu += cpu_of_thread().saturating_sub(cpu);
        bare_wall.add(wall.elapsed());
        ensure!(found == u64::from(FOUND), "the bare loop found {found}");

        let (cpu, wall) = (cpu_of_thread(), Instant::now());
        let (progress, limits) = (Progress::default(), Limits::default());
        let ask = |endpoint, stream| {
            let limits = &limits;
            async move { probe_over(stream, &endpoint, limits).await.ok() }
        };
        scan(&targets, ScanOptions::default(), &progress, ask, |_who| ready(())).await;
        own_cpu += cpu_of_thread().saturating_sub(cpu);
        own_wall.add(wall.elapsed());
        ensure!(progress.found() == u64::from(FOUND), "the scan found {} of {FOUND}", progress.found());
    }
    let count = u64::from(rounds) * addresses.len() as u64;
    let limit_us = micros_each(bare_cpu, count);
    let limit_s = bare_wall.quantile_ms(0.5) / 1e3;
    Ok(vec![
        Row::new("PERF6", "scan of a refused /20 by the library: CPU per address", micros_each(own_cpu, count), "us")
            .limit(limit_us)
            .bar(Bar::AtMost(BAR_US)),
        Row::new("PERF6", "scan of a refused /20 by the library: time", own_wall.quantile_ms(0.5) / 1e3, "s")
            .limit(limit_s)
            .bar(Bar::AtMost(BAR_S))
            .note(format!("{:.0} addresses a second", addresses.len() as f64 * 1e3 / own_wall.quantile_ms(0.5))),
    ])
}

async fn bare_scan(addresses: &[SocketAddr]) -> u64 {
    let found = AtomicU64::new(0);
    stream::iter(addresses)
        .for_each_concurrent(ScanOptions::default().concurrency, |address| {
            let found = &found;
            async move {
                if let Ok(stream) = TcpStream::connect(address).await
                    && bare::exchange_over(stream, *address, &Ask::Get("/shelly")).await.is_ok()
                {
                    found.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
        .await;
    found.into_inner()
}

/// The same through the manager, which stores what it finds.
async fn manager(target: &str, rounds: u32) -> Result<Vec<Row>> {
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    let manager = Manager::start(data.path(), &token, &[]).await?;
    let mut api = manager.api().await?;
    let (mut cpu, mut wall, mut count) = (Duration::ZERO, Durations::default(), 0);
    for _ in 0..rounds {
        let before = cpu_of_process(manager.pid())?;
        let scan = api.scan(target, false).await?;
        cpu += cpu_of_process(manager.pid())?.saturating_sub(before);
        count += scan["probed"].as_u64().unwrap_or_default();
        ensure!(scan["found"] == FOUND, "the manager did not find {FOUND} devices: {scan}");
        let time = |name: &str| scan[name].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        if let (Some(start), Some(end)) = (time("started_at"), time("finished_at")) {
            wall.add((end - start).to_std()?);
        }
    }
    drop(api);
    manager.stop()?;
    Ok(vec![
        Row::new("PERF6", "the same through the manager: CPU per address", micros_each(cpu, count), "us")
            .bar(Bar::AtMost(BAR_US)),
        Row::new("PERF6", "the same through the manager: time until all are stored", wall.quantile_ms(0.5) / 1e3, "s")
            .bar(Bar::AtMost(BAR_S)),
    ])
}
