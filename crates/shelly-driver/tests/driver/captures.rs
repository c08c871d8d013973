//! Recorded payloads are read without loss.

use std::{
    env, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use shelly_driver::captures::{CaptureReport, Tally, read_capture};

fn fixtures() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = env::var_os("SHELLY_FIXTURES").map_or_else(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "no captures in {}", folder.display());
    let _ = writeln!(io::stderr(), "no captures in {}: nothing to read", folder.display());
    None
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// A1, A2, A9, E7: nothing is lost, nothing changes, nearly everything is understood.
#[test]
fn every_capture_survives() {
    let Some(folder) = fixtures() else { return };
    let mut files = Vec::new();
    collect(&folder, &mut files);
    assert!(!files.is_empty());
    let (mut configuration, mut status, mut faults) = (Tally::default(), Tally::default(), Vec::new());
    for file in files {
        let report = read_capture(&serde_json::from_slice(&fs::read(&file).unwrap()).unwrap());
        configuration += report.configuration;
        status += report.status;
        let CaptureReport { failures, differences, lost, .. } = report;
        let of_file = failures.into_iter().chain(differences).chain(lost);
        faults.extend(of_file.map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(configuration.understood_percent() > 98.0, "{configuration:?}");
    assert!(status.understood_percent() > 95.0, "{status:?}");
}

fn report(endpoints: &Value) -> CaptureReport {
    read_capture(&json!({ "endpoints": endpoints }))
}

#[test]
fn what_is_not_understood_is_counted_and_kept() {
    let report = report(&json!({
        "Shelly.GetConfig": { "cloud": { "enable": true, "news": { "a": 1, "b": [2, 3] } }, "toaster:0": { "id": 0 } },
        "Shelly.GetStatus": { "cloud": { "connected": "maybe" } },
    }));
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.configuration.understood, report.configuration.kept), (1, 4));
    assert_eq!((report.status.understood, report.status.kept), (0, 1));
}

#[test]
fn what_is_no_json_is_told_and_kept() {
    let report = report(&json!({ "/settings": { "_invalid_json": true, "_raw": "{\"name\": \"\u{1}\"" } }));
    assert!(report.is_clean());
    assert!(report.invalid[0].error.contains("/settings is not JSON"), "{:?}", report.invalid);
    assert_eq!(report.invalid[0].raw, "{\"name\": \"\u{1}\"");
}

#[test]
fn what_cannot_be_read_is_a_failure() {
    let report = report(&json!({ "/settings": [1, 2], "Shelly.GetStatus": "no" }));
    assert_eq!(report.failures.len(), 2, "{report:?}");
    assert!(!read_capture(&json!([])).is_clean());
}
