//! Holds the results, prints them beside limit and bar, and writes them as JSON.

use std::{io::Write, path::Path, time::Duration};

use anyhow::{Context, Result};
use serde::Serialize;

/// What is asked of a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No more than this many times the bare limit of the same run.
    TimesLimit(f64),
    /// Shown for information.
    None,
}

/// One measured value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Which bar: `PERF1`.
    pub id: &'static str,
    /// What was done.
    pub work: String,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What the bare loop of the same run reached.
    pub limit: Option<f64>,
    /// What is asked.
    pub bar: Bar,
    /// How it came about.
    pub note: String,
}

impl Row {
    /// A value without limit or bar.
    pub fn new(id: &'static str, work: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { id, work: work.into(), value, unit, limit: None, bar: Bar::None, note: String::new() }
    }

    /// The same beside the bare limit.
    #[must_use]
    pub fn limit(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The same with what is asked.
    #[must_use]
    pub fn bar(mut self, bar: Bar) -> Self {
        self.bar = bar;
        self
    }

    /// The same with a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Whether the bar is reached; none when there is none.
    pub fn reached(&self) -> Option<bool> {
        match self.bar {
            Bar::AtMost(most) => Some(self.value <= most),
            Bar::AtLeast(least) => Some(self.value >= least),
            Bar::TimesLimit(times) => self.limit.map(|limit| self.value <= times * limit),
            Bar::None => None,
        }
    }

    fn line(&self) -> String {
        let limit = self.limit.map_or_else(String::new, short);
        let ratio = self
            .limit
            .filter(|limit| *limit > 0.0)
            .map_or_else(String::new, |limit| format!("{:.2}", self.value / limit));
        let bar = match self.bar {
            Bar::AtMost(most) => format!("<= {}", short(most)),
            Bar::AtLeast(least) => format!(">= {}", short(least)),
            Bar::TimesLimit(times) => format!("<= {times}x"),
            Bar::None => String::new(),
        };
        let verdict = match self.reached() {
            Some(true) => "ok",
            Some(false) => "OVER",
            None => "",
        };
        format!(
            "{:<7} {:<58} {:>9} {:<6} {:>9} {:>6} {:>10} {:<4} {}",
            self.id,
            self.work,
            short(self.value),
            self.unit,
            limit,
            ratio,
            bar,
            verdict,
            self.note
        )
    }
}

/// Prints the head of the table.
pub fn show_head() -> Result<()> {
    say(&format!(
        "{:<7} {:<58} {:>9} {:<6} {:>9} {:>6} {:>10}",
        "bar", "work", "value", "unit", "limit", "ratio", "asked"
    ))
}

/// Prints rows.
pub fn show(rows: &[Row]) -> Result<()> {
    rows.iter().try_for_each(|row| say(&row.line()))
}

/// Writes the rows of a measurement to `folder/NAME.json`.
pub fn write(folder: &Path, name: &str, rows: &[Row], quick: bool) -> Result<()> {
    #[derive(Serialize)]
    struct Verdict<'a> {
        #[serde(flatten)]
        row: &'a Row,
        reached: Option<bool>,
    }
    let rows: Vec<_> = rows.iter().map(|row| Verdict { row, reached: row.reached() }).collect();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let document = serde_json::json!({
        "measurement": name,
        "measured_at": chrono::Utc::now(),
        "cores": cores,
        "quick": quick,
        "optimised": !cfg!(debug_assertions),
        "rows": rows,
    });
    let file = folder.join(format!("{name}.json"));
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    std::fs::write(&file, format!("{document:#}\n")).with_context(|| format!("write {}", file.display()))
}

/// Prints a line and flushes it, because a measurement takes long.
pub fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Measured durations, of which quantiles are asked.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    all: Vec<Duration>,
}

impl Durations {
    /// Takes one in.
    pub fn add(&mut self, duration: Duration) {
        self.all.push(duration);
    }

    /// The duration in milliseconds that `share` (0 to 1) of all do not exceed; 0 when there is none.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        let mut all = self.all.clone();
        all.sort_unstable();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is an index")]
        let index = (share * all.len() as f64).ceil() as usize;
        all.get(index.saturating_sub(1)).map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
    }
}

/// Three or four figures, which is more than a measurement is good for.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else if size >= 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_compared_with_the_value_or_the_limit() {
        let row = Row::new("PERF1", "poll", 100.0, "us").limit(65.0);
        assert_eq!(row.reached(), None);
        assert_eq!(row.clone().bar(Bar::TimesLimit(1.6)).reached(), Some(true));
        assert_eq!(row.clone().bar(Bar::TimesLimit(1.5)).reached(), Some(false));
        assert_eq!(row.clone().bar(Bar::AtMost(99.0)).reached(), Some(false));
        assert_eq!(row.bar(Bar::AtLeast(99.0)).reached(), Some(true));
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let mut durations = Durations::default();
        assert_eq!(durations.quantile_ms(0.5), 0.0);
        for ms in [3, 1, 2, 100] {
            durations.add(Duration::from_millis(ms));
        }
        assert_eq!(durations.quantile_ms(0.5), 2.0);
        assert_eq!(durations.quantile_ms(0.99), 100.0);
        assert_eq!(durations.quantile_ms(0.0), 1.0);
    }
}
