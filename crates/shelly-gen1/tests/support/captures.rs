//! Reads the captured Gen1 devices.

use std::fs;

use serde_json::Value;

use crate::folder::folder;

/// File name, capture and endpoints of every captured Gen1 device.
pub(crate) fn captures() -> Vec<(String, Value)> {
    let Some(folder) = folder("SHELLY_FIXTURES", "../shared/fixtures", "open") else { return Vec::new() };
    let mut found = Vec::new();
    for source in fs::read_dir(folder).expect("folder of captures") {
        for file in fs::read_dir(source.expect("entry").path()).expect("folder of a source") {
            let path = file.expect("entry").path();
            let text = fs::read_to_string(&path).expect("readable capture");
            let capture: Value = serde_json::from_str(&text).expect("capture is JSON");
            if capture["gen"] == 1 {
                found.push((path.file_name().expect("name").to_string_lossy().into_owned(), capture));
            }
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}
