//! Carries plans out: claims units, applies, verifies, and survives being killed at any point.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, DeviceState, DriftState, FleetEvent, JournalEntry, JournalPhase, NewEvent, PlanId, PlanState, PlanUnit,
    SettingProof, SnapshotCause, UnitState,
};
use shelly_types::Mac;
use storage::{DriftWrite, UnitFinish, UnitProgress, UnitStep};
use sync_engine::{
    ApplyOptions, ApplyReport, FieldVerdict, Journal, JournalError, Outcome, Plan, Resolution, Step, StopReason,
    TargetError, WriteAnswer, apply, secret_digest,
};

use crate::{Error, ErrorKind, Fleet, config::KeptSnapshot, lanes::Turn, wishes::Wishes};

/// Units claimed at once at most.
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
        let most = self.options().at_once;
        let mut units = tokio::task::JoinSet::new();
        loop {
            let record = self.plan_record(id).await?;
            if record.state != PlanState::Running || self.stop_token().is_cancelled() {
                break;
            }
            let free = u32::try_from(most.saturating_sub(units.len())).unwrap_or(CLAIM).min(CLAIM);
            let now = self.now();
            let claimed =
                self.store().claim_units(id, self.owner().to_owned(), now, self.lease_until(now), free).await?;
            if claimed.is_empty() && units.is_empty() {
                if record.units.open() == 0 {
                    return self.plan_finish(id).await;
                }
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            if !claimed.is_empty() {
                let macs: Vec<Mac> = claimed.iter().map(|unit| unit.mac).collect();
                let wishes = Arc::new(self.wishes(&macs).await?);
                for unit in claimed {
                    let (fleet, wishes) = (self.clone(), Arc::clone(&wishes));
                    units.spawn(async move { fleet.unit_run(unit, &wishes).await });
                }
            }
            // Places are filled in handfuls, so that taking units costs little.
            let enough = most.saturating_sub(most / 4).max(1);
            while let Some(result) = units.join_next().await {
                result.map_err(|error| Error::internal("carry out a unit", error))??;
                if units.len() < enough {
                    break;
                }
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
    async fn unit_run(&self, unit: PlanUnit, wishes: &Wishes) -> Result<(), Error> {
        let (plan_id, mac) = (unit.plan_id, unit.mac);
        let mut turn = self.lanes().background(mac).await;
        let (mut finish, kept) = match self.unit_apply(&mut turn, unit, wishes).await {
            Ok(applied) => applied,
            Err(error) if error.device_class().is_some() || *error.kind() == ErrorKind::AddressConflict => {
                self.note(&mut turn, mac, Err(&error)).await;
                (finish(UnitState::Failed, None, Some(error.chain())), None)
            }
            Err(error) => return Err(error),
        };
        drop(turn);
        let event = FleetEvent::PlanUnitFinished { id: plan_id, state: finish.state, reason: finish.reason.clone() };
        finish.events.push(NewEvent::of_device(self.now(), &Actor::System, mac, event));
        let (owner, step) = (self.owner().to_owned(), UnitStep::Finish(Box::new(finish)));
        self.unit_progress(UnitProgress { plan_id, mac, owner, step }).await?;
        if let Some(kept) = kept {
            self.kept_snapshots(|all| all.insert(mac, kept));
        }
        self.publish_device(mac);
        Ok(())
    }

    async fn unit_apply(
        &self,
        turn: &mut Turn,
        unit: PlanUnit,
        wishes: &Wishes,
    ) -> Result<(UnitFinish, Option<KeptSnapshot>), Error> {
        let mac = unit.mac;
        let record = wishes.expect(mac)?;
        let written = if unit.attempts > 1 { self.steps_written(&unit).await? } else { BTreeSet::new() };
        let mut plan = unit.plan.ok_or_else(|| Error::internal("carry out a unit", "it has no plan to carry out"))?;
        // Applying reads the device first; the wish is resolved for the components it had when the plan was made.
        let newest = self.store().snapshot_latest(mac).await?;
        let components = newest.as_ref().map(|kept| kept.components.as_slice()).unwrap_or_default();
        let resolution = wishes.resolve(mac, components);
        let missing = plan.fill_secrets(&resolution);
        if let Some(path) = missing.first() {
            let doing = format!("the secret of {path} is not known any more; make a new plan");
            return Err(Error::new(doing, ErrorKind::StalePlan));
        }
        let mut journal = StoreJournal { fleet: self, plan_id: unit.plan_id, mac, written };
        self.writable(record).await?;
        let device = self.connected(turn, record).await?;
        let report = apply(&plan, device, &mut journal, &ApplyOptions::default()).await;
        let last = device.take_shown();
        let (state, reason) = judge(&report);
        let proofs = self.proofs(mac, &plan, &report, &resolution);
        let is_stopped = matches!(report.outcome, Outcome::Stopped { .. });
        let has_news =
            record.state != DeviceState::Online || report.restarted || report.outcome == Outcome::NeedsRestart;
        let mut finish = UnitFinish { proofs, ..finish(state, Some(report), reason) };
        let Some(last) = last.filter(|_| !is_stopped) else {
            finish.drift = Some(DriftWrite { mac, drift: DriftState::Unknown, checked_at: None });
            return Ok((finish, None));
        };
        if has_news {
            // Whether that works shows in the device's state.
            let _ = self.poll_status(turn, record).await;
        }
        let kept = KeptSnapshot::of(&last.observed);
        let (snapshot, event) = self.snapshot_of(&Actor::System, mac, &last, SnapshotCause::AfterPlan, newest.as_ref());
        (finish.snapshot, finish.snapshot_event) = (Some(snapshot), event);
        let mut observed = wishes.with_proofs(mac, last.observed);
        let proven = finish.proofs.iter().map(|proof| (proof.path.clone(), proof.digest.clone()));
        observed.proven_secrets.extend(proven);
        let (_, drift) = self.compare(wishes, mac, &observed);
        let news = self.drift_news(record, &drift);
        finish.drift = news.write;
        finish.events.extend(news.event);
        Ok((finish, Some(kept)))
    }

    async fn steps_written(&self, unit: &PlanUnit) -> Result<BTreeSet<usize>, Error> {
        let entries = self.store().journal(unit.plan_id, unit.mac).await?;
        let written = entries.iter().filter(|entry| entry.phase == JournalPhase::Written);
        Ok(written.filter_map(|entry| usize::try_from(entry.step?).ok()).collect())
    }

    /// The secrets that the device accepted, by digest: they cannot be read back.
    fn proofs(&self, mac: Mac, plan: &Plan, report: &ApplyReport, resolution: &Resolution) -> Vec<SettingProof> {
        let digester = self.digester(mac);
        let accepted = report.verdicts.iter().filter(|field| field.verdict.is_good());
        let written = accepted.filter(|field| plan.changes().any(|change| change.path == field.path));
        let proof = |field: &FieldVerdict| {
            let value = &resolution.settings.get(&field.path)?.value;
            let digest = secret_digest(&field.path, value, &digester)?;
            Some(SettingProof { mac, path: field.path.clone(), digest, proven_at: self.now() })
        };
        written.filter_map(proof).collect()
    }
}

/// The end of a unit of whose device nothing new is known.
fn finish(state: UnitState, report: Option<ApplyReport>, reason: Option<String>) -> UnitFinish {
    let (proofs, events) = (Vec::new(), Vec::new());
    UnitFinish { state, report, reason, proofs, snapshot: None, snapshot_event: None, drift: None, events }
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
    plan_id: PlanId,
    mac: Mac,
    written: BTreeSet<usize>,
}

impl StoreJournal<'_> {
    async fn append(&self, step: usize, phase: JournalPhase, detail: Option<String>) -> Result<(), JournalError> {
        let Self { fleet, plan_id, mac, .. } = *self;
        let at = fleet.now();
        let entry = JournalEntry { plan_id, mac, step: u32::try_from(step).ok(), phase, detail, at };
        let step = UnitStep::Journal { entry, lease_until: fleet.lease_until(at) };
        let progress = UnitProgress { plan_id, mac, owner: fleet.owner().to_owned(), step };
        fleet.unit_progress(progress).await.map_err(|error| JournalError { message: error.chain() })
    }
}

impl Journal for StoreJournal<'_> {
    fn was_written(&self, step: usize) -> bool {
        self.written.contains(&step)
    }

    async fn step_started(&mut self, index: usize, _: &Step) -> Result<(), JournalError> {
        self.append(index, JournalPhase::Started, None).await
    }

    async fn step_written(
        &mut self,
        index: usize,
        answer: &Result<WriteAnswer, TargetError>,
    ) -> Result<(), JournalError> {
        match answer {
            Ok(_) => self.append(index, JournalPhase::Written, None).await,
            Err(error) => self.append(index, JournalPhase::Refused, Some(error.message.clone())).await,
        }
    }

    /// The verdicts are stored with the end of the unit.
    async fn verdicts(&mut self, _: &ApplyReport) -> Result<(), JournalError> {
        Ok(())
    }
}
