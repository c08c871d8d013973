//! Reads every capture in a folder and tells what became of it.

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::Value;
use shelly_driver::captures::{CaptureReport, Tally, read_capture};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        return complain("usage: captures DIR");
    };
    match run(Path::new(&folder)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => complain(&format!("cannot read captures in {}: {error}", Path::new(&folder).display())),
    }
}

fn complain(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(2)
}

/// What became of all captures.
#[derive(Default)]
struct Totals {
    files: usize,
    failures: usize,
    differences: usize,
    lost: usize,
    invalid: usize,
    configuration: Tally,
    status: Tally,
    other: Tally,
}

fn run(folder: &Path) -> io::Result<bool> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut totals = Totals::default();
    for file in &files {
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        let report = match serde_json::from_slice::<Value>(&fs::read(file)?) {
            Ok(envelope) => read_capture(&envelope),
            Err(error) => {
                CaptureReport { failures: vec![format!("it is not JSON: {error}")], ..CaptureReport::default() }
            }
        };
        print_file(&mut out, &name, &report)?;
        totals.add(&report);
    }
    print_totals(&mut out, &totals)?;
    out.flush()?;
    Ok(totals.failures + totals.differences + totals.lost == 0 && totals.files > 0)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

impl Totals {
    fn add(&mut self, report: &CaptureReport) {
        self.files += 1;
        self.failures += report.failures.len();
        self.differences += report.differences.len();
        self.lost += report.lost.len();
        self.invalid += report.invalid.len();
        self.configuration += report.configuration;
        self.status += report.status;
        self.other += report.other;
    }
}

fn print_file(out: &mut impl io::Write, name: &str, report: &CaptureReport) -> io::Result<()> {
    let CaptureReport { configuration, status, .. } = report;
    let (failures, differences) = (report.failures.len(), report.differences.len());
    writeln!(
        out,
        "{name}: configuration {}/{} understood, {} kept; status {}/{} understood, {} kept; \
         {failures} failures, {} lost, {differences} differences",
        configuration.understood,
        configuration.leaves(),
        configuration.kept,
        status.understood,
        status.leaves(),
        status.kept,
        report.lost.len(),
    )?;
    for (what, lines) in [("failure", &report.failures), ("lost", &report.lost), ("difference", &report.differences)] {
        for line in lines {
            writeln!(out, "    {what}: {line}")?;
        }
    }
    for invalid in &report.invalid {
        writeln!(out, "    handled: {} ({} bytes kept)", invalid.error, invalid.raw.len())?;
    }
    if env::var_os("SHOW_KEPT").is_some() {
        for kept in &report.kept {
            writeln!(out, "    kept: {kept}")?;
        }
    }
    Ok(())
}

fn print_totals(out: &mut impl io::Write, totals: &Totals) -> io::Result<()> {
    writeln!(
        out,
        "\nfiles: {}, failures: {}, payloads handled that are not JSON: {}",
        totals.files, totals.failures, totals.invalid
    )?;
    for (what, tally) in [("configuration", totals.configuration), ("status", totals.status), ("other", totals.other)] {
        writeln!(
            out,
            "{what}: {} documents, {} leaves, {} understood ({:.2} %), {} kept, {} lost",
            tally.documents,
            tally.leaves(),
            tally.understood,
            tally.understood_percent(),
            tally.kept,
            tally.lost,
        )?;
    }
    writeln!(out, "leaves lost: {}, round-trip differences: {}", totals.lost, totals.differences)
}
