//! PERF3 and PERF5: memory of each followed device, and 5,000 of them that report for a minute.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{
    DEVICES, Effort,
    follow::{self, adopt},
    mebibytes, micros_each, network,
};
use crate::{
    cost::{cpu_of_process, memory_of_process},
    listen::Bare,
    manager::Manager,
    simulated::{Simulated, SimulatedPlan},
    stream::Clients,
    table::{Bar, Row},
};

/// Sizes of the fleet, and the memory of the whole manager in MiB at most.
const SIZES: [(u32, f64); 2] = [(DEVICES, 50.0), (5 * DEVICES, 150.0)];

/// Memory of a followed device in KiB at most.
const EACH_KIB: f64 = 24.0;

/// Reports of each device per second.
const REPORTS: f64 = 0.2;

/// How long is looked whether everything holds.
const MINUTE: Duration = Duration::from_mins(1);

/// CPU in percent of a core at most.
const SHARE: f64 = 25.0;

/// Reports not shown in percent at most: the lines of a quarter of a second, more or less, fall out of a minute.
const BLUR: f64 = 0.5;

/// The lines that a client gets are counted so much later than the notifications.
const UNDER_WAY: Duration = Duration::from_secs(1);

/// What is measured on a running fleet.
struct Crowd<'a> {
    simulated: &'a mut Simulated,
    manager: &'a Manager,
    count: u32,
}

pub(super) async fn measure(effort: Effort, rows: &mut Vec<Row>) -> Result<()> {
    let sizes = match effort {
        Effort { devices: Some(devices), .. } => vec![(devices, SIZES[1].1)],
        Effort { is_quick: true, .. } => vec![SIZES[0]],
        Effort { .. } => SIZES.to_vec(),
    };
    let last = sizes.len() - 1;
    for (place, (devices, bar)) in sizes.into_iter().enumerate() {
        let plan = SimulatedPlan {
            devices,
            network: network(110, 19)?,
            port: 8097,
            latency: Duration::ZERO,
            switched_per_second: 0,
            reports_per_second: Some(REPORTS),
        };
        let mut simulated = Simulated::start(&plan)?;
        let bare = bare_kib(&simulated)?;
        let data = tempfile::tempdir()?;
        let manager = follow::start(data.path()).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let empty = memory_of_process(manager.pid())?.resident;
        adopt(&manager, &mut simulated, &plan).await?;
        tokio::time::sleep(Duration::from_secs(10)).await;
        let mut crowd = Crowd { simulated: &mut simulated, manager: &manager, count: devices };
        rows.extend(crowd.memory(empty, bare, bar)?);
        if place == last && !effort.is_quick {
            rows.extend(crowd.hold(MINUTE).await?);
        }
        manager.stop()?;
        simulated.stop()?;
    }
    Ok(())
}

/// Memory of the bare loop for each connection, in KiB.
fn bare_kib(simulated: &Simulated) -> Result<f64> {
    let mut bare = Bare::start()?;
    bare.heard()?;
    let empty = memory_of_process(bare.pid())?.resident;
    bare.listen_to(&simulated.devices)?;
    let full = memory_of_process(bare.pid())?.resident;
    bare.stop()?;
    Ok(kib_each(full.saturating_sub(empty), simulated.devices.len()))
}

impl Crowd<'_> {
    fn memory(&mut self, empty: u64, bare_kib: f64, bar_mib: f64) -> Result<[Row; 2]> {
        let memory = memory_of_process(self.manager.pid())?;
        let each = kib_each(memory.resident.saturating_sub(empty), self.simulated.devices.len());
        let work = format!("{} devices followed, status and configuration known", self.count);
        let note = format!(
            "own {:.1}, peak {:.1}, empty {:.1}",
            mebibytes(memory.own),
            mebibytes(memory.peak),
            mebibytes(empty)
        );
        Ok([
            Row::new("PERF3", format!("{work}: memory"), mebibytes(memory.resident), "MiB")
                .bar(Bar::AtMost(bar_mib))
                .note(note),
            Row::new("PERF3", format!("{work}: each"), each, "KiB")
                .limit(bare_kib)
                .bar(Bar::AtMost(EACH_KIB))
                .note("limit: bare sockets"),
        ])
    }

    /// Whether nothing is closed and nothing lost for a while.
    async fn hold(&mut self, span: Duration) -> Result<[Row; 3]> {
        let clients = Clients::connect(self.manager, 1).await?;
        let before = self.simulated.totals()?;
        tokio::time::sleep(UNDER_WAY).await;
        let (told, cpu) = (clients.told(), cpu_of_process(self.manager.pid())?);
        let start = Instant::now();
        tokio::time::sleep(span.saturating_sub(UNDER_WAY)).await;
        let after = self.simulated.totals()?;
        tokio::time::sleep(UNDER_WAY).await;
        let (spent, took) = (cpu_of_process(self.manager.pid())?.saturating_sub(cpu), start.elapsed());
        let lines = clients.told().devices - told.devices;
        let sent = after.notifications - before.notifications;
        // Counters are told on the full minute besides; they change no line.
        let reports = REPORTS * f64::from(self.count) * took.as_secs_f64();
        let lost = 100.0 * (1.0 - lines as f64 / reports).max(0.0);
        // A poll is a connection too, but one that ends: what counts is who is not there any more.
        let closed = before.sockets.saturating_sub(after.sockets);
        let work = format!("{} devices, a notification each 5 s", self.count);
        let share = 100.0 * spent.as_secs_f64() / took.as_secs_f64();
        Ok([
            Row::new("PERF5", format!("{work}: sockets closed"), closed as f64, "").bar(Bar::AtMost(0.0)).note(
                format!(
                    "{} open, {} connections taken meanwhile",
                    after.sockets,
                    after.connections - before.connections
                ),
            ),
            Row::new("PERF5", format!("{work}: reports not shown"), lost, "%").bar(Bar::AtMost(BLUR)).note(format!(
                "{reports:.0} reports, {sent} notifications, {lines} lines; {} times behind",
                clients.told().resyncs - told.resyncs
            )),
            Row::new("PERF5", format!("{work}: share of a core"), share, "%")
                .bar(Bar::AtMost(SHARE))
                .note(format!("{:.0} us each", micros_each(spent, sent))),
        ])
    }
}

fn kib_each(bytes: u64, count: usize) -> f64 {
    bytes as f64 / 1024.0 / count.max(1) as f64
}
