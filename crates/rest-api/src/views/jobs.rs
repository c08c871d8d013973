//! Jobs as the interface shows them, and takes them.

use api_types::{
    jobs::{
        JobDetail, JobKind, JobRequest, JobState, JobUnitView, JobView, LeftView, LoadEffect, LoadView, RingView,
        RollbackView, UnitCounts, UnitState, WaitView,
    },
    readdress::ReaddressView,
};
use fleet::{JobWithUnits, Selection, UnitOfDevice};
use fleet_model::{CriticalDevices, JobOptions, JobRecord, Left, Load, Readdressing, Rollback};
use rollout::RingFacts;

use super::replacements::succession;

pub(crate) fn job_request(request: JobRequest) -> (Selection, JobOptions) {
    let JobRequest {
        devices,
        group,
        query,
        take_over,
        spend_memory,
        rollout,
        second_person,
        wait_s,
        include_critical,
        keep_failed,
    } = request;
    let critical = if include_critical { CriticalDevices::Include } else { CriticalDevices::Spare };
    let options = JobOptions { rollout, second_person, wait_s, critical, keep_failed, take_over, spend_memory };
    (Selection { devices, group, query }, options)
}

pub(crate) fn job(job: &JobRecord) -> JobView {
    JobView {
        id: job.id.uuid(),
        kind: match job.kind {
            fleet_model::JobKind::Configure => JobKind::Configure,
            fleet_model::JobKind::Retry => JobKind::Retry,
            fleet_model::JobKind::Undo => JobKind::Undo,
            fleet_model::JobKind::Restore => JobKind::Restore,
            fleet_model::JobKind::Replace => JobKind::Replace,
            fleet_model::JobKind::Passwords => JobKind::Passwords,
            fleet_model::JobKind::Repair => JobKind::Repair,
            fleet_model::JobKind::Readdress => JobKind::Readdress,
        },
        source: job.source.map(fleet_model::JobId::uuid),
        created_at: job.created_at,
        created_by: job.created_by.clone(),
        expires_at: job.expires_at,
        scope: job.scope.clone(),
        state: match job.state {
            fleet_model::JobState::Proposed => JobState::Proposed,
            fleet_model::JobState::Approved => JobState::Approved,
            fleet_model::JobState::Scheduled => JobState::Scheduled,
            fleet_model::JobState::Running => JobState::Running,
            fleet_model::JobState::Paused => JobState::Paused,
            fleet_model::JobState::Done => JobState::Done,
            fleet_model::JobState::Failed => JobState::Failed,
            fleet_model::JobState::Stopped => JobState::Stopped,
            fleet_model::JobState::Expired => JobState::Expired,
            fleet_model::JobState::Cancelled => JobState::Cancelled,
        },
        reason: job.reason.clone(),
        second_person: job.options.second_person,
        approved_by: job.approved_by.clone(),
        started_at: job.started_at,
        finished_at: job.finished_at,
        units: counts(job.units),
        changes: job.changes,
    }
}

fn counts(units: fleet_model::UnitCounts) -> UnitCounts {
    let fleet_model::UnitCounts {
        pending,
        queued,
        running,
        verified,
        rolled_back,
        failed,
        blocked,
        skipped,
        cancelled,
    } = units;
    UnitCounts { pending, queued, running, verified, rolled_back, failed, blocked, skipped, cancelled }
}

pub(crate) fn job_detail(detail: &JobWithUnits) -> JobDetail {
    JobDetail {
        job: job(&detail.record),
        rollout: detail.record.options.rollout.clone(),
        rings: detail.progress.rings.iter().map(ring).collect(),
        waits: detail.progress.waits.map(|(what, until)| WaitView { what, until }),
        devices: detail.units.iter().map(unit).collect(),
    }
}

fn ring(ring: &RingFacts) -> RingView {
    let RingFacts { waiting, away, in_flight, good, bad, ended_at: _ } = *ring;
    RingView { waiting, away, in_flight, good, bad }
}

fn unit(of: &UnitOfDevice) -> JobUnitView {
    let UnitOfDevice { name, unit } = of;
    JobUnitView {
        mac: unit.mac,
        name: name.clone(),
        ring: unit.ring + 1,
        state: match unit.state {
            fleet_model::UnitState::Pending => UnitState::Pending,
            fleet_model::UnitState::Queued => UnitState::Queued,
            fleet_model::UnitState::Running => UnitState::Running,
            fleet_model::UnitState::Verified => UnitState::Verified,
            fleet_model::UnitState::RolledBack => UnitState::RolledBack,
            fleet_model::UnitState::Failed => UnitState::Failed,
            fleet_model::UnitState::Blocked => UnitState::Blocked,
            fleet_model::UnitState::Skipped => UnitState::Skipped,
            fleet_model::UnitState::Cancelled => UnitState::Cancelled,
        },
        reason: unit.reason.clone(),
        plan: unit.plan.clone(),
        critical: unit.preview.critical,
        loads: unit.preview.loads.iter().map(load).collect(),
        planned_from: unit.preview.read_at,
        left: unit.preview.left.iter().map(left).collect(),
        succession: unit.preview.succession.as_deref().map(succession),
        readdress: unit.preview.readdressing.as_deref().filter(|of| !of.places.is_empty()).map(readdress),
        queued_until: unit.queued_until,
        attempts: unit.attempts,
        report: unit.report.clone(),
        rollback: unit.rollback.as_ref().map(rollback),
    }
}

fn readdress(of: &Readdressing) -> ReaddressView {
    ReaddressView { change: of.change.clone(), places: of.places.clone() }
}

fn load(load: &Load) -> LoadView {
    LoadView {
        component: load.component.clone(),
        is_on: load.is_on,
        at_power_on: load.at_power_on.clone(),
        effect: match load.effect {
            fleet_model::LoadEffect::SwitchesOn => LoadEffect::SwitchesOn,
            fleet_model::LoadEffect::SwitchesOff => LoadEffect::SwitchesOff,
            fleet_model::LoadEffect::MaySwitch => LoadEffect::MaySwitch,
        },
    }
}

pub(super) fn left(left: &Left) -> LeftView {
    LeftView { path: left.path.clone(), why: left.why.clone() }
}

fn rollback(rollback: &Rollback) -> RollbackView {
    RollbackView { report: rollback.report.clone(), left: rollback.left.iter().map(left).collect() }
}
