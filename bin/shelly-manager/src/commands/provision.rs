//! `shelly-manager provision`.

mod list;

use std::{fmt::Write, time::Duration};

use api_types::{
    agent_tasks::{
        CancelProvisioningRequest, DeviceToProvisionRequest, ProvisioningDetail, ProvisioningView,
        StartProvisioningRequest, TaskView, WifiLoginRequest,
    },
    agents::AccessPointView,
    placements::{CreatePlacementRequest, PlacementView},
};
use chrono::{DateTime, Utc};
use fleet_model::{TaskCounts, TaskState};
use serde::Serialize;
use uuid::Uuid;

use super::{Session, UsageError, agents::find, read_secret, text};
use crate::{
    args::{DeviceGets, Into, PlacementCommand, ProvisionCommand},
    exit::Exit,
    output, progress,
};

/// How often it is asked how far it is.
const ASK_INTERVAL: Duration = Duration::from_millis(500);

/// What agents see, and what was begun.
#[derive(Serialize)]
struct Overview {
    access_points: Vec<AccessPointView>,
    provisionings: Vec<ProvisioningView>,
}

pub(super) async fn run(session: &Session, command: ProvisionCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        ProvisionCommand::List => {
            let access_points = client.access_points().await?;
            let overview = Overview { access_points, provisionings: client.provisionings().await?.items };
            output::show(session.output, &overview, |overview| {
                let seen = points(&overview.access_points);
                format!("New devices nearby:\n{seen}\n\nBrought in:\n{}", begun(&overview.provisionings))
            })?;
            Ok(Exit::Ok)
        }
        ProvisionCommand::Start { devices, into, what } => start(session, named(devices, what)?, into).await,
        ProvisionCommand::Batch { file, into, check } => {
            let devices = list::read(&file)?;
            if check {
                output::show(session.output, &devices, |devices| list::table(devices))?;
                return Ok(Exit::Ok);
            }
            start(session, devices, into).await
        }
        ProvisionCommand::Show { provisioning, follow: true } => follow(session, provisioning).await,
        ProvisionCommand::Show { provisioning, follow: false } => {
            report(session, &client.provisioning(provisioning).await?)
        }
        ProvisionCommand::Cancel { provisioning, tasks } => {
            let request = CancelProvisioningRequest { tasks };
            report(session, &client.provisioning_cancel(provisioning, &request).await?)?;
            Ok(Exit::Ok)
        }
        ProvisionCommand::Rules(command) => rules(session, command).await,
    }
}

/// The devices of the command line.
fn named(devices: Vec<String>, what: DeviceGets) -> anyhow::Result<Vec<DeviceToProvisionRequest>> {
    let DeviceGets { name, group, profile, location, address, bluetooth } = what;
    if devices.len() > 1 && (name.is_some() || address.is_some()) {
        let usage = "a name and an address are of one device: use `provision batch` for several";
        return Err(UsageError(usage.to_owned()).into());
    }
    let one = |device: String| DeviceToProvisionRequest {
        device,
        name: name.clone(),
        group: group.clone(),
        profile: profile.clone(),
        location: location.clone(),
        address: address.clone(),
        bluetooth,
        ..DeviceToProvisionRequest::default()
    };
    Ok(devices.into_iter().map(one).collect())
}

async fn start(session: &Session, devices: Vec<DeviceToProvisionRequest>, into: Into) -> anyhow::Result<Exit> {
    let agent = match &into.agent {
        Some(agent) => Some(find(session, agent).await?.id),
        None => None,
    };
    let password = match (into.open, into.password) {
        (true, _) => None,
        (false, Some(password)) => Some(password),
        (false, None) => Some(read_secret(&format!("password of {}", into.ssid))?),
    };
    let request = StartProvisioningRequest {
        network: WifiLoginRequest { ssid: into.ssid, password },
        devices,
        gateway: into.gateway,
        nameserver: into.nameserver,
        agent,
        wait_minutes: into.wait,
        ..StartProvisioningRequest::default()
    };
    let begun = session.client.provisioning_start(&request).await?;
    if into.no_follow {
        report(session, &begun)?;
        return Ok(Exit::Ok);
    }
    follow(session, begun.provisioning.id).await
}

/// Watches until all is done, and says each step as it is begun.
async fn follow(session: &Session, id: Uuid) -> anyhow::Result<Exit> {
    let mut found = session.client.provisioning(id).await?;
    let bar = progress::bar("provision", found.provisioning.counts.total().into());
    let mut said: Vec<String> = vec![String::new(); found.devices.len()];
    while found.provisioning.counts.open() > 0 {
        bar.set_position(u64::from(found.provisioning.counts.total() - found.provisioning.counts.open()));
        for (task, said) in found.devices.iter().zip(&mut said) {
            let line = format!("{}: {}", subject(task), state(task, Utc::now()));
            // How much of the window is left changes each time, and is no news.
            let news = format!("{:?} {:?} {:?}", task.state, task.step, task.reason);
            if *said != news {
                *said = news;
                bar.suspend(|| output::complain(&line));
            }
        }
        bar.set_message(counts(found.provisioning.counts));
        tokio::time::sleep(ASK_INTERVAL).await;
        found = session.client.provisioning(id).await?;
    }
    bar.finish_and_clear();
    report(session, &found)
}

fn report(session: &Session, found: &ProvisioningDetail) -> anyhow::Result<Exit> {
    output::show(session.output, found, |found| detail(found, Utc::now()))?;
    let counts = found.provisioning.counts;
    Ok(if counts.failed + counts.cancelled == 0 { Exit::Ok } else { Exit::Failed })
}

fn detail(found: &ProvisioningDetail, now: DateTime<Utc>) -> String {
    let of = &found.provisioning;
    let mut out = String::new();
    let _ = writeln!(out, "{} ({}), begun {} by {}", of.title, of.id, of.created_at.format("%F %T UTC"), of.created_by);
    let rows = found.devices.iter().map(|task| {
        vec![
            subject(task),
            text(task.mac),
            text(task.name.as_deref()),
            state(task, now),
            text(task.address.as_deref()),
            task.took_ms.map(|took| format!("{:.1} s", took as f64 / 1000.0)).unwrap_or_default(),
            text(task.job),
        ]
    });
    let _ = writeln!(out, "{}", output::table(&["device", "mac", "name", "state", "address", "took", "job"], rows));
    let _ = write!(out, "{}", counts(of.counts));
    out
}

fn subject(task: &TaskView) -> String {
    task.ssid.clone().or_else(|| task.device.clone()).unwrap_or_default()
}

fn state(task: &TaskView, now: DateTime<Utc>) -> String {
    let mut text = match (task.state, task.step) {
        (TaskState::Running, Some(step)) => step.as_str().replace('_', " "),
        (state, _) => state.as_str().replace('_', " "),
    };
    if let Some(ends) = task.window_ends_at.filter(|_| !task.state.is_final()) {
        let left = (ends - now).num_seconds().max(0);
        let _ = write!(text, " ({}:{:02} left of the setup window)", left / 60, left % 60);
    }
    if let Some(reason) = &task.reason {
        let _ = write!(text, ": {reason}");
    }
    text
}

fn counts(counts: TaskCounts) -> String {
    let TaskCounts { waiting, running, done, failed, cancelled } = counts;
    format!("{done} done, {running} worked on, {waiting} waiting, {failed} failed, {cancelled} called off")
}

/// Access points of new devices as a table.
pub(super) fn points(points: &[AccessPointView]) -> String {
    let now = Utc::now();
    let rows = points.iter().map(|point| {
        let window = point.window_ends_at.map(|ends| {
            let left = (ends - now).num_minutes();
            if left > 0 { format!("closes in {left} min at the latest") } else { "may be closed".to_owned() }
        });
        vec![
            point.ssid.clone(),
            format!("{} dBm", point.signal_dbm),
            point.security.to_string(),
            heard_by(point),
            point.first_seen_at.format("%F %T UTC").to_string(),
            point.last_seen_at.format("%F %T UTC").to_string(),
            text(window),
        ]
    });
    let heads = ["access point", "signal", "security", "heard by", "first seen", "last seen", "setup window"];
    output::table(&heads, rows)
}

/// Which agents hear an access point; the signal of each but the best, which has a column of its own.
fn heard_by(point: &AccessPointView) -> String {
    let each = point.heard_by.iter().enumerate().map(|(place, heard)| {
        let radio = format!("{} {}", heard.agent, heard.interface);
        if place == 0 { radio } else { format!("{radio} {} dBm", heard.signal_dbm) }
    });
    each.collect::<Vec<_>>().join(", ")
}

fn begun(provisionings: &[ProvisioningView]) -> String {
    let rows = provisionings.iter().map(|of| {
        vec![
            of.id.to_string(),
            of.title.clone(),
            of.network.clone(),
            counts(of.counts),
            of.created_by.clone(),
            of.created_at.format("%F %T UTC").to_string(),
        ]
    });
    output::table(&["id", "what", "network", "devices", "by", "begun"], rows)
}

async fn rules(session: &Session, command: PlacementCommand) -> anyhow::Result<Exit> {
    let client = &session.client;
    match command {
        PlacementCommand::List => {
            output::show(session.output, &client.placements().await?, |rules| rules_table(rules))?;
        }
        PlacementCommand::Add { name, models, ssid, subnet, location, group, profile } => {
            let request = CreatePlacementRequest { name, models, ssid, subnet, location, group, profile };
            let rule = client.placement_create(&request).await?;
            output::show(session.output, &rule, |rule| format!("made rule `{}`", rule.name))?;
        }
        PlacementCommand::Remove { name } => {
            let rule = client.placements().await?.into_iter().find(|rule| rule.name == name);
            let rule = rule.ok_or_else(|| UsageError(format!("there is no rule `{name}`")))?;
            client.placement_delete(rule.id).await?;
            output::show(session.output, &rule, |rule| format!("removed rule `{}`", rule.name))?;
        }
    }
    Ok(Exit::Ok)
}

fn rules_table(rules: &[PlacementView]) -> String {
    let rows = rules.iter().map(|rule| {
        vec![
            rule.name.clone(),
            if rule.models.is_empty() { "all".to_owned() } else { rule.models.join(", ") },
            text(rule.ssid.as_deref()),
            text(rule.subnet.as_deref()),
            text(rule.location.as_deref()),
            text(rule.group.as_deref()),
            text(rule.profile.as_deref()),
        ]
    });
    output::table(&["name", "models", "network", "address in", "location", "group", "profile"], rows)
}
