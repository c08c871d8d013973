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

/// Threads for what may block: the connections to SQLite, and a few. Each keeps memory of its own.
const BLOCKING_THREADS: usize = 8;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .max_blocking_threads(BLOCKING_THREADS)
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
    std::thread::available_parallelism().map_or(1, |processors| processors.get().div_ceil(2))
}
