//! Agents, their work, and where new devices belong.

use api_types::{
    agent_tasks::{
        DeviceToProvisionRequest, ProvisioningDetail, ProvisioningView, StartProvisioningRequest, TaskKind, TaskView,
        WifiLoginRequest,
    },
    agents::{AccessPointView, AgentCodeView, AgentDeviceView, AgentInterfaceView, AgentState, AgentView, HeardByView},
    placements::PlacementView,
};
use fleet::{
    AccessPointOf, AgentOf, DeviceToProvision, HeardBy, ProvisioningRequest, ProvisioningWithTasks, WifiLogin,
};
use fleet_model::{
    AgentCodeRecord, AgentId, AgentInterface, AgentSightingRecord, AgentTask, PlacementRecord, ProvisioningRecord,
    SightingRecord, TaskWork,
};
use secrets::Secret;

use super::others::{product, sighting_state, source};

pub(crate) fn agent(of: &AgentOf) -> AgentView {
    let record = &of.record;
    AgentView {
        id: record.id.uuid(),
        name: record.name.clone(),
        state: match (record.revoked_at, of.is_online) {
            (Some(_), _) => AgentState::Revoked,
            (None, true) => AgentState::Online,
            (None, false) => AgentState::Offline,
        },
        location: record.location.as_ref().map(|location| location.name.clone()),
        host: record.about.host.clone(),
        system: record.about.system.clone(),
        version: record.about.version.clone(),
        abilities: record.about.abilities.clone(),
        interfaces: record.about.interfaces.iter().map(interface).collect(),
        enrolled_at: record.enrolled_at,
        enrolled_with: record.enrolled_with.clone(),
        certificate_expires_at: record.certificate_expires_at,
        last_seen_at: record.last_seen_at,
    }
}

fn interface(interface: &AgentInterface) -> AgentInterfaceView {
    let radio = interface.radio.as_ref();
    AgentInterfaceView {
        name: interface.name.clone(),
        mac: interface.mac.clone(),
        addresses: interface.addresses.clone(),
        carries_session: interface.carries_session,
        is_radio: radio.is_some(),
        is_usable: radio.is_some_and(|radio| radio.is_usable),
        why_not: radio.and_then(|radio| radio.why_not.clone()),
        control: radio.map(|radio| radio.control.clone()),
        ssid: radio.and_then(|radio| radio.ssid.clone()),
    }
}

pub(crate) fn agent_code(code: &AgentCodeRecord) -> AgentCodeView {
    AgentCodeView {
        id: code.id.uuid(),
        label: code.label.clone(),
        location: code.location.as_ref().map(|location| location.name.clone()),
        uses: code.uses,
        uses_left: code.uses_left,
        created_at: code.created_at,
        created_by: code.created_by.clone(),
        expires_at: code.expires_at,
    }
}

pub(crate) fn access_point(of: &AccessPointOf) -> AccessPointView {
    let best = &of.best;
    let (kind, ending) = best.ssid.rsplit_once('-').unwrap_or_default();
    AccessPointView {
        device: ending.to_ascii_uppercase(),
        kind: kind.to_owned(),
        ssid: best.ssid.clone(),
        security: best.security,
        signal_dbm: best.signal_dbm,
        agent: of.heard.first().map(|heard| heard.agent.clone()).unwrap_or_default(),
        interface: best.interface.clone(),
        radios: u32::try_from(of.heard.len()).unwrap_or(u32::MAX),
        heard_by: of.heard.iter().map(heard_by).collect(),
        first_seen_at: of.first_seen_at,
        last_seen_at: of.last_seen_at,
        window_ends_at: of.window_ends_at,
    }
}

fn heard_by(heard: &HeardBy) -> HeardByView {
    HeardByView {
        agent: heard.agent.clone(),
        interface: heard.interface.clone(),
        signal_dbm: heard.signal_dbm,
        last_seen_at: heard.last_seen_at,
    }
}

/// A device that an agent sees, with what is known of it.
pub(crate) fn device_of_agent((seen, known): &(AgentSightingRecord, Option<SightingRecord>)) -> AgentDeviceView {
    let identity = known.as_ref().map(|known| &known.identity);
    AgentDeviceView {
        mac: seen.mac,
        address: seen.endpoint.clone(),
        source: source(seen.source),
        name: identity.and_then(|identity| identity.name.clone().or_else(|| identity.host_name.clone())),
        product: identity.map(|identity| product(&identity.model).unwrap_or_else(|| identity.model.to_string())),
        state: known.as_ref().map(|known| sighting_state(known.state)),
        first_seen_at: seen.first_seen_at,
        last_seen_at: seen.last_seen_at,
    }
}

pub(crate) fn provisioning(record: &ProvisioningRecord) -> ProvisioningView {
    ProvisioningView {
        id: record.id.uuid(),
        title: record.title.clone(),
        network: record.network.clone(),
        created_at: record.created_at,
        created_by: record.created_by.clone(),
        counts: record.counts,
    }
}

pub(crate) fn provisioning_detail(of: &ProvisioningWithTasks) -> ProvisioningDetail {
    ProvisioningDetail { provisioning: provisioning(&of.record), devices: of.tasks.iter().map(task).collect() }
}

pub(crate) fn task(task: &AgentTask) -> TaskView {
    let (kind, work) = match &task.work {
        TaskWork::Scan => (TaskKind::Scan, None),
        TaskWork::Provision(work) => (TaskKind::Provision, Some(work)),
        TaskWork::Probe { .. } => (TaskKind::Probe, None),
        TaskWork::Restore => (TaskKind::Restore, None),
    };
    let report = &task.report;
    TaskView {
        id: task.id.uuid(),
        kind,
        state: task.state,
        reason: task.reason.clone(),
        device: work.map(|work| work.device.to_string()),
        mac: task.mac,
        ssid: work.and_then(|work| work.ssid.clone()),
        name: work.and_then(|work| work.name.clone()),
        model: report.model.clone(),
        step: report.step,
        detail: report.detail.clone(),
        window_ends_at: report.window_ends_at,
        agent: task.agent_id.map(AgentId::uuid),
        interface: task.interface.clone(),
        attempts: task.attempts,
        address: report.endpoint.clone(),
        found_by: report.found_by.clone(),
        failure: report.failure,
        is_host_restored: report.is_host_restored,
        place: report.place,
        found: report.found,
        took_ms: report.took_ms,
        job: task.job_id.map(fleet_model::JobId::uuid),
        created_at: task.created_at,
        started_at: task.started_at,
        finished_at: task.finished_at,
    }
}

pub(crate) fn provisioning_request(request: StartProvisioningRequest) -> ProvisioningRequest {
    ProvisioningRequest {
        title: request.title,
        network: wifi(request.network),
        fallback: request.fallback.map(wifi),
        devices: request.devices.into_iter().map(device).collect(),
        gateway: request.gateway,
        nameserver: request.nameserver,
        agent: request.agent.map(AgentId::from_uuid),
        wait_minutes: request.wait_minutes,
    }
}

fn wifi(login: WifiLoginRequest) -> WifiLogin {
    let WifiLoginRequest { ssid, password } = login;
    WifiLogin { ssid, password: password.map(Secret::new) }
}

fn device(device: DeviceToProvisionRequest) -> DeviceToProvision {
    let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    DeviceToProvision {
        device: device.device,
        name: some(device.name),
        group: some(device.group),
        profile: some(device.profile),
        location: some(device.location),
        address: some(device.address),
        access_point_password: device.access_point_password.map(Secret::new),
        device_password: device.device_password.map(Secret::new),
        bluetooth: device.bluetooth,
    }
}

pub(crate) fn placement(rule: &PlacementRecord) -> PlacementView {
    PlacementView {
        id: rule.id.uuid(),
        name: rule.name.clone(),
        models: rule.models.iter().map(ToString::to_string).collect(),
        ssid: rule.ssid.clone(),
        subnet: rule.subnet.map(|subnet| subnet.to_string()),
        location: rule.location.as_ref().map(|location| location.name.clone()),
        group: rule.group.as_ref().map(|group| group.name.clone()),
        profile: rule.profile.as_ref().map(|profile| profile.name.clone()),
    }
}
