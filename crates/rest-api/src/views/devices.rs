//! Devices as the interface shows them.

use api_types::{
    devices::{
        Channel, DeviceDetail, DeviceState, DeviceView, DriftSummary, FleetOverview, OfflineReason, OutputView,
        RestartResult,
    },
    events::ReadingView,
};
use fleet::{DeviceWithStatus, FreshReading, Restarted};
use fleet_model::{DriftState, FleetCounts};
use shelly_types::{ComponentKey, ComponentStatus, DeviceStatus};

pub(crate) fn device(device: &DeviceWithStatus) -> DeviceView {
    let record = &device.record;
    let system = device.status.as_ref().and_then(DeviceStatus::system);
    DeviceView {
        mac: record.mac,
        name: record.display_name(),
        model: record.model.clone(),
        product: super::others::product(&record.model),
        generation: record.generation,
        address: record.endpoint.clone(),
        firmware: record.firmware.version().to_owned(),
        update: system.and_then(|system| system.update_stable.clone()),
        update_beta: system.and_then(|system| system.update_beta.clone()),
        state: state(record.state),
        state_reason: record.state_reason.clone(),
        offline_reason: record.offline_reason.map(offline_reason),
        address_conflict: device.address_conflict.clone(),
        groups: record.groups.iter().map(|group| group.name.clone()).collect(),
        location: record.location.as_ref().map(|location| location.name.clone()),
        tags: record.tags.clone(),
        last_seen_at: record.last_seen_at,
        rssi_dbm: device.status.as_ref().and_then(fleet_query::rssi_dbm),
        power_w: device.status.as_ref().and_then(power),
        outputs: device.status.as_ref().map(outputs).unwrap_or_default(),
        drift: drift(record.drift),
        restart_required: record.restart_required,
        critical: record.critical,
        auth_required: record.auth_required,
    }
}

pub(crate) fn reading(reading: &FreshReading) -> ReadingView {
    let status = &*reading.status;
    let system = status.system();
    ReadingView {
        mac: reading.mac,
        last_seen_at: reading.at,
        update: system.and_then(|system| system.update_stable.clone()),
        update_beta: system.and_then(|system| system.update_beta.clone()),
        rssi_dbm: fleet_query::rssi_dbm(status),
        power_w: power(status),
        outputs: outputs(status),
    }
}

pub(crate) fn device_detail(detail: &DeviceWithStatus) -> DeviceDetail {
    let record = &detail.record;
    DeviceDetail {
        device: device(detail),
        host_name: record.host_name.clone(),
        firmware_build: record.firmware.to_string(),
        profile: record.profile.clone(),
        label: record.label.clone(),
        first_seen_at: record.first_seen_at,
        adopted_at: record.adopted_at,
        poll_interval_s: record.poll_interval_s,
        powered_by: record.powered_by.as_ref().map(ToString::to_string),
        revision: record.revision,
        status: detail.status.clone(),
        status_at: detail.status_at,
        channel: detail.channel.map(channel),
    }
}

fn channel(channel: fleet_model::Channel) -> Channel {
    match channel {
        fleet_model::Channel::Http => Channel::Http,
        fleet_model::Channel::Https => Channel::Https,
        fleet_model::Channel::WebSocket => Channel::WebSocket,
        fleet_model::Channel::OutboundWebSocket => Channel::OutboundWebSocket,
        fleet_model::Channel::Mqtt => Channel::Mqtt,
        fleet_model::Channel::Udp => Channel::Udp,
        fleet_model::Channel::Agent => Channel::Agent,
    }
}

pub(crate) fn overview(counts: &FleetCounts) -> FleetOverview {
    FleetOverview {
        devices: counts.devices,
        online: counts.online,
        troubled: counts.offline + counts.unauthorized + counts.wrong_device + counts.locked_out,
        asleep: counts.asleep,
        drifted: counts.drifted,
        inbox: counts.inbox,
    }
}

pub(super) fn state(state: fleet_model::DeviceState) -> DeviceState {
    match state {
        fleet_model::DeviceState::Online => DeviceState::Online,
        fleet_model::DeviceState::Offline => DeviceState::Offline,
        fleet_model::DeviceState::Asleep => DeviceState::Asleep,
        fleet_model::DeviceState::Unauthorized => DeviceState::Unauthorized,
        fleet_model::DeviceState::WrongDevice => DeviceState::WrongDevice,
        fleet_model::DeviceState::LockedOut => DeviceState::LockedOut,
    }
}

fn offline_reason(reason: fleet_model::OfflineReason) -> OfflineReason {
    match reason {
        fleet_model::OfflineReason::Power => OfflineReason::Power,
        fleet_model::OfflineReason::Wifi => OfflineReason::Wifi,
        fleet_model::OfflineReason::Address => OfflineReason::Address,
        fleet_model::OfflineReason::Password => OfflineReason::Password,
        fleet_model::OfflineReason::Extender => OfflineReason::Extender,
        fleet_model::OfflineReason::ParentOff => OfflineReason::ParentOff,
        fleet_model::OfflineReason::OurNetwork => OfflineReason::OurNetwork,
        fleet_model::OfflineReason::Unknown => OfflineReason::Unknown,
    }
}

pub(crate) fn restarted(restarted: Restarted) -> RestartResult {
    let Restarted { mac, name, outcome } = restarted;
    match outcome {
        Ok(proof) => RestartResult {
            mac,
            name,
            restarted: true,
            error: None,
            uptime_before_s: proof.uptime_before_s,
            uptime_after_s: proof.uptime_after_s,
            restart_required: proof.still_required,
        },
        Err(error) => RestartResult {
            mac,
            name,
            restarted: false,
            error: Some(error),
            uptime_before_s: None,
            uptime_after_s: None,
            restart_required: true,
        },
    }
}

fn drift(drift: DriftState) -> DriftSummary {
    match drift {
        DriftState::Unmanaged => DriftSummary::Unmanaged,
        DriftState::Unknown => DriftSummary::Unknown,
        DriftState::InSync => DriftSummary::InSync,
        DriftState::Drifted { count } => DriftSummary::Drifted { count },
    }
}

/// The sum of the meters; none without any.
fn power(status: &DeviceStatus) -> Option<f64> {
    let powers = status.components.values().filter_map(|reading| match reading {
        ComponentStatus::Switch(switch) => switch.meter.power_w,
        ComponentStatus::Cover(cover) => cover.meter.power_w,
        ComponentStatus::Light(light) => light.meter.power_w,
        ComponentStatus::Meter(meter) => meter.power_w,
        ComponentStatus::EnergyMeter(meter) => meter.total.power_w,
        _ => None,
    });
    powers.fold(None, |sum: Option<f64>, power| Some(sum.unwrap_or(0.0) + power))
}

fn outputs(status: &DeviceStatus) -> Vec<OutputView> {
    let output = |(component, reading): (&ComponentKey, &ComponentStatus)| {
        let (on, percent, state) = match reading {
            ComponentStatus::Switch(switch) => (switch.output, None, None),
            ComponentStatus::Light(light) => (light.output, light.brightness_percent, None),
            ComponentStatus::Cover(cover) => (None, cover.position_percent, cover.state.clone()),
            _ => return None,
        };
        Some(OutputView { component: component.clone(), on, percent, state })
    };
    status.components.iter().filter_map(output).collect()
}
