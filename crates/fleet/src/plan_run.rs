//! Carries plans out: claims units, applies, verifies, and survives being killed at any point.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, FleetEvent, JournalEntry, JournalPhase, NewEvent, PlanId, PlanState, PlanUnit, SettingProof, SnapshotCause,
    UnitState,
};
use shelly_types::Mac;
use storage::UnitFinish;
use sync_engine::{
    ApplyOptions, ApplyReport, Journal, JournalError, Outcome, Plan, Resolution, Step, StopReason, TargetError,
    WriteAnswer, apply, resolve, secret_digest,
};
use tokio::sync::Semaphore;

use crate::{Error, Fleet, connect::Trouble, lanes::Turn};

/// Units claimed at once; each is begun as soon as a place is free.
const CLAIM: u32 = 64;

/// Pause before a plan looks again for units that another manager holds or that were left behind.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl Fleet {
    /// Takes up the plans that ran when the manager stopped or was killed.
    pub(crate) async fn plans_take_up(&self) -> Result<(), Error> {
        for plan in self.store().plans_in_state(PlanState::Running).await? {
            self.units_take_back(plan.id).await?;
            self.plan_run(plan.id);
        }
        Ok(())
    }

    /// Ends the leases of an earlier process of this manager: it is gone and holds nothing any more.
    async fn units_take_back(&self, id: PlanId) -> Result<(), Error> {
        let now = self.now();
        for unit in self.store().plan_units(id).await? {
            if unit.state == UnitState::Running && unit.lease_owner.as_deref() == Some(self.owner()) {
                self.store().unit_lease_extend(id, unit.mac, self.owner().to_owned(), now).await?;
            }
        }
        Ok(())
    }

    /// Until when a unit is ours that shows a sign of life at `now`.
    fn lease_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::from_std(self.options().lease).unwrap_or(TimeDelta::minutes(2))
    }

    /// Runs a plan in the background, once.
    pub(crate) fn plan_run(&self, id: PlanId) {
        if !self.running_plans(|running| running.insert(id)) {
            return;
        }
        let fleet = self.clone();
        self.spawn(async move {
            while let Err(error) = fleet.plan_run_units(id).await {
                tracing::error!(plan.id = %id, error = error.chain(), "a plan could not go on; it is tried again");
                tokio::select! {
                    () = fleet.stop_token().cancelled() => break,
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                }
            }
            fleet.running_plans(|running| running.remove(&id));
        });
    }

    async fn plan_run_units(&self, id: PlanId) -> Result<(), Error> {
        let places = Arc::new(Semaphore::new(self.options().at_once));
        let mut units = tokio::task::JoinSet::new();
        loop {
            let record = self.plan_record(id).await?;
            if record.state != PlanState::Running || self.stop_token().is_cancelled() {
                break;
            }
            let free = u32::try_from(places.available_permits()).unwrap_or(CLAIM).min(CLAIM);
            let claimed = match free {
                0 => Vec::new(),
                free => {
                    let now = self.now();
                    self.store().claim_units(id, self.owner().to_owned(), now, self.lease_until(now), free).await?
                }
            };
            if claimed.is_empty() && units.is_empty() {
                if record.units.open() == 0 {
                    return self.plan_finish(id).await;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            for unit in claimed {
                let place = Arc::clone(&places).acquire_owned().await.ok();
                let fleet = self.clone();
                units.spawn(async move {
                    let _place = place;
                    fleet.unit_run(unit).await
                });
            }
            if let Some(result) = units.join_next().await {
                result.map_err(|error| Error::internal("carry out a unit", error))??;
            }
        }
        while let Some(result) = units.join_next().await {
            result.map_err(|error| Error::internal("carry out a unit", error))??;
        }
        Ok(())
    }

    async fn plan_finish(&self, id: PlanId) -> Result<(), Error> {
        let record = self.plan_record(id).await?;
        let Some(state) = record.units.outcome().filter(|_| record.state == PlanState::Running) else { return Ok(()) };
        let event = NewEvent::new(self.now(), &Actor::System, FleetEvent::PlanFinished { id, state });
        let done = self.store().plan_state_set(id, record.revision, state, self.now(), vec![event]).await?;
        self.publish(done.events);
        Ok(())
    }

    /// Brings one device to the wish, and says what became of it.
    async fn unit_run(&self, unit: PlanUnit) -> Result<(), Error> {
        let mut turn = self.lanes().background(unit.mac).await;
        let (state, report, reason) = match self.unit_apply(&mut turn, &unit).await {
            Ok(report) => {
                let (state, reason) = judge(&report);
                (state, Some(report), reason)
            }
            Err(error) if Trouble::of(&error).is_some() || error.device_class().is_some() => {
                self.note(&mut turn, unit.mac, Err(&error)).await;
                (UnitState::Failed, None, Some(error.chain()))
            }
            Err(error) => return Err(error),
        };
        drop(turn);
        let event = FleetEvent::PlanUnitFinished { id: unit.plan_id, state, reason: reason.clone() };
        let event = NewEvent::of_device(self.now(), &Actor::System, unit.mac, event);
        let owner = self.owner().to_owned();
        let finish = UnitFinish { plan_id: unit.plan_id, mac: unit.mac, owner, state, report, reason };
        self.publish(self.store().unit_finish(finish, vec![event]).await?.events);
        self.publish_device(unit.mac);
        Ok(())
    }

    async fn unit_apply(&self, turn: &mut Turn, unit: &PlanUnit) -> Result<ApplyReport, Error> {
        let mac = unit.mac;
        let record = self.device_record(mac).await?;
        let mut plan =
            unit.plan.clone().ok_or_else(|| Error::internal("carry out a unit", "it has no plan to carry out"))?;
        // Applying reads the device first; the wish is resolved for the components it had when the plan was made.
        let components = self.store().snapshot_latest(mac).await?.map(|kept| kept.components).unwrap_or_default();
        let resolution = resolve(&self.layers_of(mac).await?, &components);
        let missing = plan.fill_secrets(&resolution);
        if let Some(path) = missing.first() {
            let doing = format!("the secret of {path} is not known any more; make a new plan");
            return Err(Error::new(doing, crate::ErrorKind::StalePlan));
        }
        let written = self.steps_written(unit).await?;
        let mut journal = StoreJournal { fleet: self, unit, written };
        let device = self.connected(turn, &record).await?;
        let report = apply(&plan, device, &mut journal, &ApplyOptions::default()).await;
        let last = device.take_last_reading();
        self.proofs_store(mac, &plan, &report, &resolution).await?;
        match last {
            Some(last) if !matches!(report.outcome, Outcome::Stopped { .. }) => {
                self.note(turn, mac, Ok(last.status.clone())).await;
                self.snapshot(&Actor::System, mac, &last, SnapshotCause::AfterPlan).await?;
                let observed = self.with_proofs(mac, last.observed).await?;
                let (_, drift) = self.compare(mac, &observed).await?;
                self.drift_store(mac, &drift).await?;
            }
            Some(_) | None => self.drift_unknown(&[mac]).await?,
        }
        Ok(report)
    }

    async fn steps_written(&self, unit: &PlanUnit) -> Result<BTreeSet<usize>, Error> {
        let entries = self.store().journal(unit.plan_id, unit.mac).await?;
        let written = entries.iter().filter(|entry| entry.phase == JournalPhase::Written);
        Ok(written.filter_map(|entry| usize::try_from(entry.step?).ok()).collect())
    }

    /// Remembers, by digest, the secrets that the device accepted: they cannot be read back.
    async fn proofs_store(
        &self,
        mac: Mac,
        plan: &Plan,
        report: &ApplyReport,
        resolution: &Resolution,
    ) -> Result<(), Error> {
        let digester = self.digester(mac);
        let accepted = report.verdicts.iter().filter(|field| field.verdict.is_good());
        let proofs: Vec<SettingProof> = accepted
            .filter(|field| plan.changes().any(|change| change.path == field.path))
            .filter_map(|field| {
                let value = &resolution.settings.get(&field.path)?.value;
                let digest = secret_digest(&field.path, value, &digester)?;
                Some(SettingProof { mac, path: field.path.clone(), digest, proven_at: self.now() })
            })
            .collect();
        if !proofs.is_empty() {
            self.store().proofs_set(proofs).await?;
        }
        Ok(())
    }
}

/// The state of a unit after its plan was applied, and why it is not as it should be.
fn judge(report: &ApplyReport) -> (UnitState, Option<String>) {
    let reason = match &report.outcome {
        Outcome::Verified => return (UnitState::Verified, None),
        Outcome::Stopped { reason: StopReason::Device { error }, .. } => error.message.clone(),
        outcome => {
            let bad = report.verdicts.iter().filter(|field| !field.verdict.is_good());
            let bad: Vec<String> = bad.map(|field| format!("{}: {}", field.path, field.verdict)).collect();
            if bad.is_empty() { outcome.to_string() } else { bad.join("; ") }
        }
    };
    (UnitState::Failed, Some(reason))
}

/// The journal of a unit in the database.
struct StoreJournal<'a> {
    fleet: &'a Fleet,
    unit: &'a PlanUnit,
    written: BTreeSet<usize>,
}

impl StoreJournal<'_> {
    async fn append(
        &self,
        step: Option<usize>,
        phase: JournalPhase,
        detail: Option<String>,
    ) -> Result<(), JournalError> {
        let entry = JournalEntry {
            plan_id: self.unit.plan_id,
            mac: self.unit.mac,
            step: step.and_then(|step| u32::try_from(step).ok()),
            phase,
            detail,
            at: self.fleet.now(),
        };
        let until = self.fleet.lease_until(entry.at);
        let store = self.fleet.store();
        let appended = async {
            let owner = self.fleet.owner().to_owned();
            store.unit_lease_extend(entry.plan_id, entry.mac, owner, until).await?;
            store.journal_append(entry).await
        };
        appended.await.map_err(|error| JournalError { message: Error::from(error).chain() })
    }
}

impl Journal for StoreJournal<'_> {
    fn was_written(&self, step: usize) -> bool {
        self.written.contains(&step)
    }

    async fn step_started(&mut self, index: usize, _: &Step) -> Result<(), JournalError> {
        self.append(Some(index), JournalPhase::Started, None).await
    }

    async fn step_written(
        &mut self,
        index: usize,
        answer: &Result<WriteAnswer, TargetError>,
    ) -> Result<(), JournalError> {
        match answer {
            Ok(_) => self.append(Some(index), JournalPhase::Written, None).await,
            Err(error) => self.append(Some(index), JournalPhase::Refused, Some(error.message.clone())).await,
        }
    }

    async fn verdicts(&mut self, _: &ApplyReport) -> Result<(), JournalError> {
        self.append(None, JournalPhase::Judged, None).await
    }
}
