//! Prints devices, models and oddities.

use std::io::{self, Write};

use serde_json::{Value, json};
use shelly_sim::{Quirk, SimFleet, SimHandle, catalogue};

/// A line for each device and a last one that says that all listen.
pub(crate) fn table(fleet: &SimFleet) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:<22} {:<4} {:<16} {:<13} {:<26} remarks", "address", "gen", "model", "mac", "name")?;
    for device in fleet.devices() {
        let mut remarks: Vec<String> = device.faults().iter().map(|fault| format!("{fault:?}")).collect();
        remarks.extend(device.quirks().iter().map(ToString::to_string));
        if device.is_protected() {
            remarks.push("protected".into());
        }
        writeln!(
            out,
            "{:<22} {:<4} {:<16} {:<13} {:<26} {}",
            device.endpoint().to_string(),
            device.generation().to_string(),
            device.model().code(),
            device.mac().to_string(),
            device.name().unwrap_or_default(),
            remarks.join(", ")
        )?;
    }
    if let Some(password) = fleet.password() {
        writeln!(out, "password of the protected devices: {password}")?;
    }
    writeln!(out, "{} devices; Ctrl-C stops", fleet.devices().len())?;
    out.flush()
}

/// All devices as one line of JSON.
pub(crate) fn json(fleet: &SimFleet) -> io::Result<()> {
    let devices: Vec<Value> = fleet.devices().iter().map(device).collect();
    let mut out = io::stdout().lock();
    writeln!(out, "{}", json!({"devices": devices}))?;
    out.flush()
}

fn device(device: &SimHandle) -> Value {
    let endpoint = device.endpoint();
    json!({
        "ip": endpoint.ip().to_string(),
        "port": endpoint.port(),
        "gen": device.generation().0,
        "model": device.model().code(),
        "app": device.spec().app,
        "firmware": device.firmware().id(),
        "id": device.id(),
        "mac": device.mac().to_string(),
        "name": device.name(),
        "profile": device.profile(),
        "password": device.password(),
        "battery": device.spec().quirks.battery,
        "quirks": device.quirks().iter().map(|quirk| quirk.name()).collect::<Vec<_>>(),
    })
}

/// The oddities a device can be given.
pub(crate) fn quirks() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for quirk in Quirk::ALL {
        writeln!(out, "{:<24} {}", quirk.name(), quirk.meaning())?;
    }
    out.flush()
}

/// The models of the catalogue.
pub(crate) fn models() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for spec in catalogue() {
        let profiles: Vec<&str> = spec.profiles.iter().map(|profile| profile.name.as_str()).collect();
        writeln!(
            out,
            "{:<18} {:<4} {:<36} {}",
            spec.model.code(),
            spec.generation.to_string(),
            spec.name,
            profiles.join(" ")
        )?;
    }
    out.flush()
}
