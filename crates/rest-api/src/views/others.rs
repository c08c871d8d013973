//! Groups, scans, events, tokens as the interface shows them.

use api_types::{
    access::{Permission, SessionView, TokenView},
    credentials::CredentialView,
    discovery::{
        DecideFailure, DecideResult, ScanState, ScanView, SeenByView, SeenThroughView, SightingSource, SightingState,
        SightingView, SourceView,
    },
    events::EventView,
    groups::{GroupDetail, GroupMemberView, GroupView},
    locations::LocationView,
};
use fleet::{Actor, Decided, FoundDevice, GroupWithMembers, LocationOf, MemberOfGroup, SeenThrough, SourceStatus};
use fleet_model::{CredentialRecord, EventRecord, GroupRecord, ScanRecord, TokenRecord};
use shelly_types::Model;

pub(crate) fn group(group: &GroupRecord) -> GroupView {
    GroupView {
        id: group.id.uuid(),
        name: group.name.clone(),
        rank: group.rank,
        query: group.query.clone(),
        members: group.members,
        by_hand: group.by_hand,
    }
}

pub(crate) fn group_detail(of: &GroupWithMembers) -> GroupDetail {
    let member = |member: &MemberOfGroup| GroupMemberView {
        mac: member.mac,
        name: member.name.clone(),
        by_hand: member.by_hand,
        by_query: member.by_query,
    };
    GroupDetail { group: group(&of.record), devices: of.members.iter().map(member).collect() }
}

pub(crate) fn location(of: &LocationOf) -> LocationView {
    LocationView {
        id: of.record.id.uuid(),
        name: of.record.name.clone(),
        around: of.around.clone(),
        time_zone: of.time_zone.as_ref().map(ToString::to_string),
        has_own_time_zone: of.record.time_zone.is_some(),
        devices: of.record.devices,
    }
}

pub(crate) fn credential(set: &CredentialRecord) -> CredentialView {
    CredentialView { id: set.id.uuid(), label: set.label.clone(), user: set.user.clone(), position: set.position }
}

pub(crate) fn token(token: &TokenRecord) -> TokenView {
    TokenView {
        id: token.id.uuid(),
        name: token.name.clone(),
        permission: permission(token.permission),
        created_at: token.created_at,
        last_used_at: token.last_used_at,
        expires_at: token.expires_at,
    }
}

pub(crate) fn session(actor: &Actor) -> SessionView {
    match actor {
        Actor::Token { name, permission: own, .. } => SessionView { name: name.clone(), permission: permission(*own) },
        Actor::Local | Actor::System => SessionView { name: actor.to_string(), permission: Permission::Admin },
        Actor::Policy { .. } => SessionView { name: actor.to_string(), permission: Permission::Configure },
    }
}

fn permission(permission: fleet_model::Permission) -> Permission {
    match permission {
        fleet_model::Permission::Read => Permission::Read,
        fleet_model::Permission::Control => Permission::Control,
        fleet_model::Permission::Configure => Permission::Configure,
        fleet_model::Permission::Admin => Permission::Admin,
    }
}

pub(crate) fn event(event: &EventRecord) -> EventView {
    EventView {
        seq: event.seq,
        at: event.at,
        mac: event.mac,
        kind: event.event.kind().to_owned(),
        message: event.event.to_string(),
        data: serde_json::to_value(&event.event).unwrap_or_default(),
    }
}

pub(crate) fn scan(scan: &ScanRecord) -> ScanView {
    ScanView {
        id: scan.id.uuid(),
        targets: scan.targets.clone(),
        state: match scan.state {
            fleet_model::ScanState::Running => ScanState::Running,
            fleet_model::ScanState::Done => ScanState::Done,
            fleet_model::ScanState::Failed => ScanState::Failed,
        },
        total: scan.total,
        probed: scan.probed,
        found: scan.found,
        adopted: scan.adopted,
        started_at: scan.started_at,
        finished_at: scan.finished_at,
        error: scan.error.clone(),
    }
}

pub(crate) fn sighting(found: &FoundDevice, through: Option<&Vec<SeenThrough>>) -> SightingView {
    let identity = &found.identity;
    SightingView {
        mac: identity.mac,
        address: found.endpoint.clone(),
        model: identity.model.clone(),
        product: product(&identity.model),
        generation: identity.generation,
        firmware: identity.firmware.version().to_owned(),
        name: identity.name.clone().or_else(|| identity.host_name.clone()),
        auth_required: identity.auth_required,
        state: sighting_state(found.state),
        note: found.note.clone(),
        sources: seen_by(found),
        agents: through.into_iter().flatten().map(seen_through).collect(),
        first_seen_at: found.first_seen_at,
        last_seen_at: found.last_seen_at,
    }
}

pub(super) fn sighting_state(state: fleet_model::SightingState) -> SightingState {
    match state {
        fleet_model::SightingState::New => SightingState::New,
        fleet_model::SightingState::Ignored => SightingState::Ignored,
        fleet_model::SightingState::Adopted => SightingState::Adopted,
    }
}

fn seen_through(seen: &SeenThrough) -> SeenThroughView {
    SeenThroughView {
        agent: seen.agent.clone(),
        address: seen.record.endpoint.clone(),
        source: source(seen.record.source),
        first_seen_at: seen.record.first_seen_at,
        last_seen_at: seen.record.last_seen_at,
    }
}

/// What saw a device, the last one first.
fn seen_by(found: &FoundDevice) -> Vec<SeenByView> {
    let view = |(kept, at): (&fleet_model::SightingSource, &_)| SeenByView { source: source(*kept), last_seen_at: *at };
    let mut seen: Vec<SeenByView> = found.sources.iter().map(view).collect();
    seen.sort_by_key(|seen| std::cmp::Reverse(seen.last_seen_at));
    seen
}

pub(crate) fn source_status(status: &SourceStatus) -> SourceView {
    SourceView {
        source: source(status.source),
        running: status.running,
        since: status.since,
        last_error: status.error.clone(),
    }
}

pub(super) fn source(source: fleet_model::SightingSource) -> SightingSource {
    match source {
        fleet_model::SightingSource::Scan => SightingSource::Scan,
        fleet_model::SightingSource::Manual => SightingSource::Manual,
        fleet_model::SightingSource::Mdns => SightingSource::Mdns,
        fleet_model::SightingSource::Coiot => SightingSource::Coiot,
        fleet_model::SightingSource::Mqtt => SightingSource::Mqtt,
        fleet_model::SightingSource::Extender => SightingSource::Extender,
        fleet_model::SightingSource::OutboundSocket => SightingSource::OutboundSocket,
        fleet_model::SightingSource::Agent => SightingSource::Agent,
    }
}

pub(crate) fn decided(decided: Decided) -> DecideResult {
    let failed = decided.failed.into_iter().map(|(mac, reason)| DecideFailure { mac, reason });
    DecideResult { done: decided.done, failed: failed.collect() }
}

/// The name under which a model is sold, where known.
pub(super) fn product(model: &Model) -> Option<String> {
    model.product_name().map(str::to_owned)
}
