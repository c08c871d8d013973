//! Runs the Rust tests on both databases and with a broker.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Error, Result, anyhow};

use super::checks::{Trouble, Verdict};
use super::heard::Heard;
use crate::postgres::Cluster;
use crate::{host, process};

/// So many failed tests may have been late because of all the others; more are a mistake.
const FEW: usize = 3;

/// Generated files are compared by tests too, so a stale one fails here.
///
/// A few tests that fail get a second try by themselves. Those that then pass are told in the sum: the journeys wait for
/// programs that share two processors, and one that came late once says little. One that is wrong fails again.
pub(super) fn run() -> Verdict {
    let surroundings = Surroundings::make();
    let mut all = surroundings.cargo(&["test", "--workspace", "--no-fail-fast"]);
    // They wait for each other's programs more than they compute.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        all.env("RUST_TEST_THREADS", (2 * processors).to_string());
    }
    let (status, lines) = process::status_and_lines(&mut all)?;
    if status.success() {
        return surroundings.verdict();
    }
    let heard = Heard::of(&lines);
    let count = heard.failed().len();
    let failed = anyhow!("`cargo test` failed ({status})\n{}", heard.words());
    if !(1..=FEW).contains(&count) {
        return Err(Trouble::Failed(failed));
    }
    let mut alone = surroundings.cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--"]);
    alone.args(["--exact", "--test-threads", "1"]).args(heard.failed());
    let (status, lines) = process::status_and_lines(&mut alone)?;
    if !status.success() || Heard::of(&lines).passed < count {
        return Err(Trouble::Failed(failed));
    }
    surroundings.verdict()?;
    Err(Trouble::Shaky(format!("passed alone, and not among the others:\n{}", heard.words())))
}

/// The programs that the tests talk to.
struct Surroundings {
    cluster: Option<Result<Cluster>>,
    path: Option<OsString>,
    missing: Vec<String>,
}

impl Surroundings {
    fn make() -> Self {
        let mut missing = Vec::new();
        let path = host::mosquitto().and_then(host::path_with);
        if let Err(error) = &path {
            missing.push(format!("the tests over MQTT: {error:#}"));
        }
        let cluster = std::env::var_os("TEST_DATABASE_URL").is_none().then(Cluster::start);
        if let Some(Err(error)) = &cluster {
            missing.push(format!("the tests on PostgreSQL: {error:#}"));
        }
        Self { cluster, path: path.ok(), missing }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = process::cargo(arguments);
        if let Some(path) = &self.path {
            cargo.env("PATH", path);
        }
        if let Some(Ok(cluster)) = &self.cluster {
            cargo.env("TEST_DATABASE_URL", cluster.url());
        }
        cargo
    }

    fn verdict(&self) -> Verdict {
        if self.missing.is_empty() { Ok(()) } else { Err(Trouble::Missing(Error::msg(self.missing.join("; ")))) }
    }
}
