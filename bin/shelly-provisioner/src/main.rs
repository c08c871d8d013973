//! Brings new devices into the network, alone or for a manager.

mod args;
mod commands;
mod no_radio;
mod output;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let filter = EnvFilter::try_from_env("SHELLY_PROVISIONER_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // One thread: the work is waiting, and memory is what a small host is short of.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&anyhow::Error::new(error).context("start the runtime")),
    };
    let result = runtime.block_on(commands::run(args));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match result {
        Ok(code) => code.into(),
        Err(error) => output::fail(&error),
    }
}
