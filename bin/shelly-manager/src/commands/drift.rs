//! `shelly-manager drift`: what differs, since when and why, and the ways out.

use std::fmt::Write;

use api_types::{
    config::ScopeView,
    drift::{AcceptDriftRequest, DifferenceView, DriftCause, DriftView, DriftWaiverView, WaiveDriftRequest},
};
use capability_config::SettingPath;
use shelly_types::Mac;

use super::{Session, UsageError, config, jobs, rules::end_of, text};
use crate::{
    args::{AcceptInto, DriftCommand, How},
    exit::Exit,
    output,
};

pub(super) async fn run(session: &Session, command: DriftCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        DriftCommand::List => {
            let drift = client.drift().await?;
            output::show(
                session.output,
                &drift,
                |drift| if drift.is_empty() { "no drift".to_owned() } else { table(drift) },
            )?;
            Ok(if drift.is_empty() { Exit::Ok } else { Exit::Drift })
        }
        DriftCommand::Show { device } => {
            let drift = client.device_drift(device).await?;
            output::show(session.output, &drift, |drift| table(std::slice::from_ref(drift)))?;
            Ok(if drift.differences.is_empty() { Exit::Ok } else { Exit::Drift })
        }
        DriftCommand::Check(which) => check(session, which).await,
        DriftCommand::Putback { which, yes } => {
            let request = config::request(session, which, How::default()).await?;
            jobs::apply(session, &request, None, yes).await
        }
        DriftCommand::Accept { device, paths, into } => {
            let request = AcceptDriftRequest { device, paths, into: scope(into) };
            let layer = client.drift_accept(&request).await?;
            output::show(session.output, &layer, |layer| config::layers_table(std::slice::from_ref(layer)))?;
            Ok(Exit::Ok)
        }
        DriftCommand::Waive { device, paths, until, reason } => {
            let request = WaiveDriftRequest { device, paths, until: end_of(until)?, reason };
            output::show(session.output, &client.drift_waive(&request).await?, |waivers| waivers_table(waivers))?;
            Ok(Exit::Ok)
        }
        DriftCommand::Policy(command) => super::repairs::run(session, command).await,
        DriftCommand::Waivers => {
            output::show(session.output, &client.drift_waivers().await?, |waivers| waivers_table(waivers))?;
            Ok(Exit::Ok)
        }
        DriftCommand::Unwaive { device, paths } => unwaive(session, device, &paths).await,
    }
}

/// Reads devices now and shows what differs.
pub(super) async fn check(session: &Session, which: crate::args::Which) -> anyhow::Result<Exit> {
    let drift = session.client.drift_check(&config::selection(session, which).await?).await?;
    output::show(session.output, &drift, |drift| table(drift))?;
    let unreadable = drift.iter().any(|device| device.error.is_some());
    let differs = drift.iter().any(|device| !device.differences.is_empty());
    Ok(match (differs, unreadable) {
        (true, _) => Exit::Drift,
        (false, true) => Exit::Unreachable,
        (false, false) => Exit::Ok,
    })
}

async fn unwaive(session: &Session, device: Mac, paths: &[SettingPath]) -> anyhow::Result<Exit> {
    let mut waivers = session.client.drift_waivers().await?;
    waivers.retain(|waiver| waiver.mac == device && (paths.is_empty() || paths.contains(&waiver.path)));
    if waivers.is_empty() {
        return Err(UsageError(format!("nothing of {device} is let be there")).into());
    }
    for waiver in &waivers {
        session.client.drift_waiver_delete(waiver.id).await?;
    }
    output::show(session.output, &waivers, |waivers| format!("{} waivers taken back", waivers.len()))?;
    Ok(Exit::Ok)
}

fn scope(into: AcceptInto) -> Option<ScopeView> {
    match into {
        AcceptInto { profile: Some(name), .. } => Some(ScopeView::Profile { name }),
        AcceptInto { group: Some(name), .. } => Some(ScopeView::Group { name }),
        AcceptInto { location: Some(name), .. } => Some(ScopeView::Location { name }),
        AcceptInto { fleet: true, .. } => Some(ScopeView::Fleet),
        AcceptInto { profile: None, group: None, location: None, fleet: false } => None,
    }
}

fn cause(cause: DriftCause) -> &'static str {
    match cause {
        DriftCause::Wish => "new wish",
        DriftCause::Plan => "our job",
        DriftCause::Device => "changed on the device",
        DriftCause::Firmware => "firmware update",
        DriftCause::Unknown => "unknown",
    }
}

fn table(drift: &[DriftView]) -> String {
    let mut rows = Vec::new();
    for device in drift {
        if let Some(error) = &device.error {
            let mut row = vec![device.name.clone()];
            row.resize(7, String::new());
            row.push(error.clone());
            rows.push(row);
        }
        let row = |found: &DifferenceView| {
            let until = found.waived_until.map(|until| format!("let be until {}", until.format("%F")));
            vec![
                device.name.clone(),
                found.setting.path.to_string(),
                config::shown(found.setting.observed.as_ref()),
                config::shown(found.setting.desired.as_ref()),
                text(found.setting.origin.as_deref()),
                found.severity.clone(),
                text(found.since.map(|since| since.format("%F %R"))),
                until.unwrap_or_else(|| cause(found.cause).to_owned()),
            ]
        };
        rows.extend(device.differences.iter().chain(&device.waived).map(row));
        rows.extend(device.ignored.iter().map(|found| {
            let mut row = row(found);
            if let Some(why) = row.last_mut() {
                "no drift by policy".clone_into(why);
            }
            row
        }));
    }
    let mut out = if rows.is_empty() {
        format!("{} devices checked, no drift", drift.len())
    } else {
        output::table(&["device", "setting", "device has", "wished", "by", "severity", "since", "why"], rows)
    };
    for device in drift {
        for conflict in &device.conflicts {
            let _ = write!(out, "\n{}: {}", device.name, config::disagreement(conflict));
        }
    }
    out
}

fn waivers_table(waivers: &[DriftWaiverView]) -> String {
    let row = |waiver: &DriftWaiverView| {
        let until = waiver.until.format("%F %R");
        let until = if waiver.in_force { until.to_string() } else { format!("{until} (ended)") };
        vec![waiver.mac.to_string(), waiver.path.to_string(), until, waiver.created_by.clone(), waiver.reason.clone()]
    };
    output::table(&["device", "setting", "until", "by", "reason"], waivers.iter().map(row))
}
