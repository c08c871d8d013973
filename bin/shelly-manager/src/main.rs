//! Runs the manager, or one command against it.

mod args;
mod commands;
mod config;
mod exit;
mod output;
mod progress;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Gives memory back and is faster with many small pieces than the usual one; the same on every system.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .max_blocking_threads(blocking_threads())
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::Error::new(error).context("start the runtime")),
    };
    let result = runtime.block_on(commands::run(args));
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match result {
        Ok(code) => code.into(),
        Err(error) => exit::report(&error),
    }
}

/// Threads that wait for the network: one for two processors. The database has threads of its own, and each further one
/// costs wake-ups that bring nothing while fewer have the work done.
fn workers() -> usize {
    processors().div_ceil(2)
}

/// Threads for what may block: the connections to SQLite, and a few. Each keeps some MiB of its own, and more of them than the
/// machine can run bring nothing.
fn blocking_threads() -> usize {
    (processors() + 2).clamp(4, 8)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
