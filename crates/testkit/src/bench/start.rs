//! PERF13: from the start of the process until it is ready, with 1,000 known devices; size of the program.

use std::time::Duration;

use anyhow::Result;

use super::{DEVICES, mebibytes, network};
use crate::{
    fill,
    manager::{self, Manager, create_token},
    simulated::{Simulated, SimulatedPlan},
    table::{Bar, Durations, Row},
};

pub(super) async fn measure(quick: bool) -> Result<Vec<Row>> {
    let plan = SimulatedPlan {
        devices: 20,
        network: network(70, 24)?,
        port: 8093,
        latency: Duration::ZERO,
        switched_per_second: 0,
        reports_per_second: None,
    };
    let simulated = Simulated::start(&plan)?;
    let known = fill::ask(&simulated.devices).await?;
    simulated.stop()?;

    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    fill::fill(data.path(), &known, DEVICES as usize, 86_400).await?;
    let mut started = Durations::default();
    for _ in 0..if quick { 3 } else { 9 } {
        let manager = Manager::start(data.path(), &token, &[]).await?;
        started.add(manager.started_in);
        manager.stop()?;
    }
    let size = std::fs::metadata(manager::program()?)?.len();
    Ok(vec![
        Row::new("PERF13", "start with 1,000 known devices to ready", started.quantile_ms(0.5), "ms")
            .bar(Bar::AtMost(500.0))
            .note(format!("slowest {:.0} ms", started.quantile_ms(1.0))),
        Row::new("PERF13", "size of the program", mebibytes(size), "MiB").bar(Bar::AtMost(40.0)),
    ])
}
