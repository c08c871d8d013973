//! Jobs that a policy of repair makes: the same as those that people make, about what the policy permits and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use capability_config::SettingPath;
use chrono::TimeDelta;
use fleet_model::{
    Actor, CriticalDevices, FleetEvent, JobId, JobKind, JobOptions, JobRecord, JobState, NewEvent, PolicyRecord,
    UnitState,
};
use rollout::{Rollout, Zone};
use shelly_types::Mac;
use storage::RepairClaim;
use sync_engine::{PlanOptions, RepairMode};

use super::propose::{Draft, Drafted, Meant, hold};
use crate::{Error, Fleet};

/// How long a plan waits for an answer that nobody asked for.
const ANSWER: TimeDelta = TimeDelta::days(7);

/// What a policy wants done.
pub(crate) struct RepairDraft<'a> {
    /// The policy.
    pub(crate) policy: &'a PolicyRecord,
    /// Time zone of its windows.
    pub(crate) zone: Option<Zone>,
    /// Which settings of which devices.
    pub(crate) meant: &'a BTreeMap<Mac, BTreeSet<SettingPath>>,
    /// The newest job of a policy when that was decided.
    pub(crate) seen: Option<JobId>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct RepairMade {
    /// The job; none when nothing was to do, or could be done.
    pub(crate) job: Option<JobRecord>,
    /// Devices about which nothing could be done, and why.
    pub(crate) held: Vec<(Mac, String)>,
}

impl Fleet {
    /// Reads the devices, and makes the job that a policy wants. One that does not ask goes on by itself from the moment it is
    /// stored.
    pub(crate) async fn job_repair(&self, author: &Actor, of: RepairDraft<'_>) -> Result<RepairMade, Error> {
        let rules = &of.policy.rules;
        let critical = if rules.policy.critical { CriticalDevices::Include } else { CriticalDevices::Spare };
        let rollout = Rollout { windows: rules.windows.clone(), zone: of.zone, ..Rollout::default() };
        let options = JobOptions { rollout, critical, ..JobOptions::default() };
        let plan_options = PlanOptions { most_risk: rules.policy.most_risk(), ..PlanOptions::default() };
        let id = JobId::new(self.ids());
        let macs: Vec<Mac> = of.meant.keys().copied().collect();
        let mut drafted = self.draft(id, &macs, &options, plan_options, Meant::Only(of.meant)).await?;
        let scope = format!("drift under the policy of {}", of.policy.name());
        let mut draft = Draft { kind: JobKind::Repair, source: None, scope, options };
        self.preview(&mut draft, &mut drafted).await?;
        let mut made = RepairMade::default();
        for Drafted { unit, .. } in &mut drafted {
            let switches = unit.preview.loads.first().map(|load| load.component.clone());
            let why = switches.filter(|_| !rules.policy.loads);
            hold(unit, why.map(|load| format!("it has to restart, which may switch {load}")));
        }
        let is_open = |drafted: &Drafted| matches!(drafted.unit.state, UnitState::Pending | UnitState::Queued);
        let (open, others): (Vec<Drafted>, Vec<Drafted>) = drafted.into_iter().partition(is_open);
        // Who could not be read is tried again; who is as wished meanwhile needs nothing.
        let held = others.into_iter().filter(|other| other.unit.state == UnitState::Blocked && !other.is_away);
        made.held = held.map(|other| (other.unit.mac, other.unit.reason.unwrap_or_default())).collect();
        if open.is_empty() {
            return Ok(made);
        }
        let claims = claims(&open, of.meant);
        let (mut record, units) = self.job_of(author, id, draft, open);
        let (now, name, devices) = (self.now(), of.policy.name(), record.units.total());
        let mut events = vec![FleetEvent::JobProposed { id, devices, changes: record.changes }];
        if rules.policy.mode == RepairMode::Repair {
            record.state = JobState::Running;
            (record.approved_by, record.started_at) = (Some(author.to_string()), Some(now));
            events.push(FleetEvent::JobStarted { id });
            events.push(FleetEvent::RepairStarted { id, policy: name, devices });
        } else {
            record.expires_at = now + ANSWER;
            events.push(FleetEvent::RepairAsked { id, policy: name, devices });
        }
        let is_going = record.state.is_going();
        let events = events.into_iter().map(|event| NewEvent::new(now, author, event)).collect();
        let done = self.store().repair_insert(record, units, claims, of.seen, events).await?;
        self.publish(done.events);
        if is_going {
            self.queued_learn(id).await?;
            self.job_run(id);
        }
        made.job = Some(done.value);
        Ok(made)
    }
}

/// The differences that are written.
fn claims(open: &[Drafted], meant: &BTreeMap<Mac, BTreeSet<SettingPath>>) -> Vec<RepairClaim> {
    let mut claims = Vec::new();
    for Drafted { unit, .. } in open {
        let mac = unit.mac;
        let Some(meant) = meant.get(&mac) else { continue };
        let paths = unit.plan.iter().flat_map(sync_engine::Plan::changes).map(|change| &change.path);
        claims.extend(paths.filter(|path| meant.contains(*path)).map(|path| RepairClaim { mac, path: path.clone() }));
    }
    claims
}
