//! Runs the repository's chores: `cargo xtask --help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to the person who started it")]

mod args;
mod captures;
mod demo;
mod fuzz;
mod generate;
mod host;
mod layers;
mod postgres;
mod process;
mod python;
mod real_device;
mod stamp;
mod test;
mod tidy;
mod ui;
mod wifi_lab;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Chore};

fn main() -> ExitCode {
    let outcome = process::watch_signals().and_then(|()| run(Args::parse().chore));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<()> {
    match chore {
        Chore::Demo(options) => demo::run(&options),
        Chore::Test(options) => test::run(&options),
        Chore::Captures { directory } => captures::run(&directory),
        Chore::Bench { arguments } => captures::bench(&arguments),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::RealDevice(options) => real_device::run(&options),
        Chore::Layers => layers::run(),
        Chore::Tidy => tidy::run(),
        Chore::Generate => generate::run(),
        Chore::Ui { action } => ui::run(action),
        Chore::WifiLab(options) => wifi_lab::run(&options),
    }
}
