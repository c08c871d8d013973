//! Installs, checks and builds the web UI, and knows whether the built one is still fresh.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::{host, process, stamp, workspace};

/// What can be done with the web UI.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum UiAction {
    /// Install the npm packages of the lock file.
    Install,
    /// Build the pages that the manager embeds.
    Build,
    /// Check style and types.
    Check,
    /// Run the unit tests.
    Test,
    /// Serve the pages from source, renewed at each change.
    Dev,
}

/// Runs one of them.
pub(crate) fn run(action: UiAction) -> Result<()> {
    install()?;
    match action {
        UiAction::Install => Ok(()),
        UiAction::Build => build(),
        UiAction::Check => npm_run("check"),
        UiAction::Test => npm_run("test"),
        UiAction::Dev => process::run_in_foreground(&mut npm("dev")),
    }
}

/// Whether there is a web UI in this tree.
pub(crate) fn exists() -> bool {
    app().join("package.json").is_file()
}

/// Whether Node's package manager is here.
pub(crate) fn require_npm() -> Result<()> {
    if host::find("node").is_none() || host::find("npm").is_none() {
        bail!("Node with npm is needed for the web UI and was not found");
    }
    Ok(())
}

/// Installs the npm packages, unless those of this lock file are there already.
pub(crate) fn install() -> Result<()> {
    require_npm()?;
    let installed = app().join("node_modules/.installed");
    let wanted = stamp::fingerprint(&[app().join("package.json"), app().join("package-lock.json")])?;
    if stamp::read(&installed) == wanted {
        return Ok(());
    }
    process::run(process::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(app()))?;
    stamp::write(&installed, &wanted)
}

/// Builds the pages, unless those that lie there came from the same sources.
pub(crate) fn build_when_stale() -> Result<()> {
    if !exists() {
        return Ok(());
    }
    if app().join("dist/index.html").is_file() && stamp::read(&built_stamp()?) == sources()? {
        println!("the built web UI is fresh");
        return Ok(());
    }
    install()?;
    build()
}

/// Runs a script of `package.json`.
pub(crate) fn npm_run(script: &str) -> Result<()> {
    process::run(&mut npm(script))
}

fn npm(script: &str) -> Command {
    let mut npm = process::command("npm");
    npm.args(["run", "--silent", script]).current_dir(app());
    npm
}

/// The folder of the application.
pub(crate) fn app() -> PathBuf {
    workspace::root().join("crates/web-ui/app")
}

fn build() -> Result<()> {
    let before = sources()?;
    npm_run("build")?;
    stamp::write(&built_stamp()?, &before)
}

fn built_stamp() -> Result<PathBuf> {
    Ok(workspace::notes()?.join("ui-built"))
}

/// A fingerprint of everything the built pages are made from.
fn sources() -> Result<String> {
    let files: Vec<PathBuf> =
        workspace::files(&app())?.into_iter().filter(|file| !file.starts_with(app().join("e2e"))).collect();
    stamp::fingerprint(&files)
}
