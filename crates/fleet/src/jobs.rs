//! Jobs: changes to devices that are shown before, confirmed once, carried out ring by ring, and survive everything.

mod decide;
mod former;
mod merge;
mod network;
mod passwords;
mod preview;
mod propose;
mod readdress;
mod repair;
mod replace;
mod restore;
mod run;
mod undo;
mod unit;
mod wake;
mod whereabouts;

pub use self::passwords::NewPasswords;
pub(crate) use self::{
    repair::RepairDraft,
    run::GOING,
    wake::{JobBell, WaitedFor},
};

use std::collections::{HashMap, HashSet};

use fleet_model::{Actor, JobId, JobProgress, JobRecord, JobState, JobUnit, Page, PageRequest, Permission};
use rollout::{Decision, step};
use shelly_types::Mac;

use crate::{Error, Fleet, devices::parsed};

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

/// A job, device by device.
#[derive(Debug, Clone)]
pub struct JobWithUnits {
    /// The job.
    pub record: JobRecord,
    /// How far it is.
    pub progress: JobProgress,
    /// Its devices.
    pub units: Vec<UnitOfDevice>,
}

/// One device of a job.
#[derive(Debug, Clone)]
pub struct UnitOfDevice {
    /// Name of the device.
    pub name: String,
    /// The unit.
    pub unit: JobUnit,
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

    /// Jobs, newest first.
    pub async fn jobs_page(&self, actor: &Actor, page: &PageRequest) -> Result<Page<JobRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        Ok(self.store().jobs_page(page.clone()).await?)
    }

    /// A job, device by device.
    pub async fn job(&self, actor: &Actor, id: JobId) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Read)?;
        let record = self.job_record(id).await?;
        let units = self.store().job_units(id).await?;
        let progress = self.job_progress(&record).await?;
        let macs: Vec<Mac> = units.iter().map(|unit| unit.mac).collect();
        let devices = self.store().devices_of(macs).await?;
        let names: HashMap<Mac, String> = devices.iter().map(|device| (device.mac, device.display_name())).collect();
        let named = |unit: JobUnit| UnitOfDevice {
            name: names.get(&unit.mac).cloned().unwrap_or_else(|| unit.mac.to_string()),
            unit,
        };
        Ok(JobWithUnits { record, progress, units: units.into_iter().map(named).collect() })
    }

    async fn job_progress(&self, record: &JobRecord) -> Result<JobProgress, Error> {
        let now = self.now();
        let rings = self.store().job_rings(record.id, now).await?;
        let is_paused = record.state == JobState::Paused;
        let waits = match step(&record.options.rollout, &rings, is_paused, now) {
            Decision::Wait { what, until } if record.state.is_going() => Some((what, until)),
            _ => None,
        };
        Ok(JobProgress { rings, waits })
    }

    pub(crate) async fn job_record(&self, id: JobId) -> Result<JobRecord, Error> {
        self.store().job_get(id).await?.ok_or_else(|| Error::not_found("such job"))
    }
}
