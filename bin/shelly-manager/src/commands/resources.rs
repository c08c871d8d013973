//! `shelly-manager config resources`: scripts, stored values, schedules, webhooks and virtual components of a device.

use std::collections::BTreeMap;

use api_types::config::{DeviceConfigView, SettingView};
use capability_config::{Resource, SettingValue, shown_name};
use serde::Serialize;
use shelly_types::Mac;

use super::{Session, config::shown};
use crate::{exit::Exit, output};

/// Fields that a list shows.
const TOLD: [&str; 13] = [
    "hash",
    "running",
    "errors",
    "enable",
    "value",
    "json",
    "secret",
    "timespec",
    "event",
    "urls",
    "secret_urls",
    "type",
    "key",
];

/// One of them.
#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    name: String,
    /// Who wishes something of it; none when it is the device's own.
    by: Option<&'a str>,
    drifted: bool,
    settings: Vec<&'a SettingView>,
}

pub(super) async fn run(session: &Session, device: Mac, fresh: bool) -> anyhow::Result<Exit> {
    let client = &session.client;
    let config = if fresh { client.device_snapshot_take(device).await? } else { client.device_config(device).await? };
    output::show(session.output, &rows(&config), |rows| {
        let rows = rows.iter().map(|row| {
            let state = if row.drifted { "differs" } else { "" };
            let told: Vec<String> = row.settings.iter().filter_map(|setting| told(setting)).collect();
            vec![
                row.kind.to_owned(),
                row.name.clone(),
                row.by.unwrap_or("-").to_owned(),
                state.to_owned(),
                told.join(", "),
            ]
        });
        output::table(&["kind", "name", "wished by", "state", "on the device"], rows)
    })?;
    Ok(Exit::Ok)
}

fn rows(config: &DeviceConfigView) -> Vec<Row<'_>> {
    let mut rows: BTreeMap<(&'static str, String), Row<'_>> = BTreeMap::new();
    for setting in &config.settings {
        let Some((resource, _)) = Resource::of(&setting.path) else { continue };
        let (kind, name) = (resource.kind.as_str(), shown_name(resource.name).into_owned());
        let row = rows.entry((kind, name.clone())).or_insert_with(|| Row {
            kind,
            name,
            by: None,
            drifted: false,
            settings: Vec::new(),
        });
        row.by = row.by.or(setting.origin.as_deref());
        row.drifted |= setting.drifted;
        row.settings.push(setting);
    }
    rows.into_values().collect()
}

fn told(setting: &SettingView) -> Option<String> {
    let (_, field) = Resource::of(&setting.path)?;
    let value = setting.observed.as_ref().filter(|value| **value != SettingValue::Null)?;
    TOLD.contains(&field).then(|| format!("{field} {}", shown(Some(value))))
}
