//! Collects the outcome of each check and prints the sum.

use std::fmt;
use std::time::Duration;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Passed,
    /// Something is wrong.
    Failed(String),
    /// A program that it needs cannot be had here.
    Skipped(String),
}

/// The outcome of each check, in order.
#[derive(Debug)]
pub(crate) struct Report {
    strict: bool,
    rows: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    /// A strict report counts what was skipped as failed.
    pub(crate) fn new(strict: bool) -> Self {
        Self { strict, rows: Vec::new() }
    }

    /// Adds an outcome and answers it in a few words.
    pub(crate) fn add(&mut self, name: &'static str, outcome: Outcome, took: Duration) -> String {
        let words = format!("{} ({:.1} s)", self.word(&outcome), took.as_secs_f64());
        self.rows.push((name, outcome, took));
        words
    }

    /// How many checks did not pass.
    pub(crate) fn failed(&self) -> usize {
        self.count(|outcome| match outcome {
            Outcome::Passed => false,
            Outcome::Failed(_) => true,
            Outcome::Skipped(_) => self.strict,
        })
    }

    fn count(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.rows.iter().filter(|(_, outcome, _)| wanted(outcome)).count()
    }

    fn word(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Passed => "ok",
            Outcome::Failed(_) => "FAILED",
            Outcome::Skipped(_) if self.strict => "FAILED (skipped)",
            Outcome::Skipped(_) => "skipped",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, outcome, took) in &self.rows {
            writeln!(f, "{name:<12} {:>7.1} s  {}", took.as_secs_f64(), self.word(outcome))?;
        }
        for (name, outcome, _) in &self.rows {
            if let Outcome::Failed(why) | Outcome::Skipped(why) = outcome {
                let first = why.lines().next().unwrap_or_default();
                writeln!(f, "{} {name}: {first}", self.word(outcome))?;
            }
        }
        let passed = self.count(|outcome| *outcome == Outcome::Passed);
        write!(f, "{passed} passed, {} failed", self.failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(strict: bool) -> Report {
        let mut report = Report::new(strict);
        report.add("fmt", Outcome::Passed, Duration::from_millis(1500));
        report.add("e2e", Outcome::Skipped("no browser".to_owned()), Duration::ZERO);
        report
    }

    #[test]
    fn what_was_skipped_is_named_and_does_not_fail_at_home() {
        let text = report(false).to_string();
        assert!(text.contains("skipped e2e: no browser"), "{text}");
        assert!(text.ends_with("\n1 passed, 0 failed"), "{text}");
    }

    #[test]
    fn what_was_skipped_fails_on_the_build_server() {
        assert!(report(true).to_string().ends_with("\n1 passed, 1 failed"));
    }
}
