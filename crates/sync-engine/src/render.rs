//! Shows resolutions, drift, plans and reports as plain text.

mod text;

use std::fmt::Write as _;

use capability_config::{SettingValue, Settings};

use crate::{ApplyReport, Drift, Fate, Plan, Resolution, RestartForecast, Transfer, classify::risk_word};

pub use text::{brief, difference};

/// What a device should have, who says so, and what does not count.
pub fn resolution(resolution: &Resolution) -> String {
    let mut rows = Table::default();
    for (path, resolved) in &resolution.settings {
        let mut note = String::new();
        for origin in &resolved.agreeing {
            let _ = write!(note, "; {origin} agrees");
        }
        for wish in &resolved.overruled {
            let _ = write!(note, "; overrules {}: {}", wish.origin, brief(&wish.value));
        }
        rows.add([path.to_string(), brief(&resolved.value), format!("{}{note}", resolved.origin)]);
    }
    for conflict in &resolution.conflicts {
        let wishes: Vec<_> =
            conflict.wishes.iter().map(|wish| format!("{}: {}", wish.origin, brief(&wish.value))).collect();
        rows.add([conflict.path.to_string(), "(conflict)".to_owned(), wishes.join(" against ")]);
    }
    for wish in &resolution.unmatched {
        rows.add([wish.selector.to_string(), "(no such component)".to_owned(), wish.origin.to_string()]);
    }
    rows.or("nothing is managed")
}

/// What differs, how much it matters and who wishes it.
pub fn drift(drift: &Drift) -> String {
    let mut rows = Table::default();
    for difference in &drift.differences {
        rows.add([
            difference.severity.to_string(),
            difference.path.to_string(),
            format!("{} -> {}", shown(difference.observed.as_ref()), brief(&difference.desired)),
            format!("({})", difference.origin),
        ]);
    }
    let mut text = rows.or("no drift");
    let mut rows = Table::default();
    for difference in &drift.waived {
        let values = format!("{} -> {}", shown(difference.observed.as_ref()), difference.desired);
        rows.add(["waived".to_owned(), difference.path.to_string(), values]);
    }
    for difference in &drift.ignored {
        let values = format!("{} -> {}", shown(difference.observed.as_ref()), difference.desired);
        rows.add(["no drift".to_owned(), difference.path.to_string(), values]);
    }
    for wish in &drift.not_applicable {
        rows.add(["not applicable".to_owned(), wish.path.to_string(), wish.reason.to_string()]);
    }
    text.push_str(&rows.text());
    text
}

/// The steps in order, and what is held back.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let restart = if step.may_restart { ", may restart" } else { "" };
        let _ = writeln!(text, "{}. {} ({}{restart})", index + 1, step.component, risk_word(step.risk));
        let mut rows = Table { indent: "   ", ..Table::default() };
        for change in &step.changes {
            let values = format!("{} -> {}", shown(change.before.as_ref()), brief(&change.after));
            rows.add([change.path.field().to_owned(), values, format!("({})", change.origin)]);
        }
        text.push_str(&rows.text());
        let differences =
            step.changes.iter().filter_map(|change| difference(change.before.as_ref(), Some(&change.after)));
        for line in differences.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()) {
            let _ = writeln!(text, "     {line}");
        }
    }
    let report = &plan.report;
    if let Some(why) = report.why_empty {
        let _ = writeln!(text, "nothing to write: {why}");
    }
    let mut rows = Table::default();
    for blocked in &report.blocked {
        rows.add(["held back".to_owned(), blocked.path().to_string(), blocked.to_string()]);
    }
    for wish in &report.not_applicable {
        rows.add(["not applicable".to_owned(), wish.path.to_string(), wish.reason.to_string()]);
    }
    for wish in &report.unmatched {
        let why = format!("no such component ({})", wish.origin);
        rows.add(["not applicable".to_owned(), wish.selector.to_string(), why]);
    }
    text.push_str(&rows.text());
    let mut rows = Table::default();
    for finding in &report.memory {
        rows.add(["memory".to_owned(), finding.path.to_string(), finding.to_string()]);
    }
    text.push_str(&rows.text());
    if report.restart_pending {
        text.push_str("the device waits for a restart since something was written before\n");
    }
    if report.restart != RestartForecast::No {
        let _ = writeln!(text, "restart: {}", report.restart);
    }
    text
}

/// What became of a plan.
pub fn report(report: &ApplyReport) -> String {
    let mut text = format!("{}\n", report.outcome);
    let mut rows = Table::default();
    for field in &report.verdicts {
        let values = format!("{} -> {}", shown(field.before.as_ref()), brief(&field.after));
        rows.add([field.path.to_string(), values, field.verdict.to_string()]);
    }
    for path in &report.disturbed {
        let stopped = report.stopped.iter().find(|stopped| stopped.path == *path).map(ToString::to_string);
        let why = stopped.unwrap_or_else(|| "was as wished, changed along with others".to_owned());
        rows.add([path.to_string(), String::new(), why]);
    }
    text.push_str(&rows.text());
    if report.restarted {
        text.push_str("the device was restarted\n");
    }
    text
}

/// What becomes of every setting of a device when another one takes its place: what is converted, decided otherwise and
/// dropped line by line, and how many go as they are.
pub fn transfer(transfer: &Transfer) -> String {
    let (mut kept, mut rows) = (Vec::new(), [Table::default(), Table::default(), Table::default()]);
    for field in &transfer.fields {
        let (from, value) = (field.from.to_string(), brief(&field.value));
        match &field.fate {
            Fate::Kept => kept.push(from),
            Fate::Converted { to, how } => {
                rows[0].add(["converted".to_owned(), from, value, format!("({how})")]);
                for target in to {
                    let becomes = format!("-> {} = {}", target.path, brief(&target.value));
                    rows[0].add([String::new(), becomes]);
                }
            }
            Fate::Overruled { by, wish } => {
                rows[1].add(["as wished".to_owned(), from, value, brief(wish), format!("({by})")]);
            }
            Fate::Dropped { why } => rows[2].add(["dropped".to_owned(), from, value, why.to_string()]),
        }
    }
    let mut text = format!("{} of {} settings go as they are\n", kept.len(), transfer.fields.len());
    for path in kept {
        let _ = writeln!(text, "kept  {path}");
    }
    for rows in rows {
        text.push_str(&rows.text());
    }
    text
}

/// Settings, one a line.
pub fn settings(settings: &Settings) -> String {
    let mut rows = Table::default();
    for (path, value) in settings {
        rows.add([path.to_string(), brief(value)]);
    }
    rows.or("no settings")
}

fn shown(value: Option<&SettingValue>) -> String {
    value.map_or_else(|| "(not shown)".to_owned(), brief)
}

/// Rows whose columns stand below each other.
#[derive(Default)]
struct Table {
    indent: &'static str,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn add<const N: usize>(&mut self, row: [String; N]) {
        self.rows.push(row.into());
    }

    fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = self.indent.to_owned();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{cell:width$}  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    fn or(&self, nothing: &str) -> String {
        if self.rows.is_empty() { format!("{nothing}\n") } else { self.text() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::default();
        table.add(["é".to_owned(), "b".to_owned()]);
        table.add(["long".to_owned(), "b".to_owned()]);
        assert_eq!(table.text(), "é     b\nlong  b\n");
        assert_eq!(Table::default().or("nothing"), "nothing\n");
    }
}
