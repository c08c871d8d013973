//! Our words in those of the contract, and the reverse.

use std::time::Duration;

use agent_proto::v1::{self, agent_message::Body, task_result};
use chrono::{DateTime, Utc};
use secrets::Secret;
use shelly_types::Credentials;
use wifi_control::{Security, Ssid};

use crate::{
    Addressing, DevicePlace, Failure, FailureKind, Known, Network, Outcome, Progress, Provision, Step, TaskId, Way,
    tasks::{probe::LanDevice, scan::DevicePoint},
};

/// A task of the manager; why it cannot be done, when it makes no sense.
pub(super) fn provision(task: &v1::Provision) -> Result<Provision, String> {
    let wifi = task.network.as_ref().ok_or_else(|| "the task names no network".to_owned())?;
    let expected = some(&task.mac).map(str::parse).transpose();
    Ok(Provision {
        by: match task.transport() {
            v1::Transport::Bluetooth => Way::Bluetooth,
            v1::Transport::Wifi | v1::Transport::Unspecified => Way::AccessPoint,
        },
        ssid: ssid(&task.ssid)?,
        expected: expected.map_err(|error: crate::ParseExpectedError| error.to_string())?,
        access_point_key: some(&task.access_point_password).map(Secret::from),
        credentials: some(&task.device_password).map(|password| Credentials::new("admin", password)),
        network: network(wifi)?,
        fallback: task.fallback.as_ref().map(network).transpose()?,
        address: task.address.as_ref().map(address).transpose()?.unwrap_or_default(),
        name: some(&task.name).map(str::to_owned),
        firmware: None,
        find: (task.find_ms > 0).then(|| Duration::from_millis(task.find_ms.into())),
    })
}

fn ssid(text: &str) -> Result<Ssid, String> {
    text.parse().map_err(|error: wifi_control::SsidTooLong| error.to_string())
}

fn network(network: &v1::WifiNetwork) -> Result<Network, String> {
    Ok(Network { ssid: ssid(&network.ssid)?, key: some(&network.password).map(Secret::from) })
}

fn address(fixed: &v1::StaticAddress) -> Result<Addressing, String> {
    let read = |text: &str| text.parse().map_err(|_| format!("`{text}` is no IPv4 address"));
    let optional = |text: &str| some(text).map(read).transpose();
    Ok(Addressing::Static {
        ip: read(&fixed.address)?,
        netmask: read(&fixed.netmask)?,
        gateway: optional(&fixed.gateway)?,
        nameserver: optional(&fixed.nameserver)?,
    })
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// How far a task is.
pub(super) fn progress(progress: &Progress, fence: u64) -> v1::TaskProgress {
    v1::TaskProgress {
        task_id: progress.task.to_string(),
        fence,
        step: step(progress.step).into(),
        detail: progress.detail.clone(),
        window_left_ms: progress.window_left.map(millis_u64),
        device: progress.device.as_ref().map(device),
    }
}

/// How a task ended.
pub(super) fn result(task: &TaskId, fence: u64, took: Duration, outcome: &Outcome) -> Body {
    let outcome = match outcome {
        Outcome::Done(done) => task_result::Outcome::Provisioned(v1::Provisioned {
            device: Some(device(&done.device)),
            endpoint: done.endpoint.to_string(),
            found_by: done.found_by.word().to_owned(),
            is_host_restored: true,
        }),
        Outcome::Failed(failed) => task_result::Outcome::Failure(failure(failed)),
    };
    let (task_id, took_ms) = (task.to_string(), millis_u64(took));
    Body::Result(v1::TaskResult { task_id, fence, took_ms, outcome: Some(outcome) })
}

/// Why a task failed.
pub(super) fn failure(failed: &Failure) -> v1::Failure {
    let Failure { kind: why, text, step: at, is_host_restored, place } = failed;
    v1::Failure {
        kind: kind(*why).into(),
        text: text.clone(),
        step: step(*at).into(),
        is_host_restored: *is_host_restored,
        device: match place {
            DevicePlace::Untouched => v1::DevicePlace::Untouched,
            DevicePlace::AccessPoint => v1::DevicePlace::AccessPoint,
            DevicePlace::Unknown => v1::DevicePlace::Unknown,
        }
        .into(),
    }
}

fn kind(kind: FailureKind) -> v1::FailureKind {
    match kind {
        FailureKind::Unsupported => v1::FailureKind::Unsupported,
        FailureKind::Radio => v1::FailureKind::Radio,
        FailureKind::NoAccessPoint => v1::FailureKind::NoAccessPoint,
        FailureKind::AccessPointKey => v1::FailureKind::AccessPointPassword,
        FailureKind::WrongDevice => v1::FailureKind::WrongDevice,
        FailureKind::DevicePassword => v1::FailureKind::DevicePassword,
        FailureKind::Device | FailureKind::Firmware => v1::FailureKind::Device,
        FailureKind::Network => v1::FailureKind::Network,
        FailureKind::NotFound => v1::FailureKind::NotFound,
        FailureKind::WindowClosed => v1::FailureKind::WindowClosed,
        FailureKind::Cancelled => v1::FailureKind::Cancelled,
        FailureKind::TimedOut => v1::FailureKind::TimedOut,
        FailureKind::Interrupted => v1::FailureKind::Interrupted,
        FailureKind::Internal => v1::FailureKind::Internal,
    }
}

fn step(step: Step) -> v1::Step {
    match step {
        Step::Accepted => v1::Step::Accepted,
        Step::Preparing => v1::Step::Preparing,
        Step::Joining => v1::Step::Joining,
        Step::Identifying => v1::Step::Identifying,
        Step::Updating | Step::Writing => v1::Step::Writing,
        Step::Leaving => v1::Step::Leaving,
        Step::Finding => v1::Step::Finding,
        Step::RollingBack => v1::Step::RollingBack,
        Step::Working => v1::Step::Working,
    }
}

fn device(known: &Known) -> v1::Device {
    let Known { mac, generation, model, app, firmware, host_name, name, profile, auth_required } = known;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    v1::Device {
        mac: mac.to_string(),
        generation: generation.0.into(),
        model: model.to_string(),
        app: text(app),
        firmware: firmware.clone(),
        host_name: text(host_name),
        name: text(name),
        profile: text(profile),
        auth_required: *auth_required,
    }
}

/// A device on a network of the agent.
pub(super) fn lan_device(found: &LanDevice) -> v1::LanDevice {
    let source = found.by.word().to_owned();
    v1::LanDevice { device: Some(device(&found.device)), endpoint: found.endpoint.to_string(), source }
}

/// An access point of a device that was seen just now.
pub(super) fn point(seen: &DevicePoint, now: DateTime<Utc>) -> v1::AccessPoint {
    let security = match seen.point.security {
        Security::Open => v1::Security::Open,
        Security::Wep => v1::Security::Wep,
        Security::Psk => v1::Security::Wpa2,
        Security::Sae => v1::Security::Wpa3,
        Security::Enterprise => v1::Security::Unspecified,
    };
    v1::AccessPoint {
        ssid: seen.point.ssid.to_string(),
        bssid: seen.point.bssid.to_string().replace(':', "").to_uppercase(),
        signal_dbm: seen.point.signal_dbm,
        frequency_mhz: seen.point.frequency_mhz,
        security: security.into(),
        age_ms: 0,
        first_seen_age_ms: now.signed_duration_since(seen.first_seen_at).to_std().map(millis_u64).unwrap_or_default(),
    }
}

/// Whole milliseconds.
pub(super) fn millis_u64(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> v1::Provision {
        v1::Provision {
            ssid: "ShellyPlus1-A8032AB12345".to_owned(),
            mac: "b12345".to_owned(),
            network: Some(v1::WifiNetwork { ssid: "home".to_owned(), password: "hush".to_owned() }),
            ..v1::Provision::default()
        }
    }

    /// W18: a task of the manager is read whole, or refused with a reason.
    #[test]
    fn w18_tasks_are_read_or_refused() {
        let read = provision(&wish()).unwrap();
        assert!(read.expected().unwrap().is("A8032AB12345".parse().unwrap()));
        assert_eq!((read.address, read.name, read.find), (Addressing::Dhcp, None, None));
        assert_eq!(read.network.key.unwrap().expose(), "hush");
        let bluetooth = v1::Provision { transport: v1::Transport::Bluetooth.into(), ..wish() };
        assert_eq!(
            (provision(&bluetooth).unwrap().by, provision(&wish()).unwrap().by),
            (Way::Bluetooth, Way::AccessPoint)
        );
        for refused in [
            v1::Provision { network: None, ..wish() },
            v1::Provision { ssid: String::new(), ..wish() },
            v1::Provision { mac: "12".to_owned(), ..wish() },
            v1::Provision { address: Some(v1::StaticAddress::default()), ..wish() },
        ] {
            assert!(provision(&refused).is_err(), "{refused:?}");
        }
    }
}
