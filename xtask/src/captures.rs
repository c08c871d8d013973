//! Runs the two programs of the workspace that measure it: the capture report and the benchmark.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process;

/// Reads every capture of a folder and reports what the typed values lose.
pub(crate) fn run(directory: &Path) -> Result<()> {
    let directory = directory.canonicalize().with_context(|| format!("find the folder {}", directory.display()))?;
    let mut cargo = process::cargo(&["run", "--quiet", "-p", "shelly-driver", "--bin", "captures", "--"]);
    process::run(cargo.arg(directory))
}

/// Builds with optimisation and measures.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    let mut cargo = process::cargo(&["run", "--quiet", "--release", "-p", "testkit", "--bin", "bench", "--"]);
    process::run(cargo.args(arguments))
}
