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
    /// All is well in the end, and was not at first.
    Shaky(String),
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
            Outcome::Passed | Outcome::Shaky(_) => false,
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
            Outcome::Shaky(_) => "ok, at the second try",
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
            if let Outcome::Failed(why) | Outcome::Skipped(why) | Outcome::Shaky(why) = outcome {
                writeln!(f, "{} {name}: {}", self.word(outcome), why.trim_end().replace('\n', "\n    "))?;
            }
        }
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed | Outcome::Shaky(_)));
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
    fn what_passed_at_the_second_try_is_told_and_fails_nothing() {
        let mut report = report(false);
        report.add("rust", Outcome::Shaky("one of two\nwas late".to_owned()), Duration::ZERO);
        let text = report.to_string();
        assert!(text.contains("ok, at the second try rust: one of two\n    was late\n"), "{text}");
        assert!(text.ends_with("\n2 passed, 0 failed"), "{text}");
    }

    #[test]
    fn what_was_skipped_fails_on_the_build_server() {
        assert!(report(true).to_string().ends_with("\n1 passed, 1 failed"));
    }
}
