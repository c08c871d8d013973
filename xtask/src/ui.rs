//! Installs, checks and builds the web UI, and knows whether the built one is still fresh.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use crate::{host, process, workspace};

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
    let stamp = app().join("node_modules/.installed");
    let wanted = fingerprint(&[app().join("package.json"), app().join("package-lock.json")])?;
    if read(&stamp) == wanted {
        return Ok(());
    }
    process::run(process::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(app()))?;
    write(&stamp, &wanted)
}

/// Builds the pages, unless those that lie there came from the same sources.
pub(crate) fn build_when_stale() -> Result<()> {
    if !exists() {
        return Ok(());
    }
    if app().join("dist/index.html").is_file() && read(&built_stamp()?) == sources()? {
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
    write(&built_stamp()?, &before)
}

fn built_stamp() -> Result<PathBuf> {
    Ok(workspace::notes()?.join("ui-built"))
}

/// A fingerprint of everything the built pages are made from.
fn sources() -> Result<String> {
    let files: Vec<PathBuf> =
        workspace::files(&app())?.into_iter().filter(|file| !file.starts_with(app().join("e2e"))).collect();
    fingerprint(&files)
}

fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        std::fs::read(file).with_context(|| format!("read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn read(stamp: &Path) -> String {
    std::fs::read_to_string(stamp).unwrap_or_default()
}

fn write(stamp: &Path, text: &str) -> Result<()> {
    std::fs::write(stamp, text).with_context(|| format!("write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_follows_names_and_contents() {
        let folder = std::env::temp_dir().join(format!("xtask-ui-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let [one, two] = ["one", "two"].map(|name| folder.join(name));
        std::fs::write(&one, "a").unwrap();
        std::fs::write(&two, "a").unwrap();
        let print = |file: &PathBuf| fingerprint(std::slice::from_ref(file)).unwrap();

        let before = print(&one);
        assert_eq!(print(&one), before);
        assert_ne!(print(&two), before);
        std::fs::write(&one, "b").unwrap();
        assert_ne!(print(&one), before);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
