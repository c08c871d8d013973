//! Makes the jobs that repeat or undo another one.

use std::collections::HashMap;

use fleet_model::{
    Actor, JobId, JobKind, JobOptions, JobRecord, JobUnit, JournalPhase, Left, Permission, Readdressing, UnitState,
};
use shelly_types::Mac;
use sync_engine::{FieldVerdict, UndoOf, undo};

use super::{
    JobWithUnits,
    propose::{Draft, Drafted, blank, take_plan},
};
use crate::{Error, ErrorKind, Fleet, drift::Checked, resources::kinds_of_plan};

impl Fleet {
    /// The job that repeats another one for the devices on which it did not come to a good end, from fresh readings.
    pub async fn job_retry(&self, actor: &Actor, id: JobId) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (of, units) = self.ended(id).await?;
        let macs: Vec<Mac> = units.iter().filter(|unit| unit.state.is_to_retry()).map(|unit| unit.mac).collect();
        if macs.is_empty() {
            return Err(Error::new("no device failed in this job", ErrorKind::Conflict));
        }
        if let (JobKind::Undo, Some(source)) = (of.kind, of.source) {
            let undone = self.job_record(source).await?;
            return self.undo_on(actor, &undone, Some(&macs)).await;
        }
        if of.kind == JobKind::Replace {
            return Err(Error::new("replace the device once more instead", ErrorKind::Conflict));
        }
        if of.kind == JobKind::Restore {
            return Err(Error::new("restore the snapshot once more instead", ErrorKind::Conflict));
        }
        let scope = format!("{} failed of {}", macs.len(), of.scope);
        let mut options = of.options;
        options.rollout.start_at = None;
        if of.kind == JobKind::Passwords {
            let draft = Draft { kind: JobKind::Passwords, source: Some(id), scope, options };
            return self.passwords_again(actor, draft, &macs).await;
        }
        if of.kind == JobKind::Readdress {
            let draft = Draft { kind: JobKind::Readdress, source: Some(id), scope, options };
            return self.readdress_again(actor, draft, &units).await;
        }
        self.configure(actor, Draft { kind: JobKind::Retry, source: Some(id), scope, options }, &macs).await
    }

    /// The job that puts back what another one changed, as far as nobody changed it since. The wish stays as it is.
    pub async fn job_undo(&self, actor: &Actor, id: JobId) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (of, units) = self.ended(id).await?;
        if units.iter().any(|unit| unit.preview.puts_back.is_some()) {
            return Err(Error::new("replace the device once more instead", ErrorKind::Conflict));
        }
        if of.kind == JobKind::Passwords {
            let why = "passwords are not put back: of a device that has proven its new one the former one is not kept";
            return Err(Error::new(why, ErrorKind::Conflict));
        }
        self.undo_on(actor, &of, None).await
    }

    async fn ended(&self, id: JobId) -> Result<(JobRecord, Vec<JobUnit>), Error> {
        let record = self.job_record(id).await?;
        if !record.state.is_final() {
            return Err(Error::new(format!("the job is still {}", record.state), ErrorKind::Conflict));
        }
        Ok((record, self.store().job_units(id).await?))
    }

    async fn undo_on(&self, actor: &Actor, of: &JobRecord, only: Option<&[Mac]>) -> Result<JobWithUnits, Error> {
        let mut done = HashMap::new();
        for unit in self.store().job_units(of.id).await? {
            if only.is_none_or(|only| only.contains(&unit.mac)) && self.was_written(&unit).await? {
                done.insert(unit.mac, unit);
            }
        }
        if done.is_empty() {
            return Err(Error::new("this job changed no device", ErrorKind::Conflict));
        }
        let mut macs: Vec<Mac> = done.keys().copied().collect();
        macs.sort_unstable_by_key(|mac| done.get(mac).map(|unit| unit.position));
        let id = JobId::new(self.ids());
        let kinds = done.values().filter_map(|unit| unit.plan.as_ref()).flat_map(kinds_of_plan).collect();
        let drafted = self.check_with(&macs, &kinds, |place, checked| back(id, place, checked, &done)).await?;
        let mut options: JobOptions = of.options.clone();
        options.rollout.start_at = None;
        let scope = format!("undo of {}", of.scope);
        self.propose(actor, id, Draft { kind: JobKind::Undo, source: Some(of.id), scope, options }, drafted).await
    }

    /// Whether a unit may have left something on its device. One that lost its device after an interruption has no report.
    async fn was_written(&self, unit: &JobUnit) -> Result<bool, Error> {
        Ok(match unit.state {
            UnitState::Verified => true,
            UnitState::Failed if unit.report.is_some() => true,
            UnitState::Failed => {
                let journal = self.store().journal(unit.job_id, unit.mac).await?;
                journal.iter().any(|entry| entry.phase == JournalPhase::Started)
            }
            UnitState::Pending
            | UnitState::Queued
            | UnitState::Running
            | UnitState::RolledBack
            | UnitState::Blocked
            | UnitState::Skipped
            | UnitState::Cancelled => false,
        })
    }
}

/// The unit that puts one device back.
fn back(id: JobId, place: usize, checked: Checked, done: &HashMap<Mac, JobUnit>) -> Drafted {
    let Checked { record, outcome } = checked;
    let mut unit = blank(id, record.mac, place);
    let compared = match outcome {
        Ok(compared) => compared,
        Err(error) => {
            unit.reason = Some(error.chain());
            return Drafted { unit, record, observed: None, is_away: false };
        }
    };
    let done = done.get(&record.mac);
    if let Some(plan) = done.and_then(|done| done.plan.as_ref()) {
        let report = done.and_then(|done| done.report.as_ref());
        let is_good = |field: &FieldVerdict, path: &_| field.path == *path && field.verdict.is_good();
        // Without a report any secret may have been written.
        let accepted = |path: &_| report.is_none_or(|report| report.verdicts.iter().any(|field| is_good(field, path)));
        let readdressing = done.and_then(|done| done.preview.readdressing.as_deref());
        let with_secrets = readdressing.map(|of| plan.with_readdressed(&compared.observed, &of.change, &of.places));
        let way = undo(with_secrets.as_ref().unwrap_or(plan), &compared.observed, UndoOf::Earlier, accepted);
        unit.preview.readdressing = readdressing
            .filter(|_| !way.plan.is_empty())
            .map(|of| Box::new(Readdressing { change: of.change.reversed(), places: Vec::new() }));
        take_plan(&mut unit, way.plan);
        unit.preview.left = left(way.left);
        let has_replaced = |done: &&JobUnit| done.preview.succession.as_ref().is_some_and(|taken| taken.replaces);
        if let Some(done) = done.filter(has_replaced) {
            unit.preview.puts_back = Some(done.job_id);
            if unit.state == UnitState::Skipped {
                // There is nothing to write, and the records are to go back all the same.
                (unit.state, unit.reason) = (UnitState::Pending, None);
            }
        }
    }
    Drafted { unit, record, observed: Some(compared.observed), is_away: false }
}

/// What is left as it is, in words.
pub(super) fn left(left: Vec<(capability_config::SettingPath, sync_engine::WhyLeft)>) -> Vec<Left> {
    left.into_iter().map(|(path, why)| Left { path, why: why.to_string() }).collect()
}
