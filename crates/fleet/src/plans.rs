//! Plans: made from fresh readings, shown, confirmed once.

use std::collections::HashSet;

use chrono::TimeDelta;
use fleet_model::{
    Actor, FleetEvent, NewEvent, Page, PageRequest, Permission, PlanId, PlanRecord, PlanState, PlanUnit, UnitCounts,
    UnitState,
};
use shelly_types::Mac;
use sync_engine::{PlanOptions, judge, plan};

use crate::{
    Error, ErrorKind, Fleet,
    devices::parsed,
    drift::{Checked, Compared},
};

/// Which devices: all conditions must hold; without any, all devices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// These devices.
    pub devices: Vec<Mac>,
    /// Members of the group of this name.
    pub group: Option<String>,
    /// Devices that this query means.
    pub query: Option<String>,
}

/// A plan, device by device.
#[derive(Debug, Clone)]
pub struct PlanWithUnits {
    /// The plan.
    pub record: PlanRecord,
    /// Its devices.
    pub units: Vec<UnitOfDevice>,
}

/// One device of a plan.
#[derive(Debug, Clone)]
pub struct UnitOfDevice {
    /// Name of the device.
    pub name: String,
    /// The unit.
    pub unit: PlanUnit,
}

impl Selection {
    fn words(&self) -> String {
        let named = match (&self.group, self.devices.as_slice()) {
            (None, []) => "all devices".to_owned(),
            (Some(group), []) => format!("group {group}"),
            (None, [one]) => format!("device {one}"),
            (None, many) => format!("{} devices", many.len()),
            (Some(group), many) => format!("{} devices of group {group}", many.len()),
        };
        self.query.as_ref().map_or_else(|| named.clone(), |query| format!("{named} with {query}"))
    }
}

impl Fleet {
    /// The devices that a selection names.
    pub(crate) async fn selected(&self, actor: &Actor, selection: &Selection) -> Result<Vec<Mac>, Error> {
        let mut known = match &selection.group {
            Some(name) => {
                let group = self.group_by_name(actor, name).await?;
                self.store().group_members(group.id).await?
            }
            None => self.all_macs().await?,
        };
        if let Some(query) = &selection.query {
            let meant = self.store().devices_matching(parsed(query)?, self.now()).await?;
            let meant: HashSet<Mac> = meant.into_iter().map(|record| record.mac).collect();
            known.retain(|mac| meant.contains(mac));
        }
        if selection.devices.is_empty() {
            return Ok(known);
        }
        if let Some(stranger) = selection.devices.iter().find(|mac| !known.contains(mac)) {
            return Err(Error::not_found(format!("device {stranger} in this selection")));
        }
        let mut macs = selection.devices.clone();
        macs.sort_unstable();
        macs.dedup();
        Ok(macs)
    }

    /// Plans, newest first.
    pub async fn plans_page(&self, actor: &Actor, page: &PageRequest) -> Result<Page<PlanRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().plans_page(page.clone()).await?)
    }

    /// A plan, device by device.
    pub async fn plan(&self, actor: &Actor, id: PlanId) -> Result<PlanWithUnits, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.plan_record(id).await?;
        let units = self.store().plan_units(id).await?;
        let macs: Vec<Mac> = units.iter().map(|unit| unit.mac).collect();
        let devices = self.store().devices_of(macs).await?;
        let names: std::collections::HashMap<Mac, String> =
            devices.iter().map(|device| (device.mac, device.display_name())).collect();
        let named = |unit: PlanUnit| UnitOfDevice {
            name: names.get(&unit.mac).cloned().unwrap_or_else(|| unit.mac.to_string()),
            unit,
        };
        Ok(PlanWithUnits { record, units: units.into_iter().map(named).collect() })
    }

    /// Reads the selected devices and plans how they get to the wish. Nothing is written. With `take_over`, devices may be
    /// taken away from whom they report to.
    pub async fn plan_create(
        &self,
        actor: &Actor,
        selection: &Selection,
        take_over: bool,
    ) -> Result<PlanWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let macs = self.selected(actor, selection).await?;
        let id = PlanId::new(self.ids());
        let unit = |place, checked: Checked| {
            let held = self.conflicts().held(&checked.record);
            hold(unit(id, place, checked, take_over), held)
        };
        let units = self.check(&macs, unit).await?;
        let changes: usize =
            units.iter().filter_map(|unit| unit.plan.as_ref()).map(|plan| plan.changes().count()).sum();
        let mut counts = UnitCounts::default();
        for unit in &units {
            *counts.of(unit.state) += 1;
        }
        let now = self.now();
        let nothing_to_do = counts.pending == 0;
        let state = counts.outcome().filter(|_| nothing_to_do).unwrap_or(PlanState::Proposed);
        let lifetime = TimeDelta::from_std(self.options().plan_lifetime).unwrap_or(TimeDelta::hours(1));
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        let record = PlanRecord {
            id,
            created_at: now,
            created_by: actor.to_string(),
            expires_at: now + lifetime,
            scope: selection.words(),
            state,
            units: counts,
            changes,
            finished_at: nothing_to_do.then_some(now),
            revision: 0,
        };
        let event = FleetEvent::PlanProposed { id, devices: counts.total(), changes };
        let event = NewEvent::new(now, actor, event);
        self.publish(self.store().plan_insert(record, units, vec![event]).await?.events);
        self.plan(actor, id).await
    }

    /// Says yes to a plan; it runs on.
    pub async fn plan_apply(&self, actor: &Actor, id: PlanId) -> Result<PlanRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.plan_record(id).await?;
        let now = self.now();
        match record.state {
            PlanState::Proposed if now < record.expires_at => {}
            PlanState::Proposed => {
                let expired = PlanState::Expired;
                let done = self.store().plan_state_set(id, record.revision, expired, now, Vec::new()).await?;
                self.publish(done.events);
                return Err(Error::new("the plan is too old; make a new one", ErrorKind::StalePlan));
            }
            PlanState::Running => {
                self.plan_run(id);
                return Ok(record);
            }
            state => return Err(Error::new(format!("the plan is {state} already"), ErrorKind::Conflict)),
        }
        let event = NewEvent::new(now, actor, FleetEvent::PlanStarted { id });
        let running = self.store().plan_state_set(id, record.revision, PlanState::Running, now, vec![event]).await?;
        self.publish(running.events);
        self.plan_run(id);
        Ok(running.value)
    }

    /// Calls a plan off; devices being written are finished.
    pub async fn plan_cancel(&self, actor: &Actor, id: PlanId) -> Result<PlanRecord, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let record = self.plan_record(id).await?;
        if record.state.is_final() {
            return Err(Error::new(format!("the plan is {} already", record.state), ErrorKind::Conflict));
        }
        let state = PlanState::Cancelled;
        let event = NewEvent::new(self.now(), actor, FleetEvent::PlanFinished { id, state });
        let done = self.store().plan_state_set(id, record.revision, state, self.now(), vec![event]).await?;
        self.publish(done.events);
        Ok(done.value)
    }

    pub(crate) async fn plan_record(&self, id: PlanId) -> Result<PlanRecord, Error> {
        self.store().plan_get(id).await?.ok_or_else(|| Error::not_found("such plan"))
    }
}

/// The unit of one device, with the way to its wish.
fn unit(plan_id: PlanId, place: usize, checked: Checked, take_over: bool) -> PlanUnit {
    let mut unit = PlanUnit {
        plan_id,
        mac: checked.record.mac,
        position: u32::try_from(place).unwrap_or(u32::MAX),
        state: UnitState::Blocked,
        plan: None,
        report: None,
        reason: None,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
    };
    match checked.outcome {
        Ok(Compared { observed, resolution, drift }) => {
            let plan =
                plan(unit.mac, &resolution, &observed, &drift, PlanOptions { take_over, ..PlanOptions::default() });
            let finding = judge(&plan).into_iter().next();
            (unit.state, unit.reason) = match (plan.is_empty(), plan.report.blocked.first()) {
                (false, _) if finding.is_some() => (UnitState::Blocked, finding.map(|finding| finding.to_string())),
                (false, _) => (UnitState::Pending, None),
                (true, Some(blocked)) => (UnitState::Blocked, Some(blocked.to_string())),
                (true, None) => (UnitState::Skipped, plan.report.why_empty.map(|why| why.to_string())),
            };
            unit.plan = Some(plan);
        }
        Err(error) => unit.reason = Some(error.chain()),
    }
    unit
}

/// The same unit, which is not carried out where that is not safe.
fn hold(mut unit: PlanUnit, why: Option<String>) -> PlanUnit {
    if unit.state == UnitState::Pending && why.is_some() {
        (unit.state, unit.reason) = (UnitState::Blocked, why);
    }
    unit
}
