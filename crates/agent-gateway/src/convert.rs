//! Between the contract's words and ours. What an agent says is checked here: it may be broken, or no agent of ours.

use std::time::Duration;

use agent_proto::v1::{self, task, task_result};
use chrono::{DateTime, TimeDelta, Utc};
use discovery::DeviceId;
use fleet::{FoundByAgent, GivenTask, TaskNews, TaskOutcome};
use fleet_model::{
    AccessPointRecord, AgentAbility, AgentAbout, AgentId, AgentInterface, AgentRadio, AgentTaskId, ApSecurity,
    DevicePlace, FixedAddress, ProvisionWork, SightingSource, TaskFailure, TaskStep, TaskWork,
};
use secrets::Secret;
use shelly_types::{Firmware, Generation, Identity, Mac, Model};

/// Longest name of something, in characters.
const MAX_NAME: usize = 64;

/// Interfaces of one host that are kept, and addresses of one interface.
const MAX_INTERFACES: usize = 32;

/// Longest text for people, in characters.
const MAX_TEXT: usize = 500;

/// The oldest sighting that counts.
const MAX_AGE_MS: u64 = 24 * 60 * 60 * 1000;

/// The earliest first sighting that counts.
const MAX_FIRST_AGE_MS: u64 = 7 * MAX_AGE_MS;

/// What an agent says of itself.
pub(crate) fn about(hello: &v1::Hello) -> AgentAbout {
    AgentAbout {
        version: name(&hello.version),
        host: name(&hello.host),
        system: name(&hello.system),
        interfaces: hello.interfaces.iter().take(MAX_INTERFACES).map(interface).collect(),
        abilities: hello.abilities().filter_map(ability).collect(),
    }
}

fn interface(interface: &v1::Interface) -> AgentInterface {
    let radio = interface.wifi.as_ref().map(|radio| AgentRadio {
        control: name(&radio.control),
        ssid: some(&radio.ssid),
        is_usable: radio.is_usable,
        why_not: Some(text(&radio.why_not)).filter(|why| !why.is_empty()),
    });
    AgentInterface {
        name: name(&interface.name),
        mac: name(&interface.mac),
        addresses: interface.addresses.iter().take(MAX_INTERFACES).map(|address| name(address)).collect(),
        carries_session: interface.carries_session,
        radio,
    }
}

fn ability(ability: v1::Ability) -> Option<AgentAbility> {
    match ability {
        v1::Ability::Unspecified => None,
        v1::Ability::Wifi => Some(AgentAbility::Wifi),
        v1::Ability::Bluetooth => Some(AgentAbility::Bluetooth),
        v1::Ability::Discovery => Some(AgentAbility::Discovery),
        v1::Ability::Relay => Some(AgentAbility::Relay),
    }
}

/// Tasks that an agent has. What is no id cannot be ours.
pub(crate) fn holds(held: &[v1::HeldTask]) -> Vec<(AgentTaskId, u64)> {
    held.iter().filter_map(|held| Some((held.task_id.parse().ok()?, held.fence))).collect()
}

/// Access points that are of devices by their name; others are left out.
pub(crate) fn points(agent: AgentId, report: &v1::AccessPoints, now: DateTime<Utc>) -> Vec<AccessPointRecord> {
    let interface = name(&report.interface);
    let mut points: Vec<AccessPointRecord> = Vec::new();
    for point in &report.points {
        if point.ssid.parse::<DeviceId>().is_err() {
            continue;
        }
        let age = millis_ago(point.age_ms, MAX_AGE_MS);
        let seen = AccessPointRecord {
            agent_id: agent,
            interface: interface.clone(),
            ssid: name(&point.ssid),
            bssid: name(&point.bssid),
            signal_dbm: point.signal_dbm.clamp(-200, 0),
            frequency_mhz: point.frequency_mhz,
            security: security(point.security()),
            first_seen_at: now - age.max(millis_ago(point.first_seen_age_ms, MAX_FIRST_AGE_MS)),
            last_seen_at: now - age,
        };
        // One name may be there with several addresses; the strongest counts.
        match points.iter_mut().find(|known| known.ssid == seen.ssid) {
            Some(known) if known.signal_dbm < seen.signal_dbm => *known = seen,
            Some(_) => {}
            None => points.push(seen),
        }
    }
    points
}

fn millis_ago(told: u64, most: u64) -> TimeDelta {
    TimeDelta::milliseconds(i64::try_from(told.min(most)).unwrap_or_default())
}

fn security(security: v1::Security) -> ApSecurity {
    match security {
        v1::Security::Unspecified => ApSecurity::Unknown,
        v1::Security::Open => ApSecurity::Open,
        v1::Security::Wep => ApSecurity::Wep,
        v1::Security::Wpa => ApSecurity::Wpa,
        v1::Security::Wpa2 => ApSecurity::Wpa2,
        v1::Security::Wpa3 => ApSecurity::Wpa3,
    }
}

/// Devices on a network of the agent, as far as they can be understood.
pub(crate) fn lan_devices(report: &v1::LanDevices) -> Vec<FoundByAgent> {
    let found = |seen: &v1::LanDevice| found(seen.device.as_ref()?, &seen.endpoint, &seen.source);
    report.devices.iter().filter_map(found).collect()
}

fn found(device: &v1::Device, endpoint: &str, by: &str) -> Option<FoundByAgent> {
    Some(FoundByAgent { identity: identity(device)?, endpoint: some(endpoint)?, source: source(by) })
}

/// What an agent saw a device by; asking for it stands for all that is not known here.
fn source(by: &str) -> SightingSource {
    match by {
        "mdns" => SightingSource::Mdns,
        "coiot" => SightingSource::Coiot,
        "outbound_socket" => SightingSource::OutboundSocket,
        _ => SightingSource::Scan,
    }
}

fn identity(device: &v1::Device) -> Option<Identity> {
    Some(Identity {
        mac: device.mac.parse().ok()?,
        generation: Generation(u8::try_from(device.generation).ok().filter(|generation| *generation > 0)?),
        model: Model::new(name(&device.model)),
        firmware: Firmware::new(name(&device.firmware)),
        host_name: some(&device.host_name),
        app: some(&device.app),
        name: some(&device.name),
        profile: some(&device.profile),
        auth_required: device.auth_required,
    })
}

/// How far a task is; none when it names no task.
pub(crate) fn news(progress: &v1::TaskProgress) -> Option<TaskNews> {
    let device = progress.device.as_ref().and_then(|device| {
        let mac: Mac = device.mac.parse().ok()?;
        Some((mac, name(&device.model)))
    });
    Some(TaskNews {
        task: progress.task_id.parse().ok()?,
        fence: progress.fence,
        step: step(progress.step()),
        detail: text(&progress.detail),
        window_left: progress.window_left_ms.map(|left| Duration::from_millis(left.min(MAX_AGE_MS))),
        device,
    })
}

fn step(step: v1::Step) -> Option<TaskStep> {
    match step {
        v1::Step::Unspecified => None,
        v1::Step::Accepted => Some(TaskStep::Accepted),
        v1::Step::Preparing => Some(TaskStep::Preparing),
        v1::Step::Joining => Some(TaskStep::Joining),
        v1::Step::Identifying => Some(TaskStep::Identifying),
        v1::Step::Writing => Some(TaskStep::Writing),
        v1::Step::Leaving => Some(TaskStep::Leaving),
        v1::Step::Finding => Some(TaskStep::Finding),
        v1::Step::RollingBack => Some(TaskStep::RollingBack),
        v1::Step::Working => Some(TaskStep::Working),
    }
}

/// How a task ended; none when it names no task.
pub(crate) fn result(result: &v1::TaskResult) -> Option<(AgentTaskId, u64, Duration, TaskOutcome)> {
    let took = Duration::from_millis(result.took_ms.min(MAX_AGE_MS));
    Some((result.task_id.parse().ok()?, result.fence, took, outcome(result.outcome.as_ref())))
}

fn outcome(outcome: Option<&task_result::Outcome>) -> TaskOutcome {
    let failed = |text: &str| TaskOutcome::Failed {
        failure: TaskFailure::Internal,
        text: text.to_owned(),
        step: None,
        is_host_restored: false,
        place: DevicePlace::Unknown,
    };
    match outcome {
        None => failed("the agent said nothing of how it ended"),
        Some(task_result::Outcome::Failure(failure)) => TaskOutcome::Failed {
            failure: kind(failure.kind()),
            text: text(&failure.text),
            step: step(failure.step()),
            is_host_restored: failure.is_host_restored,
            place: match failure.device() {
                v1::DevicePlace::Untouched => DevicePlace::Untouched,
                v1::DevicePlace::AccessPoint => DevicePlace::AccessPoint,
                v1::DevicePlace::Unspecified | v1::DevicePlace::Unknown => DevicePlace::Unknown,
            },
        },
        Some(task_result::Outcome::Scan(done)) => TaskOutcome::Done { found: done.points },
        Some(task_result::Outcome::Probe(done)) => TaskOutcome::Done { found: done.devices },
        Some(task_result::Outcome::Restored(_)) => TaskOutcome::Done { found: 0 },
        Some(task_result::Outcome::Provisioned(done)) => {
            let device = done.device.as_ref().and_then(|device| found(device, &done.endpoint, &done.found_by));
            match device {
                Some(found) => TaskOutcome::Provisioned {
                    found: Box::new(found),
                    found_by: name(&done.found_by),
                    is_host_restored: done.is_host_restored,
                },
                None => failed("the agent said that it is done, but not with which device or where it is"),
            }
        }
    }
}

fn kind(kind: v1::FailureKind) -> TaskFailure {
    match kind {
        v1::FailureKind::Unspecified | v1::FailureKind::Internal => TaskFailure::Internal,
        v1::FailureKind::Unsupported => TaskFailure::Unsupported,
        v1::FailureKind::Radio => TaskFailure::Radio,
        v1::FailureKind::NoAccessPoint => TaskFailure::NoAccessPoint,
        v1::FailureKind::AccessPointPassword => TaskFailure::AccessPointPassword,
        v1::FailureKind::WrongDevice => TaskFailure::WrongDevice,
        v1::FailureKind::DevicePassword => TaskFailure::DevicePassword,
        v1::FailureKind::Device => TaskFailure::Device,
        v1::FailureKind::Network => TaskFailure::Network,
        v1::FailureKind::NotFound => TaskFailure::NotFound,
        v1::FailureKind::WindowClosed => TaskFailure::WindowClosed,
        v1::FailureKind::Cancelled => TaskFailure::Cancelled,
        v1::FailureKind::TimedOut => TaskFailure::TimedOut,
        v1::FailureKind::Interrupted => TaskFailure::Interrupted,
    }
}

/// A task as an agent is told it.
pub(crate) fn task(given: &GivenTask) -> v1::Task {
    let GivenTask { task, secrets, lease, deadline } = given;
    let kind = match &task.work {
        TaskWork::Scan => task::Kind::Scan(v1::Scan {}),
        TaskWork::Restore => task::Kind::Restore(v1::Restore {}),
        TaskWork::Probe { targets, listen_s } => {
            task::Kind::Probe(v1::Probe { targets: targets.clone(), listen_ms: listen_s.saturating_mul(1000) })
        }
        TaskWork::Provision(work) => task::Kind::Provision(provision(work, secrets)),
    };
    v1::Task {
        task_id: task.id.to_string(),
        fence: task.fence,
        lease_ms: millis(*lease),
        deadline_ms: millis(*deadline),
        interface: task.interface.clone().unwrap_or_default(),
        kind: Some(kind),
    }
}

fn provision(work: &ProvisionWork, secrets: &fleet::TaskSecrets) -> v1::Provision {
    let open =
        |secret: &Option<Secret<String>>| secret.as_ref().map(|secret| secret.expose().clone()).unwrap_or_default();
    v1::Provision {
        ssid: work.ssid.clone().unwrap_or_default(),
        mac: work.device.to_string(),
        access_point_password: open(&secrets.access_point),
        device_password: open(&secrets.device),
        network: Some(v1::WifiNetwork { ssid: work.network.clone(), password: open(&secrets.network) }),
        fallback: work.fallback.clone().map(|ssid| v1::WifiNetwork { ssid, password: open(&secrets.fallback) }),
        address: work.address.map(address),
        name: work.name.clone().unwrap_or_default(),
        transport: if work.bluetooth { v1::Transport::Bluetooth } else { v1::Transport::Wifi }.into(),
        find_ms: 0,
    }
}

fn address(address: FixedAddress) -> v1::StaticAddress {
    let FixedAddress { address, netmask, gateway, nameserver } = address;
    v1::StaticAddress {
        address: address.to_string(),
        netmask: netmask.to_string(),
        gateway: gateway.map(|gateway| gateway.to_string()).unwrap_or_default(),
        nameserver: nameserver.map(|nameserver| nameserver.to_string()).unwrap_or_default(),
    }
}

pub(crate) fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}

pub(crate) fn text(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect()
}

fn some(text: &str) -> Option<String> {
    Some(name(text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use fleet_model::SequenceIds;

    use super::*;

    #[test]
    fn w20_only_access_points_of_devices_are_kept_and_of_one_name_the_strongest() {
        let agent = AgentId::new(&SequenceIds::default());
        let point = |ssid: &str, signal_dbm| v1::AccessPoint {
            ssid: ssid.to_owned(),
            signal_dbm,
            age_ms: 2000,
            first_seen_age_ms: 5000,
            ..v1::AccessPoint::default()
        };
        let report = v1::AccessPoints {
            interface: "wlan0".to_owned(),
            is_complete: true,
            points: vec![
                point("ShellyPlus1-A8032AB12345", -70),
                point("Home", -40),
                point("ShellyPlus1-A8032AB12345", -50),
                point("shelly1-C3D4E5", 77),
            ],
        };
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        let points = points(agent, &report, now);
        let seen: Vec<(&str, i32)> = points.iter().map(|point| (point.ssid.as_str(), point.signal_dbm)).collect();
        assert_eq!(seen, [("ShellyPlus1-A8032AB12345", -50), ("shelly1-C3D4E5", 0)]);
        assert_eq!(points[0].last_seen_at, now - TimeDelta::seconds(2));
        assert_eq!(points[0].first_seen_at, now - TimeDelta::seconds(5));
    }

    #[test]
    fn w19_a_result_without_a_device_is_a_failure() {
        let id = AgentTaskId::new(&SequenceIds::default());
        let mut told = v1::TaskResult { task_id: id.to_string(), fence: 3, took_ms: 5, outcome: None };
        let is_failure = |told: &v1::TaskResult| matches!(result(told), Some((_, 3, _, TaskOutcome::Failed { .. })));
        assert!(is_failure(&told));
        let device = v1::Device { mac: "A8032AB12345".to_owned(), generation: 2, ..v1::Device::default() };
        let nowhere = v1::Provisioned { device: Some(device), ..v1::Provisioned::default() };
        told.outcome = Some(task_result::Outcome::Provisioned(nowhere.clone()));
        assert!(is_failure(&told), "nobody knows where it is");
        let there = v1::Provisioned { endpoint: "192.0.2.7:80".to_owned(), ..nowhere };
        told.outcome = Some(task_result::Outcome::Provisioned(there));
        assert!(!is_failure(&told));
        told.task_id = "noise".to_owned();
        assert_eq!(result(&told), None);
    }
}
