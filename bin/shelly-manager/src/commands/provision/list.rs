//! Reads a list of devices to provision: CSV with a head line, or JSON.

use std::{io::Read, path::Path};

use anyhow::Context;
use api_types::agent_tasks::DeviceToProvisionRequest;

use crate::{
    commands::{UsageError, text},
    output,
};

/// The columns that a list may have, in any order; only the first is needed.
const COLUMNS: [&str; 9] = [
    "device",
    "name",
    "group",
    "profile",
    "location",
    "address",
    "access_point_password",
    "device_password",
    "bluetooth",
];

/// The devices of a file; `-` is standard input.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<DeviceToProvisionRequest>> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("read the list from standard input")?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("read the list {}", file.display()))?;
    }
    Ok(parse(&text)?)
}

fn parse(text: &str) -> Result<Vec<DeviceToProvisionRequest>, UsageError> {
    if text.trim_start().starts_with(['[', '{']) {
        return serde_json::from_str(text).map_err(|error| {
            // What stands there may be a password, so it is not repeated.
            UsageError(format!(
                "the list is no JSON array of devices: line {}, column {}",
                error.line(),
                error.column()
            ))
        });
    }
    let delimiter = if text.lines().next().is_some_and(|head| head.contains(';')) { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|_| UsageError("the list has no head line".to_owned()))?.clone();
    let columns: Vec<String> =
        head.iter().map(|name| name.trim_start_matches('\u{feff}').to_ascii_lowercase()).collect();
    let known = |name: &str| COLUMNS.contains(&alias(name));
    if let Some(unknown) = columns.iter().find(|name| !known(name)) {
        return Err(UsageError(format!("the list has a column `{unknown}`; known are {}", COLUMNS.join(", "))));
    }
    let mut devices = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|_| UsageError(format!("line {} of the list cannot be read", row + 2)))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let mut device = DeviceToProvisionRequest::default();
        for (name, value) in columns.iter().zip(record.iter()) {
            let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
            match alias(name) {
                "device" => value.clone_into(&mut device.device),
                "name" => device.name = some(),
                "group" => device.group = some(),
                "profile" => device.profile = some(),
                "location" => device.location = some(),
                "address" => device.address = some(),
                "access_point_password" => device.access_point_password = some(),
                "device_password" => device.device_password = some(),
                _ => device.bluetooth = matches!(value, "true" | "yes" | "1"),
            }
        }
        if device.device.is_empty() {
            return Err(UsageError(format!("line {} of the list names no device", row + 2)));
        }
        devices.push(device);
    }
    if devices.is_empty() { Err(UsageError("there is no device in the list".to_owned())) } else { Ok(devices) }
}

/// What people call the device.
fn alias(name: &str) -> &str {
    match name {
        "mac" | "suffix" => "device",
        other => other,
    }
}

/// What a list means; passwords are only said to be there.
pub(super) fn table(devices: &[DeviceToProvisionRequest]) -> String {
    let rows = devices.iter().map(|device| {
        let secret = device.access_point_password.is_some() || device.device_password.is_some();
        vec![
            device.device.clone(),
            text(device.name.as_deref()),
            text(device.group.as_deref()),
            text(device.profile.as_deref()),
            text(device.location.as_deref()),
            text(device.address.as_deref()),
            if secret { "given" } else { "" }.to_owned(),
        ]
    });
    output::table(&["device", "name", "group", "profile", "location", "address", "password"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w56_a_list_is_csv_or_json() {
        let csv = "MAC;Name;address\nA8032AB12345; Hall ;192.0.2.7/24\n\nB12346;;\n";
        let devices = parse(csv).unwrap();
        assert_eq!(devices.len(), 2);
        assert_eq!((devices[0].name.as_deref(), devices[0].address.as_deref()), (Some("Hall"), Some("192.0.2.7/24")));
        assert_eq!((devices[1].device.as_str(), devices[1].name.as_deref()), ("B12346", None));
        let json = r#"[{"device": "A8032AB12345", "profile": "plugs"}]"#;
        assert_eq!(parse(json).unwrap()[0].profile.as_deref(), Some("plugs"));
    }

    #[test]
    fn w56_a_list_that_is_wrong_says_where_and_repeats_no_password() {
        for (text, part) in [
            ("device,nmae\nA8032AB12345,Hall", "column `nmae`"),
            ("device,name\n,Hall", "line 2 of the list names no device"),
            ("device,name\n", "no device"),
            (r#"[{"device": 7, "device_password": "hunter22"}]"#, "line 1"),
        ] {
            let error = parse(text).err().unwrap().to_string();
            assert!(error.contains(part) && !error.contains("hunter22"), "{error}");
        }
    }
}
