//! Writes the report of a visit, without anything private.

use std::fmt::Write as _;

use shelly_driver::captures::{CaptureReport, Tally};
use shelly_types::Identity;

use crate::{
    redact::Redactor,
    visit::{Outcome, Visit},
};

/// What the report is made from.
pub(crate) struct Report<'a> {
    /// The visit.
    pub(crate) visit: &'a Visit,
    /// What became of its payloads.
    pub(crate) read: &'a CaptureReport,
    /// What takes the private parts out of it.
    pub(crate) redactor: &'a mut Redactor,
}

impl Report<'_> {
    /// Whether nothing went wrong, and the text.
    pub(crate) fn write(mut self) -> (bool, String) {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.head(&mut text).and_then(|()| self.steps(&mut text)).and_then(|()| self.payloads(&mut text));
        let steps_failed = self.visit.steps.iter().any(|step| matches!(step.outcome, Outcome::Failed(_)));
        let is_clean = self.read.is_clean() && !steps_failed;
        (is_clean, text)
    }

    fn head(&mut self, text: &mut String) -> std::fmt::Result {
        let Identity { generation, model, firmware, app, profile, auth_required, .. } = &self.visit.identity;
        writeln!(text, "# {} with {}\n", model.code(), firmware.id())?;
        writeln!(text, "| what | |\n|---|---|\n| generation | {} |", generation.0)?;
        for (what, value) in [("app", app), ("profile", profile)] {
            if let Some(value) = value {
                writeln!(text, "| {what} | {value} |")?;
            }
        }
        writeln!(text, "| asks for a password | {} |\n", if *auth_required { "yes" } else { "no" })?;
        for sentence in &self.visit.observed {
            writeln!(text, "- {}", self.redactor.text(sentence))?;
        }
        Ok(())
    }

    fn steps(&mut self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "\n## Steps\n\n| step | time | outcome |\n|---|---:|---|")?;
        for step in &self.visit.steps {
            let outcome = match &step.outcome {
                Outcome::Done => "ok".to_owned(),
                Outcome::Absent => "the device does not have it".to_owned(),
                Outcome::Closed => "needs a password".to_owned(),
                Outcome::Silent(why) => self.redactor.text(why).replace('|', "/"),
                Outcome::Failed(why) => format!("FAILED: {}", self.redactor.text(why).replace('|', "/")),
            };
            writeln!(text, "| {} | {} ms | {outcome} |", step.what, step.took.as_millis())?;
        }
        Ok(())
    }

    fn payloads(&mut self, text: &mut String) -> std::fmt::Result {
        let CaptureReport { configuration, status, other, .. } = self.read;
        writeln!(text, "\n## Payloads\n\n| | values | understood | kept | lost |\n|---|---:|---:|---:|---:|")?;
        for (what, tally) in [("configuration", configuration), ("status", status), ("other", other)] {
            let Tally { understood, kept, lost, .. } = tally;
            let (leaves, percent) = (tally.leaves(), tally.understood_percent());
            writeln!(text, "| {what} | {leaves} | {understood} ({percent:.1} %) | {kept} | {lost} |")?;
        }
        let invalid: Vec<String> = self.read.invalid.iter().map(|invalid| invalid.error.clone()).collect();
        for (title, lines) in [
            ("Could not be read", &self.read.failures),
            ("Not the same after a round trip", &self.read.differences),
            ("Lost", &self.read.lost),
            ("Not JSON as sent", &invalid),
            ("Kept without being understood", &self.read.kept),
        ] {
            if !lines.is_empty() {
                writeln!(text, "\n{title}:\n")?;
            }
            for line in lines {
                writeln!(text, "- `{}`", self.redactor.text(line))?;
            }
        }
        Ok(())
    }
}
