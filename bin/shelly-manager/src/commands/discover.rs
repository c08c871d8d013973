//! `shelly-manager discover`.

use std::{fmt::Write, time::Duration};

use api_types::{
    agents::{AccessPointView, AgentErrandRequest},
    discovery::{
        DecideRequest, DecideResult, ScanState, SightingSource, SightingState, SightingView, SourceView,
        StartScanRequest,
    },
};

use super::{Session, agents::errand, provision::points, text};
use crate::{
    args::{Decide, DiscoverCommand},
    exit::Exit,
    output, progress,
};

/// How often a running scan is asked how far it is.
const SCAN_ASK_INTERVAL: Duration = Duration::from_millis(200);

pub(super) async fn run(session: &Session, command: DiscoverCommand) -> anyhow::Result<Exit> {
    match command {
        DiscoverCommand::Scan { targets, adopt, agent: None } => {
            scan(session, StartScanRequest { targets, adopt }).await
        }
        DiscoverCommand::Scan { targets, agent: Some(agent), .. } => {
            errand(session, &agent, AgentErrandRequest::Probe { targets, listen_s: None }).await
        }
        DiscoverCommand::Sources => {
            output::show(session.output, &session.client.sources().await?, |sources| sources_table(sources))?;
            Ok(Exit::Ok)
        }
        DiscoverCommand::Inbox => {
            let inbox = Inbox { found: session.client.inbox().await?, nearby: session.client.access_points().await? };
            output::show(session.output, &inbox.found, |found| {
                let table = inbox_table(found);
                if inbox.nearby.is_empty() {
                    return table;
                }
                format!(
                    "{table}\n\nIn their own access points (`provision start` brings them in):\n{}",
                    points(&inbox.nearby)
                )
            })?;
            Ok(Exit::Ok)
        }
        DiscoverCommand::Adopt(decide) => {
            let result = session.client.inbox_adopt(&request(decide)).await?;
            report(session, &result, "adopted")
        }
        DiscoverCommand::Ignore(decide) => {
            let result = session.client.inbox_ignore(&request(decide)).await?;
            report(session, &result, "ignored")
        }
    }
}

/// What waits for a decision, and new devices that agents hear.
struct Inbox {
    found: Vec<SightingView>,
    nearby: Vec<AccessPointView>,
}

async fn scan(session: &Session, request: StartScanRequest) -> anyhow::Result<Exit> {
    let mut scan = session.client.scan_start(&request).await?;
    let bar = progress::bar("scan", scan.total);
    while scan.state == ScanState::Running {
        bar.set_position(scan.probed);
        bar.set_message(format!("{} found", scan.found));
        tokio::time::sleep(SCAN_ASK_INTERVAL).await;
        scan = session.client.scan(scan.id).await?;
    }
    bar.finish_and_clear();
    output::show(session.output, &scan, |scan| {
        let mut line = format!("{} addresses tried, {} devices found", scan.probed, scan.found);
        if request.adopt {
            let _ = write!(line, ", {} adopted", scan.adopted);
        }
        if let Some(error) = &scan.error {
            let _ = write!(line, "\nbroken off: {error}");
        }
        line
    })?;
    Ok(if scan.state == ScanState::Done { Exit::Ok } else { Exit::Failed })
}

fn request(decide: Decide) -> DecideRequest {
    DecideRequest { devices: decide.devices, all: decide.all }
}

fn report(session: &Session, result: &DecideResult, verb: &str) -> anyhow::Result<Exit> {
    output::show(session.output, result, |result| {
        let mut text = format!("{} {verb}", result.done.len());
        for failure in &result.failed {
            let _ = write!(text, "\n{}: {}", failure.mac, failure.reason);
        }
        text
    })?;
    Ok(if result.failed.is_empty() { Exit::Ok } else { Exit::Failed })
}

fn inbox_table(found: &[SightingView]) -> String {
    let rows = found.iter().map(|device| {
        let state = match device.state {
            SightingState::New => "new",
            SightingState::Ignored => "ignored",
            SightingState::Adopted => "adopted",
        };
        vec![
            device.mac.to_string(),
            device.product.clone().unwrap_or_else(|| device.model.to_string()),
            device.generation.to_string(),
            device.address.clone(),
            device.firmware.clone(),
            text(device.name.as_deref()),
            if device.auth_required { "password" } else { "" }.to_owned(),
            state.to_owned(),
            seen_by(device),
            text(device.note.as_deref()),
        ]
    });
    output::table(
        &["mac", "product", "gen", "address", "firmware", "name", "asks for", "state", "seen by", "note"],
        rows,
    )
}

/// What saw a device, the last one first.
fn seen_by(device: &SightingView) -> String {
    let mut words = Vec::new();
    for seen in &device.sources {
        if seen.source == SightingSource::Agent && !device.agents.is_empty() {
            words.extend(device.agents.iter().map(|seen| format!("agent {} ({})", seen.agent, word(seen.source))));
        } else {
            words.push(word(seen.source).to_owned());
        }
    }
    words.join(", ")
}

fn sources_table(sources: &[SourceView]) -> String {
    let rows = sources.iter().map(|source| {
        vec![
            word(source.source).to_owned(),
            if source.running { "running" } else { "failed" }.to_owned(),
            source.since.format("%F %T UTC").to_string(),
            text(source.last_error.as_deref()),
        ]
    });
    output::table(&["source", "state", "since", "last error"], rows)
}

pub(super) fn word(source: SightingSource) -> &'static str {
    match source {
        SightingSource::Scan => "scan",
        SightingSource::Manual => "by hand",
        SightingSource::Mdns => "mDNS",
        SightingSource::Coiot => "CoIoT",
        SightingSource::Mqtt => "MQTT",
        SightingSource::Extender => "range extender",
        SightingSource::OutboundSocket => "its own call",
        SightingSource::Agent => "an agent",
        _ => "other",
    }
}
