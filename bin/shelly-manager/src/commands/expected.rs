//! `shelly-manager devices import` and `devices expected`: devices that are expected before they are found.

use std::{fmt::Write, io::Read, path::Path};

use anyhow::Context;
use api_types::expected::{
    ExpectedView, ImportDevicesRequest, ImportDevicesResult, ImportEffect, RemoveExpectedRequest,
};
use shelly_types::Mac;

use super::{Session, UsageError, text};
use crate::{args::ImportArgs, exit::Exit, output};

pub(super) async fn import(session: &Session, args: ImportArgs) -> anyhow::Result<Exit> {
    let ImportArgs { file, dry_run, name_devices, create } = args;
    let request = ImportDevicesRequest { csv: read(&file)?, names_devices: name_devices, create, dry_run };
    match session.client.expected_import(&request).await {
        Ok(done) => {
            output::show(session.output, &done, import_table)?;
            Ok(Exit::Ok)
        }
        Err(api_client::Error::Problem(problem)) if !problem.fields.is_empty() => {
            let lines = problem.fields.iter().map(|field| format!("{}: {}", field.field, field.detail));
            let lines: Vec<String> = lines.collect();
            Err(UsageError(format!("{}\n{}", problem.detail, lines.join("\n"))).into())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn list(session: &Session) -> anyhow::Result<Exit> {
    output::show(session.output, &session.client.expected().await?, |expected| expected_table(expected))?;
    Ok(Exit::Ok)
}

pub(super) async fn remove(session: &Session, devices: Vec<Mac>, all: bool) -> anyhow::Result<Exit> {
    let removed = session.client.expected_remove(&RemoveExpectedRequest { devices, all }).await?;
    output::show(session.output, &removed, |removed| format!("{removed} devices expected no more"))?;
    Ok(Exit::Ok)
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("read the list from standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("read the list {}", file.display()))
}

fn effect(effect: ImportEffect) -> &'static str {
    match effect {
        ImportEffect::New => "new",
        ImportEffect::Changed => "changed",
        ImportEffect::Same => "as before",
        ImportEffect::Ours => "ours already, left as it is",
    }
}

fn columns(device: &ExpectedView) -> Vec<String> {
    vec![
        device.mac.to_string(),
        text(device.name.as_deref()),
        text(device.location.as_deref()),
        text(device.address.as_deref()),
        text(device.group.as_deref()),
        device.tags.join(", "),
        text(device.profile.as_deref()),
    ]
}

const COLUMNS: [&str; 7] = ["mac", "name", "location", "address", "group", "tags", "profile"];

fn import_table(done: &ImportDevicesResult) -> String {
    let row = |line: &api_types::expected::ImportedLineView| {
        let mut row = vec![line.line.to_string(), effect(line.effect).to_owned()];
        row.extend(columns(&line.device));
        row
    };
    let mut head = vec!["line", "what"];
    head.extend(COLUMNS);
    let mut out = output::table(&head, done.lines.iter().map(row));
    for (what, names) in [("locations", &done.locations), ("groups", &done.groups)] {
        if !names.is_empty() {
            let _ = write!(out, "\nnew {what}: {}", names.join(", "));
        }
    }
    if done.dry_run {
        out.push_str("\nnothing was changed: this was a dry run");
    }
    out
}

fn expected_table(expected: &[ExpectedView]) -> String {
    let row = |device: &ExpectedView| {
        let mut row = columns(device);
        row.push(device.found_at.as_ref().map_or_else(String::new, |at| format!("in the inbox, at {at}")));
        row
    };
    let mut head = COLUMNS.to_vec();
    head.push("found");
    output::table(&head, expected.iter().map(row))
}
