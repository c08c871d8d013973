//! Runs a simulated fleet until Ctrl-C or a termination signal.

mod args;
mod radio;
mod show;

use std::{io::Write, process::ExitCode};

use args::{Arguments, Format};
use clap::Parser;
use shelly_sim::SimFleet;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "shelly-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let said = |result: std::io::Result<()>| result.map_err(|error| error.to_string());
    if arguments.list_quirks {
        return said(show::quirks());
    }
    if arguments.list_models {
        return said(show::models());
    }
    let fleet = SimFleet::start(arguments.plan()?).await.map_err(|error| chain(&error))?;
    if let (Some(file), Some(pem)) = (arguments.ca_file(), fleet.ca_pem()) {
        std::fs::write(file, pem).map_err(|error| format!("write {}: {error}", file.display()))?;
    }
    said(match arguments.format {
        Format::Table => show::table(&fleet),
        Format::Json => show::json(&fleet),
    })?;
    let radios = match &arguments.radio {
        Some(command) => radio::start(&fleet, command)?,
        None => JoinSet::new(),
    };
    said(until_asked_to_stop().await)?;
    drop(radios);
    fleet.shutdown().await;
    Ok(())
}

/// Ctrl-C, or the signal of a supervisor.
async fn until_asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
