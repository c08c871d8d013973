//! Brings one device to where its unit wants it, proves it, and puts it back when that fails.

use std::collections::BTreeSet;

use capability_config::{Resource, ResourceKind, SettingPath};
use chrono::TimeDelta;
use fleet_model::{
    Actor, DeviceRecord, DeviceState, DriftState, FleetEvent, JobOptions, JobUnit, JournalEntry, JournalPhase, LayerId,
    NewEvent, Rollback, SettingProof, SnapshotCause, UnitState,
};
use shelly_driver::{Class, Device};
use shelly_types::Mac;
use storage::{DriftWrite, RecordsMove, UnitFinish, UnitHold, UnitProgress, UnitStep};
use sync_engine::{
    ApplyOptions, ApplyReport, Change, ErrorClass, FieldVerdict, Journal, JournalError, Outcome, Plan, Resolution,
    Step, StopReason, Target, TargetError, UndoOf, Verdict, WriteAnswer, apply, secret_digest, undo,
};

use super::{
    passwords::{wish_for, writes_login},
    propose::wait_for,
    undo::left,
};
use crate::{
    Error, ErrorKind, Fleet,
    config::KeptSnapshot,
    lanes::Turn,
    resources::{Interest, kinds_of_plan, kinds_wanted, wanted_of},
    wishes::Wishes,
};

/// How often a unit is begun before it is given up.
const MOST_ATTEMPTS: u32 = 50;

/// What became of a unit.
struct Ended {
    finish: UnitFinish,
    /// The configuration that was stored with it.
    kept: Option<KeptSnapshot>,
    /// The device went away; the unit may wait for it.
    is_away: bool,
    /// It may have got another login, which it has not proven yet.
    login_in_doubt: bool,
}

impl Ended {
    /// The end of a unit of whose device nothing was stored.
    fn with(finish: UnitFinish, is_away: bool) -> Self {
        Self { finish, kept: None, is_away, login_in_doubt: false }
    }
}

impl Fleet {
    /// Carries a unit out while it is held, and says what became of it.
    pub(super) async fn unit_run(&self, unit: JobUnit, options: &JobOptions, wishes: &Wishes) -> Result<(), Error> {
        let Some(hold) = UnitHold::of(&unit) else { return Ok(()) };
        let done = tokio::select! {
            done = self.unit_to_its_end(unit, &hold, options, wishes) => done,
            lost = self.unit_keep(&hold) => Err(lost),
        };
        match done {
            // Whoever has it now goes on with it.
            Err(error) if *error.kind() == ErrorKind::Conflict => {
                tracing::warn!(device.mac = %hold.mac, job.id = %hold.job_id, error = error.chain(), "a unit was lost");
                Ok(())
            }
            done => done,
        }
    }

    /// Shows signs of life for a unit, until it is lost.
    async fn unit_keep(&self, hold: &UnitHold) -> Error {
        loop {
            tokio::time::sleep(self.options().lease / 3).await;
            let kept = self.store().unit_lease_extend(hold.clone(), self.lease_until(self.now())).await;
            match kept.map_err(Error::from) {
                Err(error) if *error.kind() == ErrorKind::Conflict => return error,
                // The database may be back before the lease ends.
                Ok(()) | Err(_) => {}
            }
        }
    }

    async fn unit_to_its_end(
        &self,
        unit: JobUnit,
        hold: &UnitHold,
        options: &JobOptions,
        wishes: &Wishes,
    ) -> Result<(), Error> {
        let (mac, attempts, queued_until) = (unit.mac, unit.attempts, unit.queued_until);
        let is_of_login = unit.plan.as_ref().is_some_and(writes_login);
        // Who has just woken does not stay so for long.
        let mut turn = match unit.woken_at {
            Some(_) => self.lanes().person(mac).await,
            None => self.lanes().background(mac).await,
        };
        let mut ended = match Box::pin(self.unit_apply(&mut turn, unit, hold, options, wishes)).await {
            Ok(ended) => ended,
            Err(error) if error.device_class().is_some() || *error.kind() == ErrorKind::AddressConflict => {
                self.note(&mut turn, mac, Err(&error)).await;
                let finish = self.finish(UnitState::Failed, None, Some(error.chain()));
                Ended::with(finish, is_away(&error))
            }
            // The device was let go, or a secret is not known any more.
            Err(error) if matches!(error.kind(), ErrorKind::StalePlan | ErrorKind::NotFound) => {
                Ended::with(self.finish(UnitState::Failed, None, Some(error.chain())), false)
            }
            Err(error) => return Err(error),
        };
        drop(turn);
        let wait = wishes.record(mac).and_then(|record| wait_for(options, record));
        if let Some(wait) = wait.filter(|_| ended.is_away && attempts < MOST_ATTEMPTS) {
            let until = queued_until.unwrap_or(self.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(7)));
            if self.now() < until {
                (ended.finish.state, ended.finish.queued_until) = (UnitState::Queued, Some(until));
            }
        }
        let Ended { mut finish, kept, login_in_doubt, .. } = ended;
        let (state, id) = (finish.state, hold.job_id);
        let moved = match &finish.records {
            Some(records) => self.records_event(mac, records).await?,
            None => Vec::new(),
        };
        let touched: Vec<Mac> = moved.iter().filter_map(|event| event.mac).collect();
        let retired = match &finish.records {
            Some(RecordsMove::Replace(write)) => Some(write.former),
            Some(RecordsMove::PutBack { .. }) | None => None,
        };
        finish.events.extend(moved);
        let event = FleetEvent::JobUnitFinished { id, state, reason: finish.reason.clone() };
        finish.events.push(NewEvent::of_device(self.now(), &Actor::System, mac, event));
        let step = UnitStep::Finish(Box::new(finish));
        self.unit_progress(UnitProgress { hold: hold.clone(), step }).await?;
        if state == UnitState::Verified && is_of_login && !login_in_doubt {
            self.store().password_change_delete(mac, id).await?;
        }
        if state == UnitState::Queued {
            self.waited_for().add(mac);
        }
        if let Some(kept) = kept {
            self.kept_snapshots(|all| all.insert(mac, kept));
        }
        self.publish_device(mac);
        if let Some(former) = retired {
            self.retired(former);
        }
        if !touched.is_empty() {
            self.records_moved(&touched);
        }
        Ok(())
    }

    async fn unit_apply(
        &self,
        turn: &mut Turn,
        unit: JobUnit,
        hold: &UnitHold,
        options: &JobOptions,
        wishes: &Wishes,
    ) -> Result<Ended, Error> {
        let mac = unit.mac;
        let record = wishes.expect(mac)?;
        let entries = if unit.attempts > 1 { self.store().journal(unit.job_id, mac).await? } else { Vec::new() };
        let password = self.password_of(&unit).await?;
        let replaces = self.unit_records(&unit).await?;
        let after = match &replaces {
            Some(write) => Some(self.wishes_after(write.clone()).await?),
            None => None,
        };
        // What it will be under decides about a device that takes the place of another.
        let wishes = after.as_ref().unwrap_or(wishes);
        let put_back = unit.preview.puts_back;
        let mut plan = unit.plan.ok_or_else(|| Error::internal("carry out a unit", "it has no plan to carry out"))?;
        // Applying reads the device first; the wish is resolved for the components it had when the plan was made.
        let newest = self.store().snapshot_latest(mac).await?;
        let components = newest.as_ref().map(|kept| kept.components.as_slice()).unwrap_or_default();
        let mut resolution = wishes.resolve(mac, components);
        if let Some(change) = &password {
            wish_for(&mut resolution, change);
        }
        self.writable(record).await?;
        let of_plan = kinds_of_plan(&plan);
        let (interest, kinds) = (Interest::of(wishes, mac, &of_plan), kinds_wanted(wishes, mac, &of_plan));
        turn.wanted = wanted_of(wishes, mac, kinds, newest.as_ref());
        let readdressing = unit.preview.readdressing.as_deref();
        self.readdress_secrets(turn, record, readdressing, &mut plan, &mut resolution).await?;
        let missing = plan.fill_secrets(&resolution);
        if let Some(path) = missing.first() {
            let doing = format!("the secret of {path} is not known any more; make a new plan");
            return Err(Error::new(doing, ErrorKind::StalePlan));
        }
        let mut journal = StoreJournal::new(self, hold, &entries);
        let was_rolling_back = entries.iter().any(|entry| entry.phase == JournalPhase::RollingBack);
        let interrupted = unit.report.filter(|_| was_rolling_back);
        let special = if let Some(change) = password {
            let sent = self.unit_password(turn, record, &plan, change, &mut journal, options);
            Some((Box::pin(sent).await?, None))
        } else {
            let past = (entries.as_slice(), interrupted.clone());
            Box::pin(self.unit_move(turn, record, (&plan, &resolution), &mut journal, past, options)).await?
        };
        let (report, rollback) = if let Some(done) = special {
            done
        } else {
            self.login_sent(turn, record, hold.job_id, &plan, newest.as_ref()).await?;
            let device = self.connected(turn, record).await?;
            carry_out(&plan, interrupted, device, &mut journal, options).await?
        };
        let proofs = self.proofs(mac, &plan, &report, &resolution);
        let last = turn.device.as_mut().and_then(Device::take_shown);
        let judged = Judged::of(&report, rollback.as_ref());
        let has_news = record.state != DeviceState::Online || judged.restarted;
        let finish = UnitFinish { proofs, rollback, ..self.finish(judged.state, Some(report), judged.reason) };
        let mut ended = Ended::with(finish, judged.is_away);
        ended.login_in_doubt = self.login_kept(turn, hold, &plan, judged.is_stopped).await?;
        if ended.finish.state == UnitState::Verified {
            let at = self.now();
            let back = |job| RecordsMove::PutBack { job, layer: LayerId::new(self.ids()), at };
            ended.finish.records = replaces.map(RecordsMove::Replace).or(put_back.map(back));
        }
        let Some(last) = last.filter(|_| !judged.is_stopped) else {
            ended.finish.drift = Some(drift_unknown(mac));
            return Ok(ended);
        };
        if has_news {
            let record = &self.device_record(mac).await?;
            // Whether that works shows in the device's state.
            let _ = self.poll_status(turn, record).await;
        }
        let cause = SnapshotCause::AfterPlan;
        let (snapshot, kept) = self.snapshot_of(&Actor::System, mac, &last, cause, newest.as_ref(), &interest);
        (ended.finish.snapshot, ended.kept) = (Some(snapshot), Some(kept));
        let mut observed = wishes.with_proofs(mac, last.observed);
        let proven = ended.finish.proofs.iter().map(|proof| (proof.path.clone(), proof.digest.clone()));
        observed.proven_secrets.extend(proven);
        if put_back.is_some() {
            // It will be under other wishes.
            ended.finish.drift = Some(drift_unknown(mac));
        } else {
            self.tell_drift(wishes, record, &observed, &mut ended.finish);
        }
        Ok(ended)
    }

    fn tell_drift(
        &self,
        wishes: &Wishes,
        record: &DeviceRecord,
        observed: &sync_engine::Observed,
        finish: &mut UnitFinish,
    ) {
        let (_, drift) = self.compare(wishes, record.mac, observed);
        let news = self.drift_news(record, &drift);
        finish.drift = news.write;
        finish.events.extend(news.event);
    }

    /// The secrets that the device accepted, by digest: they cannot be read back.
    fn proofs(&self, mac: Mac, plan: &Plan, report: &ApplyReport, resolution: &Resolution) -> Vec<SettingProof> {
        let digester = self.digester(mac);
        let accepted = report.verdicts.iter().filter(|field| field.verdict.is_good());
        // A plan that restores or undoes may write something else than the wish.
        let wished = |path: &_| resolution.settings.get(path).map(|resolved| &resolved.value);
        let is_wish = |change: &Change| wished(&change.path) == Some(&change.after);
        let written =
            accepted.filter(|field| plan.changes().any(|change| change.path == field.path && is_wish(change)));
        let proof = |field: &FieldVerdict| {
            let value = &resolution.settings.get(&field.path)?.value;
            let digest = secret_digest(&field.path, value, &digester)?;
            Some(SettingProof { mac, path: field.path.clone(), digest, proven_at: self.now() })
        };
        written.filter_map(proof).collect()
    }

    /// The end of a unit of whose device nothing new is known.
    fn finish(&self, state: UnitState, report: Option<ApplyReport>, reason: Option<String>) -> UnitFinish {
        UnitFinish {
            state,
            at: self.now(),
            queued_until: None,
            report,
            rollback: None,
            reason,
            proofs: Vec::new(),
            snapshot: None,
            drift: None,
            records: None,
            events: Vec::new(),
        }
    }
}

fn drift_unknown(mac: Mac) -> DriftWrite {
    DriftWrite { mac, drift: DriftState::Unknown, checked_at: None }
}

/// Applies a plan, and puts back what could not be proven. `interrupted` is the report of a device that was being put back
/// when the manager died.
pub(super) async fn carry_out(
    plan: &Plan,
    interrupted: Option<ApplyReport>,
    device: &mut Device,
    journal: &mut StoreJournal<'_>,
    options: &JobOptions,
) -> Result<(ApplyReport, Option<Rollback>), Error> {
    let report = if let Some(report) = interrupted {
        report
    } else {
        let report = apply(plan, device, journal, &ApplyOptions::default()).await;
        if options.keep_failed || !needs_rollback(&report, journal.was_begun) {
            return Ok((report, None));
        }
        journal.rolling_back(&report).await?;
        report
    };
    let rollback = roll_back(plan, &report, device, journal).await;
    Ok((report, Some(rollback)))
}

/// Puts back what a plan changed that could not be proven.
pub(super) async fn roll_back(
    plan: &Plan,
    report: &ApplyReport,
    device: &mut Device,
    journal: &mut StoreJournal<'_>,
) -> Rollback {
    // What changed while nobody wrote may be somebody's, and any secret may have been written.
    let was_stale = matches!(report.outcome, Outcome::Stale { .. });
    let of = if was_stale { UndoOf::Earlier } else { UndoOf::Now };
    let accepted =
        |path: &_| was_stale || report.verdicts.iter().any(|field| field.path == *path && field.verdict.is_good());
    match device.observe().await {
        Ok(observed) => {
            let way = undo(plan, &observed, of, accepted);
            journal.first = plan.steps.len();
            let mut report = Box::pin(apply(&way.plan, device, journal, &ApplyOptions::default())).await;
            if has_fallen(&report) {
                // What took the memory is off only now: what may cost us the device is written last.
                journal.first += way.plan.steps.len();
                let again = restarted_scripts(&way.plan, &report);
                let scripts = Box::pin(apply(&again, device, journal, &ApplyOptions::default())).await;
                report = with_scripts(report, scripts);
            }
            Rollback { report, left: left(way.left) }
        }
        Err(error) => {
            let outcome = Outcome::Stopped { step: None, reason: error.into() };
            Rollback { report: ApplyReport::empty(outcome), left: Vec::new() }
        }
    }
}

/// Whether scripts were started and did not stay up.
fn has_fallen(report: &ApplyReport) -> bool {
    report.outcome == Outcome::Unverified && report.verdicts.iter().any(is_fallen_script)
}

fn is_fallen_script(field: &FieldVerdict) -> bool {
    let is_start =
        |(resource, field): (Resource<'_>, &str)| resource.kind == ResourceKind::Scripts && field == "running";
    Resource::of(&field.path).is_some_and(is_start) && !field.verdict.is_good()
}

/// What is left of a way back: the scripts that were started while something else still had the memory.
fn restarted_scripts(plan: &Plan, report: &ApplyReport) -> Plan {
    let mut again = plan.clone();
    let has_fallen =
        |path: &SettingPath| report.verdicts.iter().any(|field| field.path == *path && is_fallen_script(field));
    let fallen =
        |step: &Step| step.changes.iter().filter(|change| has_fallen(&change.path)).cloned().collect::<Vec<_>>();
    again.steps = plan.steps.iter().map(|step| Step::new(step.component.clone(), fallen(step))).collect();
    again.steps.retain(|step| !step.changes.is_empty());
    again
}

/// The report of a way back with what became of the scripts that were started once more.
fn with_scripts(mut report: ApplyReport, scripts: ApplyReport) -> ApplyReport {
    report.restarted |= scripts.restarted;
    for field in scripts.verdicts {
        report.verdicts.retain(|known| known.path != field.path);
        report.verdicts.push(field);
    }
    let is_good = report.verdicts.iter().all(|field| field.verdict.is_good());
    report.outcome = match scripts.outcome {
        Outcome::Verified if is_good => Outcome::Verified,
        Outcome::Verified => report.outcome,
        other => other,
    };
    report
}

/// Whether the device has to be put back: it was written, and is not as it should be. A setting that its firmware does not
/// have is no reason. A plan that is out of date wrote nothing, unless an interrupted attempt did.
fn needs_rollback(report: &ApplyReport, was_begun: bool) -> bool {
    let is_bad = |field: &FieldVerdict| !field.verdict.is_good() && field.verdict != Verdict::NotOnThisFirmware;
    match report.outcome {
        Outcome::Unverified => !report.disturbed.is_empty() || report.verdicts.iter().any(is_bad),
        Outcome::Stale { .. } => was_begun,
        Outcome::Verified | Outcome::NeedsRestart | Outcome::Stopped { .. } => false,
    }
}

/// What the reports of a unit come to.
struct Judged {
    state: UnitState,
    reason: Option<String>,
    /// Its last reading says nothing about the end.
    is_stopped: bool,
    restarted: bool,
    is_away: bool,
}

impl Judged {
    fn of(report: &ApplyReport, rollback: Option<&Rollback>) -> Self {
        let (state, reason) = judge(report);
        let last = rollback.map_or(report, |rollback| &rollback.report);
        let mut judged = Self {
            state,
            reason,
            is_stopped: matches!(last.outcome, Outcome::Stopped { .. }),
            restarted: report.restarted || last.restarted || last.outcome == Outcome::NeedsRestart,
            is_away: stopped_away(last),
        };
        let Some(Rollback { report, left }) = rollback else { return judged };
        let why = judged.reason.unwrap_or_default();
        let (back, back_reason) = judge(report);
        judged.state = if back == UnitState::Verified { UnitState::RolledBack } else { UnitState::Failed };
        judged.reason = Some(match back_reason {
            None if left.is_empty() => why,
            None => {
                let left: Vec<String> = left.iter().map(|left| format!("{}: {}", left.path, left.why)).collect();
                format!("{why}; not put back: {}", left.join("; "))
            }
            Some(reason) => format!("{why}; could not be put back: {reason}"),
        });
        judged
    }
}

/// The state of a unit after its plan was applied, and why it is not as it should be.
fn judge(report: &ApplyReport) -> (UnitState, Option<String>) {
    let reason = match &report.outcome {
        Outcome::Verified => return (UnitState::Verified, None),
        Outcome::Stopped { reason: StopReason::Device { error }, .. } => error.message.clone(),
        outcome => {
            let bad = report.verdicts.iter().filter(|field| !field.verdict.is_good());
            let bad = bad.map(|field| format!("{}: {}", field.path, field.verdict));
            let stopped = report.stopped.iter().map(|stopped| format!("{}: {stopped}", stopped.path));
            let bad: Vec<String> = bad.chain(stopped).collect();
            if bad.is_empty() { outcome.to_string() } else { bad.join("; ") }
        }
    };
    (UnitState::Failed, Some(reason))
}

/// Whether the device may answer later.
pub(super) fn is_away(error: &Error) -> bool {
    let is_silent = matches!(error.device_class(), Some(Class::Unreachable | Class::Interrupted | Class::Garbled));
    (is_silent && !error.is_about_trust()) || error.is_left_to_update()
}

fn stopped_away(report: &ApplyReport) -> bool {
    match &report.outcome {
        Outcome::Stopped { reason: StopReason::Device { error }, .. } => match error.class {
            ErrorClass::Unreachable | ErrorClass::Interrupted | ErrorClass::Garbled => true,
            ErrorClass::Unauthorized
            | ErrorClass::LockedOut
            | ErrorClass::WrongDevice
            | ErrorClass::Refused
            | ErrorClass::Unsupported => false,
        },
        Outcome::Stopped { reason: StopReason::Journal { .. }, .. }
        | Outcome::Verified
        | Outcome::Unverified
        | Outcome::NeedsRestart
        | Outcome::Stale { .. } => false,
    }
}

/// The journal of a unit in the database. The steps back are numbered after those of the plan.
pub(super) struct StoreJournal<'a> {
    fleet: &'a Fleet,
    hold: &'a UnitHold,
    written: BTreeSet<usize>,
    /// Steps that were about to be sent, in this attempt or an earlier one.
    begun: BTreeSet<usize>,
    /// An earlier attempt may have written something.
    was_begun: bool,
    /// Something was sent in this attempt.
    pub(super) has_sent: bool,
    /// Number of the first step.
    first: usize,
}

impl<'a> StoreJournal<'a> {
    fn new(fleet: &'a Fleet, hold: &'a UnitHold, entries: &[JournalEntry]) -> Self {
        let written = entries.iter().filter(|entry| entry.phase == JournalPhase::Written);
        let written = written.filter_map(|entry| usize::try_from(entry.step?).ok()).collect();
        let begun = entries.iter().filter(|entry| entry.phase == JournalPhase::Started);
        let begun: BTreeSet<usize> = begun.filter_map(|entry| usize::try_from(entry.step?).ok()).collect();
        let was_begun = !begun.is_empty();
        Self { fleet, hold, written, begun, was_begun, has_sent: false, first: 0 }
    }

    async fn append(&self, step: usize, phase: JournalPhase, detail: Option<String>) -> Result<(), JournalError> {
        let stored = self.store(u32::try_from(self.first + step).ok(), phase, detail, None).await;
        stored.map_err(|error| JournalError { message: error.chain() })
    }

    /// From here on the device gets its former values, whatever interrupts us.
    pub(super) async fn rolling_back(&self, report: &ApplyReport) -> Result<(), Error> {
        self.store(None, JournalPhase::RollingBack, None, Some(report.clone())).await
    }

    /// Whether a step of the plan was ever about to be sent.
    pub(super) fn has_begun(&self, step: usize) -> bool {
        self.begun.contains(&step)
    }

    /// From here on the device may be elsewhere. `former` tells where it was and holds no secret.
    pub(super) async fn moving(&self, former: String) -> Result<(), Error> {
        self.store(None, JournalPhase::Moving, Some(former), None).await
    }

    async fn store(
        &self,
        step: Option<u32>,
        phase: JournalPhase,
        detail: Option<String>,
        report: Option<ApplyReport>,
    ) -> Result<(), Error> {
        let Self { fleet, hold, .. } = *self;
        let at = fleet.now();
        let entry = JournalEntry { job_id: hold.job_id, mac: hold.mac, step, phase, detail, at };
        let step = UnitStep::Journal { entry, lease_until: fleet.lease_until(at), report: report.map(Box::new) };
        fleet.unit_progress(UnitProgress { hold: hold.clone(), step }).await
    }
}

impl Journal for StoreJournal<'_> {
    fn was_written(&self, step: usize) -> bool {
        self.written.contains(&(self.first + step))
    }

    async fn step_started(&mut self, index: usize, _: &Step) -> Result<(), JournalError> {
        self.append(index, JournalPhase::Started, None).await?;
        self.has_sent = true;
        self.begun.insert(self.first + index);
        Ok(())
    }

    async fn step_written(
        &mut self,
        index: usize,
        answer: &Result<WriteAnswer, TargetError>,
    ) -> Result<(), JournalError> {
        match answer {
            Ok(_) => {
                self.written.insert(self.first + index);
                self.append(index, JournalPhase::Written, None).await
            }
            Err(error) => self.append(index, JournalPhase::Refused, Some(error.message.clone())).await,
        }
    }

    /// The verdicts are stored with the end of the unit.
    async fn verdicts(&mut self, _: &ApplyReport) -> Result<(), JournalError> {
        Ok(())
    }
}
