//! Holds the checks, one function each, in the order in which they run.

use std::path::PathBuf;

use anyhow::{Context, Error};

use crate::{fuzz, host, layers, process, tidy, ui, wifi_lab, workspace};

/// The version that the licences and bans are checked with.
const CARGO_DENY: &str = "0.20.2";

/// One check.
pub(crate) struct Check {
    /// What `--only` and `--skip` call it.
    pub(crate) name: &'static str,
    /// Whether this tree has what it checks.
    pub(crate) applies: fn() -> bool,
    /// Does it.
    pub(crate) run: fn() -> Verdict,
}

/// Nothing to say, or why not.
pub(crate) type Verdict = Result<(), Trouble>;

/// Why a check did not pass.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// What was checked is wrong.
    Failed(Error),
    /// It could not be checked, because a program is missing and cannot be installed.
    Missing(Error),
    /// It is right, but not every time.
    Shaky(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Quick ones first; the web UI before anything that embeds it, so that no crate is built twice.
pub(crate) const CHECKS: &[Check] = &[
    always("fmt", format),
    always("layers", the_layers),
    always("tidy", the_manners),
    with_ui("ui-install", ui_install),
    with_ui("ui-check", ui_check),
    with_ui("ui-test", ui_test),
    with_ui("ui-build", ui_build),
    always("clippy", clippy),
    always("fuzz", the_fuzz_targets),
    always("docs", docs),
    always("deny", deny),
    always("rust", super::rust::run),
    always("aioshelly", super::aioshelly::run),
    always("wifi-lab", the_wifi_lab),
    with_ui("e2e", end_to_end),
];

const fn always(name: &'static str, run: fn() -> Verdict) -> Check {
    Check { name, applies: || true, run }
}

const fn with_ui(name: &'static str, run: fn() -> Verdict) -> Check {
    Check { name, applies: ui::exists, run }
}

fn format() -> Verdict {
    cargo(&["fmt", "--all", "--check"])
}

fn the_layers() -> Verdict {
    Ok(layers::run()?)
}

fn the_manners() -> Verdict {
    Ok(tidy::run()?)
}

fn clippy() -> Verdict {
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// The fuzz crates are workspaces of their own, so that nothing above sees them. Their targets run in the Rust tests.
fn the_fuzz_targets() -> Verdict {
    for folder in fuzz::folders(&workspace::root().join("crates"))? {
        fuzz::lock(&folder)?;
        process::run(&mut fuzz::cargo(&folder, &["fmt", "--check"]))?;
        process::run(fuzz::cargo(&folder, &["clippy", "--all-targets"]).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn docs() -> Verdict {
    let mut cargo = process::cargo(&["doc", "--workspace", "--no-deps"]);
    Ok(process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))?)
}

/// Licences, bans and sources need no network once the packages are here; advisories do, so they stand apart.
fn deny() -> Verdict {
    let program = cargo_deny().map_err(Trouble::Missing)?;
    let mut deny = process::command(&program.to_string_lossy());
    deny.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]).current_dir(workspace::root());
    Ok(process::run(&mut deny)?)
}

fn cargo_deny() -> Result<PathBuf, Error> {
    let tools = workspace::target().join("tools");
    let ours = tools.join("bin/cargo-deny");
    if ours.is_file() {
        return Ok(ours);
    }
    // Made in a third of the time, and quick enough for one look.
    let quickly = ["install", "--debug", "--locked", "cargo-deny", "--version", CARGO_DENY, "--root"];
    let mut install = process::cargo(&quickly);
    process::run(install.arg(tools)).context("install cargo-deny")?;
    Ok(ours)
}

/// The agent on the real WiFi of Linux, with both services that manage it.
fn the_wifi_lab() -> Verdict {
    wifi_lab::check().map_err(|trouble| match trouble {
        wifi_lab::Trouble::Missing(error) => Trouble::Missing(error),
        wifi_lab::Trouble::Failed(error) => Trouble::Failed(error),
    })
}

fn ui_install() -> Verdict {
    ui::require_npm().map_err(Trouble::Missing)?;
    Ok(ui::install()?)
}

fn ui_check() -> Verdict {
    ui_script("check")
}

fn ui_test() -> Verdict {
    ui_script("test")
}

fn ui_build() -> Verdict {
    ui::require_npm().map_err(Trouble::Missing)?;
    Ok(ui::build_when_stale()?)
}

fn ui_script(name: &str) -> Verdict {
    ui_install()?;
    Ok(ui::npm_run(name)?)
}

/// The journeys of a person in a real browser, against a real manager with simulated devices.
fn end_to_end() -> Verdict {
    ui_build()?;
    ui_install()?;
    let chromium = host::chromium().map_err(Trouble::Missing)?;
    process::run(&mut process::programs())?;
    let mut npm = process::command("npm");
    npm.args(["run", "--silent", "e2e"]).current_dir(ui::app());
    let programs = workspace::target().join("debug");
    npm.env("CHROMIUM", chromium)
        .env("MANAGER_BIN", programs.join("shelly-manager"))
        .env("SIM_BIN", programs.join("shelly-sim"));
    Ok(process::run(&mut npm)?)
}

fn cargo(arguments: &[&str]) -> Verdict {
    Ok(process::run(&mut process::cargo(arguments))?)
}
