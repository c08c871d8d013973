//! Runs the two programs of the workspace that measure it: the capture report and the benchmark.

use std::path::Path;

use anyhow::{Context, Result};

use crate::{process, workspace};

/// Reads every capture of a folder and reports what the typed values lose.
pub(crate) fn run(directory: &Path) -> Result<()> {
    let directory = directory.canonicalize().with_context(|| format!("find the folder {}", directory.display()))?;
    let mut cargo = process::cargo(&["run", "--quiet", "-p", "shelly-driver", "--bin", "captures", "--"]);
    process::run(cargo.arg(directory))
}

/// Builds with optimisation and measures.
///
/// The benchmark starts the manager and the simulated devices as programs of their own, from the folder it lies in.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    let packages = ["-p", "shelly-manager", "-p", "shelly-provisioner", "-p", "shelly-sim", "-p", "testkit"];
    process::run(process::cargo(&["build", "--release"]).args(packages))?;
    let program = workspace::target().join("release/bench");
    process::run(process::command(&program.to_string_lossy()).args(arguments))
}
