//! Runs every check, goes on after a failure, and sums up at the end.

mod aioshelly;
mod checks;
mod heard;
mod report;
mod rust;

use std::time::Instant;

use anyhow::{Result, bail};
use clap::Parser;
use clap::builder::PossibleValuesParser;

use crate::process;
use checks::{CHECKS, Trouble};
use report::{Outcome, Report};

/// Which checks to run.
#[derive(Debug, Parser)]
pub(crate) struct TestOptions {
    /// Run only this check; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    only: Vec<String>,

    /// Leave this check out; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    skip: Vec<String>,
}

/// Runs the chosen checks.
pub(crate) fn run(options: &TestOptions) -> Result<()> {
    let mut report = Report::new(process::in_ci());
    for check in CHECKS.iter().filter(|check| options.chooses(check.name) && (check.applies)()) {
        println!("\n=== {}", check.name);
        let start = Instant::now();
        let outcome = match (check.run)() {
            Ok(()) => Outcome::Passed,
            Err(Trouble::Failed(error)) => Outcome::Failed(format!("{error:#}")),
            Err(Trouble::Missing(error)) => Outcome::Skipped(format!("{error:#}")),
            Err(Trouble::Shaky(why)) => Outcome::Shaky(why),
        };
        if let Outcome::Failed(why) | Outcome::Skipped(why) | Outcome::Shaky(why) = &outcome {
            println!("{why}");
        }
        if process::interrupted() {
            bail!("interrupted");
        }
        println!("=== {}: {}", check.name, report.add(check.name, outcome, start.elapsed()));
    }
    println!("\n{report}");
    if report.failed() > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

impl TestOptions {
    fn chooses(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|entry| entry == name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|check| check.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_and_skip_choose() {
        let options = TestOptions::parse_from(["test", "--only", "fmt", "--only", "tidy", "--skip", "tidy"]);
        assert!(options.chooses("fmt"));
        assert!(!options.chooses("tidy") && !options.chooses("clippy"));
    }

    #[test]
    fn the_web_ui_is_built_before_anything_that_embeds_it() {
        let place = |name| names().iter().position(|entry| *entry == name).unwrap();
        assert!(place("ui-build") < place("clippy"));
        assert!(place("ui-build") < place("rust"));
    }
}
