//! `shelly-manager devices`.

mod address;
mod readdress;
mod replace;
mod restart;

use std::fmt::Write;

use api_types::devices::{
    Channel, CommandRequest, CoverAction, DeviceDetail, DeviceQuery, DeviceState, DeviceView, DriftSummary, OutputView,
    SetDevicePasswordRequest, SwitchAction, UpdateDeviceRequest,
};
use fleet_query::{ParseError, Query};
use shelly_types::Mac;

use super::{Session, UsageError, read_secret, text};
use crate::{
    args::{DevicesCommand, Output, OutputArgs},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: DevicesCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        DevicesCommand::List { query, explain: true } => {
            let text = query.unwrap_or_default();
            let query: Query = text.parse().map_err(|error| UsageError(marked(&text, &error)))?;
            output::show(session.output, &query.explain(), |words| format!("{words}\n"))?;
        }
        DevicesCommand::List { query, explain: false } => {
            let query = DeviceQuery { q: query, ..DeviceQuery::default() };
            output::show(session.output, &client.devices(&query).await?, |devices| list(devices))?;
        }
        DevicesCommand::Show { device } => {
            show(session, &client.device(device).await?)?;
            if session.output == Output::Table {
                let replacements = client.device_replacements(device).await?;
                let before = replacements.iter().filter(|one| one.successor == device && one.undone_at.is_none());
                for one in before {
                    let since = one.replaced_at.format("%F %T UTC");
                    output::say(&format!(
                        "continues {} ({}, {}) since {since}",
                        one.former_name, one.former, one.former_model
                    ));
                }
            }
        }
        DevicesCommand::Refresh { device } => show(session, &client.device_refresh(device).await?)?,
        DevicesCommand::On(args) => switch(session, args, SwitchAction::On).await?,
        DevicesCommand::Off(args) => switch(session, args, SwitchAction::Off).await?,
        DevicesCommand::Toggle(args) => switch(session, args, SwitchAction::Toggle).await?,
        DevicesCommand::Cover { device, action, id } => cover(session, device, id, &action).await?,
        DevicesCommand::Restart { devices, all_required, yes } => {
            if let [device] = devices[..] {
                command_line(session, device, &CommandRequest::Restart).await?;
            } else {
                return restart::run(session, devices, all_required, yes).await;
            }
        }
        DevicesCommand::Rename { device, name } => {
            update(session, device, UpdateDeviceRequest { label: Some(name), ..Default::default() }).await?;
        }
        DevicesCommand::Set { device, tag, untag, powered_by, critical, location } => {
            let (add_tags, remove_tags, location) = (tag, untag, location.map(super::none_is_empty));
            let powers = UpdateDeviceRequest { powered_by, critical, location, ..Default::default() };
            let request = UpdateDeviceRequest { add_tags, remove_tags, ..powers };
            update(session, device, request).await?;
        }
        DevicesCommand::Move { device, address } => {
            update(session, device, UpdateDeviceRequest { address: Some(address), ..Default::default() }).await?;
        }
        DevicesCommand::Address(args) => return Box::pin(address::run(session, *args)).await,
        DevicesCommand::ReplaceAddress(args) => return Box::pin(readdress::run(session, *args)).await,
        DevicesCommand::Replace(args) => return Box::pin(replace::run(session, args)).await,
        DevicesCommand::Password { device, user } => {
            let request = SetDevicePasswordRequest { user, password: read_secret("password")? };
            show(session, &client.device_password(device, &request).await?)?;
        }
        DevicesCommand::Import(args) => return super::expected::import(session, args).await,
        DevicesCommand::Expected => return super::expected::list(session).await,
        DevicesCommand::Unexpect { devices, all } => return super::expected::remove(session, devices, all).await,
        DevicesCommand::Forget { device } => {
            client.device_forget(device).await?;
            output::show(session.output, &device, |device| format!("forgot {device}"))?;
        }
    }
    Ok(Exit::Ok)
}

/// What is wrong with a query, below the place where it is wrong.
fn marked(query: &str, error: &ParseError) -> String {
    let (before, length) = (" ".repeat(error.position.column - 1), error.position.length.max(1));
    format!("{error}\n  {query}\n  {before}{}", "^".repeat(length))
}

async fn update(session: &Session, device: Mac, request: UpdateDeviceRequest) -> anyhow::Result<()> {
    show(session, &session.client.device_update(device, &request).await?)
}

async fn switch(session: &Session, args: OutputArgs, action: SwitchAction) -> anyhow::Result<()> {
    let id = args.component.id().unwrap_or(0);
    let request = match args.component.kind() {
        "switch" => CommandRequest::Switch { id, action },
        "light" | "rgb" | "rgbw" | "cct" | "rgbcct" => {
            CommandRequest::Light { component: args.component, action: Some(action), brightness_percent: None }
        }
        other => return Err(UsageError(format!("`{other}` is no output: expected switch:N or light:N")).into()),
    };
    command_line(session, args.device, &request).await
}

async fn cover(session: &Session, device: Mac, id: u32, action: &str) -> anyhow::Result<()> {
    let (action, position_percent) = match action {
        "open" => (CoverAction::Open, None),
        "close" => (CoverAction::Close, None),
        "stop" => (CoverAction::Stop, None),
        number => {
            let percent = number.trim_end_matches('%').parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
            let percent = percent.ok_or_else(|| {
                UsageError(format!("`{number}` is no movement: expected open, close, stop or a position from 0 to 100"))
            })?;
            (CoverAction::Position, Some(percent))
        }
    };
    command_line(session, device, &CommandRequest::Cover { id, action, position_percent }).await
}

async fn command_line(session: &Session, device: Mac, request: &CommandRequest) -> anyhow::Result<()> {
    let detail = session.client.device_command(device, request).await?;
    output::show(session.output, &detail, |detail| format!("{}: {}", detail.device.name, outputs(&detail.device)))
}

fn list(devices: &[DeviceView]) -> String {
    let rows = devices.iter().map(|device| {
        vec![
            device.mac.to_string(),
            device.name.clone(),
            device.product.clone().unwrap_or_else(|| device.model.to_string()),
            device.generation.to_string(),
            device.address.clone(),
            state(device),
            firmware(device),
            outputs(device),
            text(device.power_w.map(|watts| format!("{watts:.1} W"))),
            drift(device.drift),
            device.tags.join(", "),
        ]
    });
    output::table(
        &["mac", "name", "product", "gen", "address", "state", "firmware", "outputs", "power", "drift", "tags"],
        rows,
    )
}

/// The state, and the reason where it is not in the word already: `offline (wifi)`.
fn state(device: &DeviceView) -> String {
    let state = word(device.state);
    match device.offline_reason.filter(|_| device.state == DeviceState::Offline) {
        Some(reason) => format!("{state} ({})", word(reason)),
        None => state,
    }
}

/// The word that the API has for it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The version, and a newer one that is on offer: `1.4.4 -> 1.7.1`.
fn firmware(device: &DeviceView) -> String {
    match &device.update {
        Some(update) => format!("{} -> {update}", device.firmware),
        None => device.firmware.clone(),
    }
}

fn outputs(device: &DeviceView) -> String {
    let one = |output: &OutputView| match (output.on, output.percent, &output.state) {
        (_, percent, Some(state)) => format!("{state}{}", text(percent.map(|percent| format!(" {percent:.0}%")))),
        (Some(true), Some(percent), None) => format!("on {percent:.0}%"),
        (Some(true), None, None) => "on".to_owned(),
        (Some(false), _, None) => "off".to_owned(),
        (None, _, None) => "?".to_owned(),
    };
    device.outputs.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn drift(drift: DriftSummary) -> String {
    match drift {
        DriftSummary::Unmanaged => String::new(),
        DriftSummary::Unknown => "unknown".to_owned(),
        DriftSummary::InSync => "in sync".to_owned(),
        DriftSummary::Drifted { count } => format!("{count} differ"),
    }
}

/// What carries to a device, for people.
fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Http => "HTTP",
        Channel::Https => "HTTPS",
        Channel::WebSocket => "WebSocket",
        Channel::OutboundWebSocket => "WebSocket that it opened",
        Channel::Mqtt => "MQTT",
        Channel::Udp => "UDP",
        Channel::Agent => "an agent",
    }
}

fn show(session: &Session, detail: &DeviceDetail) -> anyhow::Result<()> {
    output::show(session.output, detail, |detail| {
        let device = &detail.device;
        let mut rows = vec![
            ("name", device.name.clone()),
            ("mac", device.mac.to_string()),
            ("model", format!("{} {}", device.model, text(device.product.as_deref()))),
            ("generation", device.generation.to_string()),
            ("address", device.address.clone()),
            ("state", format!("{} {}", state(device), text(device.state_reason.as_deref()))),
            ("firmware", detail.firmware_build.clone()),
            ("stable", text(device.update.as_deref().map(|version| format!("{version} on offer")))),
            ("beta", text(device.update_beta.as_deref().map(|version| format!("{version} on offer")))),
            ("channel", text(detail.channel.map(channel))),
            ("powered by", text(detail.powered_by.as_deref())),
            ("location", text(device.location.as_deref())),
            ("groups", device.groups.join(", ")),
            ("last seen", text(device.last_seen_at.map(|at| at.format("%F %T UTC")))),
            ("drift", drift(device.drift)),
        ];
        if let Some(conflict) = &device.address_conflict {
            rows.push(("conflict", conflict.clone()));
        }
        if device.critical {
            rows.push(("critical", "jobs leave it out when they could restart it".to_owned()));
        }
        if device.restart_required {
            rows.push(("restart", "a setting waits for a restart".to_owned()));
        }
        let mut out = String::new();
        for (name, value) in rows {
            if !value.trim().is_empty() {
                let _ = writeln!(out, "{name:<12}{}", value.trim());
            }
        }
        if let Some(status) = &detail.status {
            out.push('\n');
            for (component, reading) in &status.components {
                let reading = serde_json::to_value(reading).unwrap_or_default();
                let _ = writeln!(out, "{:<18} {}", component.to_string(), compact(&reading["reading"]));
            }
        }
        out
    })
}

/// `name value` pairs of what is there, nested parts with dots.
fn compact(value: &serde_json::Value) -> String {
    fn walk(at: &str, value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::Object(members) => {
                for (name, member) in members {
                    walk(&if at.is_empty() { name.clone() } else { format!("{at}.{name}") }, member, out);
                }
            }
            serde_json::Value::Array(items) if items.is_empty() => {}
            other => out.push(format!("{at} {other}")),
        }
    }
    let mut parts = Vec::new();
    walk("", value, &mut parts);
    parts.join(", ")
}
