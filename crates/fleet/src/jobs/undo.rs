//! Makes the jobs that repeat or undo another one.

use std::collections::HashMap;

use fleet_model::{Actor, JobId, JobKind, JobOptions, JobRecord, JobUnit, Left, Permission, UnitState};
use shelly_types::Mac;
use sync_engine::{UndoOf, undo};

use super::{
    JobWithUnits,
    propose::{Draft, Drafted, blank, take_plan},
};
use crate::{Error, ErrorKind, Fleet, drift::Checked};

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
        let scope = format!("{} failed of {}", macs.len(), of.scope);
        let mut options = of.options;
        options.rollout.start_at = None;
        if of.kind == JobKind::Passwords {
            let draft = Draft { kind: JobKind::Passwords, source: Some(id), scope, options };
            return self.passwords_again(actor, draft, &macs).await;
        }
        self.configure(actor, Draft { kind: JobKind::Retry, source: Some(id), scope, options }, &macs).await
    }

    /// The job that puts back what another one changed, as far as nobody changed it since. The wish stays as it is.
    pub async fn job_undo(&self, actor: &Actor, id: JobId) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let (of, _) = self.ended(id).await?;
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
        let units = self.store().job_units(of.id).await?.into_iter();
        let was_written =
            |unit: &JobUnit| matches!(unit.state, UnitState::Verified | UnitState::Failed) && unit.report.is_some();
        let meant = |unit: &JobUnit| was_written(unit) && only.is_none_or(|only| only.contains(&unit.mac));
        let done: HashMap<Mac, JobUnit> = units.filter(meant).map(|unit| (unit.mac, unit)).collect();
        if done.is_empty() {
            return Err(Error::new("this job changed no device", ErrorKind::Conflict));
        }
        let mut macs: Vec<Mac> = done.keys().copied().collect();
        macs.sort_unstable_by_key(|mac| done.get(mac).map(|unit| unit.position));
        let id = JobId::new(self.ids());
        let drafted = self.check(&macs, |place, checked| back(id, place, checked, &done)).await?;
        let mut options: JobOptions = of.options.clone();
        options.rollout.start_at = None;
        let scope = format!("undo of {}", of.scope);
        self.propose(actor, id, Draft { kind: JobKind::Undo, source: Some(of.id), scope, options }, drafted).await
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
    if let Some((plan, report)) = done.get(&record.mac).and_then(|done| done.plan.as_ref().zip(done.report.as_ref())) {
        let accepted = |path: &_| report.verdicts.iter().any(|field| field.path == *path && field.verdict.is_good());
        let way = undo(plan, &compared.observed, UndoOf::Earlier, accepted);
        take_plan(&mut unit, way.plan);
        unit.preview.left = left(way.left);
    }
    Drafted { unit, record, observed: Some(compared.observed), is_away: false }
}

/// What is left as it is, in words.
pub(super) fn left(left: Vec<(capability_config::SettingPath, sync_engine::WhyLeft)>) -> Vec<Left> {
    left.into_iter().map(|(path, why)| Left { path, why: why.to_string() }).collect()
}
