//! Measures the manager against its bars: `cargo xtask bench`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand, builder::PossibleValuesParser};
use ipnet::Ipv4Net;
use testkit::{
    bench::{Effort, NAMES, run},
    listen::hear,
    simulated::{OPEN_FILES, SimulatedPlan, play},
    table::{say, show, show_head, write},
};

/// Measures the manager against its bars.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Only this measurement; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(NAMES))]
    only: Vec<String>,
    /// Fewer rounds: for a look, not for a record.
    #[arg(long)]
    quick: bool,
    /// So many devices that report, instead of the usual number: to try a measurement.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=8000))]
    devices: Option<u32>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play devices until standard input ends.
    #[command(hide = true)]
    Simulate {
        #[arg(long)]
        devices: u32,
        #[arg(long)]
        network: Ipv4Net,
        #[arg(long)]
        port: u16,
        #[arg(long)]
        latency_ms: u64,
        #[arg(long)]
        switched_per_second: u32,
        #[arg(long)]
        reports_per_second: Option<f64>,
    },
    /// Listen to devices with a bare loop until standard input ends: a line `ADDRESS` each, then `count` as often as
    /// wanted.
    #[command(hide = true)]
    Listen,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Simulate { devices, network, port, latency_ms, switched_per_second, reports_per_second }) => {
            let latency = Duration::from_millis(latency_ms);
            let plan = SimulatedPlan { devices, network, port, latency, switched_per_second, reports_per_second };
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(play(plan))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Listen) => {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(hear())?;
            Ok(ExitCode::SUCCESS)
        }
        None => measure(&arguments.only, Effort { is_quick: arguments.quick, devices: arguments.devices }),
    }
}

/// Everything on one thread, so that the CPU time of the thread is what a loop costs.
fn measure(only: &[String], effort: Effort) -> Result<ExitCode> {
    let _ = rlimit::increase_nofile_limit(OPEN_FILES);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if cfg!(debug_assertions) {
        say("built without optimisation: the figures mean nothing")?;
    }
    let folder = folder()?;
    show_head()?;
    let mut failed = false;
    for name in NAMES.into_iter().filter(|name| only.is_empty() || only.iter().any(|wanted| wanted == name)) {
        let mut rows = Vec::new();
        let outcome = runtime.block_on(run(name, effort, &mut rows));
        show(&rows)?;
        write(&folder, name, &rows, effort.is_quick)?;
        if let Err(error) = outcome {
            failed = true;
            say(&format!("{name} could not be measured to its end: {error:#}"))?;
        }
    }
    say(&format!("as JSON: {}", folder.display()))?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `target/bench`, beside the folder of this program.
fn folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("find this program")?;
    Ok(program.ancestors().nth(2).context("find the target folder")?.join("bench"))
}
