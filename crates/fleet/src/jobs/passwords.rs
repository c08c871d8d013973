//! Gives devices other passwords, so that nobody is locked out: the old and the new one are kept until the device has proven
//! one of them (D3, D4, D10).

use std::collections::HashSet;

use capability_config::{SecretText, SettingPath, SettingValue};
use fleet_model::{
    Actor, DeviceRecord, JobId, JobKind, JobOptions, JobUnit, PasswordChange, PasswordState, Permission,
    SnapshotRecord, UnitState,
};
use secrets::device_password;
use shelly_driver::{Device, Login};
use shelly_types::{ComponentKey, Mac};
use storage::UnitHold;
use sync_engine::{
    ApplyReport, Change, ErrorClass, FieldVerdict, Observed, Origin, Outcome, Plan, Resolution, Resolved, Scope, Step,
    StopReason, TargetError, Verdict,
};

use super::{
    JobWithUnits, Selection,
    propose::{Draft, Drafted, blank, checked, take_plan},
    unit::{StoreJournal, carry_out, is_away},
};
use crate::{Error, ErrorKind, Fleet, config::observed_of, drift::Checked, lanes::Turn, passwords::fits};

/// How long a device that is away is waited for, when nothing was said.
const WAIT_S: u32 = 30 * 86_400;

/// The layer that stands for a job of passwords, where a wish would have its own.
const LAYER: &str = "passwords";

/// The user where nobody said another one.
const DEFAULT_USER: &str = "admin";

/// What devices get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewPasswords {
    /// The same for all.
    Same(SecretText),
    /// Another one for each, by chance.
    Random,
    /// None: whoever reaches them may use them.
    None,
}

/// What one device gets.
#[derive(Debug, Clone)]
enum Made {
    Password(SecretText),
    Nothing,
}

impl Made {
    fn password(self) -> Option<SecretText> {
        match self {
            Self::Password(password) => Some(password),
            Self::Nothing => None,
        }
    }

    fn is_password(&self) -> bool {
        matches!(self, Self::Password(_))
    }
}

impl Fleet {
    /// Makes the job that gives the selected devices other passwords. Nothing is sent before somebody says yes.
    pub async fn passwords_job(
        &self,
        actor: &Actor,
        selection: &Selection,
        new: &NewPasswords,
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Admin)?;
        checked(&options)?;
        if let NewPasswords::Same(password) = new {
            fits("password", password.expose())?;
        }
        let macs = self.selected(actor, selection).await?;
        let draft = Draft { kind: JobKind::Passwords, source: None, scope: selection.words(), options };
        let made = |_: Mac| match new {
            NewPasswords::Same(password) => Some(Made::Password(password.clone())),
            NewPasswords::Random => Some(Made::Password(SecretText::new(device_password(&mut rand::rng()).expose()))),
            NewPasswords::None => Some(Made::Nothing),
        };
        self.passwords_draft(actor, draft, &macs, made).await
    }

    /// The same job once more for devices on which it failed, with the passwords that were made then.
    pub(super) async fn passwords_again(
        &self,
        actor: &Actor,
        draft: Draft,
        macs: &[Mac],
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Admin)?;
        let mut made = std::collections::HashMap::new();
        for mac in macs {
            if let Some(change) = self.store().password_change(*mac).await? {
                made.insert(*mac, change.password.map_or(Made::Nothing, Made::Password));
            }
        }
        self.passwords_draft(actor, draft, macs, |mac| made.get(&mac).cloned()).await
    }

    async fn passwords_draft(
        &self,
        actor: &Actor,
        mut draft: Draft,
        macs: &[Mac],
        made: impl Fn(Mac) -> Option<Made>,
    ) -> Result<JobWithUnits, Error> {
        draft.options.wait_s = draft.options.wait_s.or(Some(WAIT_S));
        draft.options.keep_failed = true;
        let id = JobId::new(self.ids());
        let mut drafted = self.check(macs, |place, checked| drafted(id, place, checked, &made)).await?;
        for one in drafted.iter_mut().filter(|one| one.is_away) {
            let mac = one.record.mac;
            let Some(known) = self.store().snapshot_latest(mac).await? else { continue };
            let observed = observed_of(&one.record, &known);
            let wishes = self.wishes(&[mac]).await?;
            let resolution = wishes.resolve(mac, &observed.components);
            plan_for(&mut one.unit, &observed, &resolution, made(mac).as_ref());
            one.unit.preview.read_at = Some(known.taken_at);
            one.observed = Some(observed);
            if one.unit.state == UnitState::Pending {
                one.unit.state = UnitState::Queued;
            }
        }
        // Reading those that answer has settled what was in doubt of them.
        let in_doubt: HashSet<Mac> = self.store().passwords_in_doubt(macs.to_vec()).await?.into_iter().collect();
        let mut changes = Vec::new();
        for one in &mut drafted {
            let is_open = matches!(one.unit.state, UnitState::Pending | UnitState::Queued);
            if is_open && in_doubt.contains(&one.record.mac) {
                let why =
                    "it may have got another password, which it has not proven yet: that is found out when it answers";
                (one.unit.state, one.unit.reason) = (UnitState::Blocked, Some(why.to_owned()));
            } else if is_open && let Some(made) = made(one.record.mac) {
                let user = one.observed.as_ref().and_then(|observed| observed.get(&path("user"))?.as_text());
                let user = user.filter(|user| !user.is_empty()).unwrap_or(DEFAULT_USER).to_owned();
                let (mac, state, created_at) = (one.record.mac, PasswordState::Planned, self.now());
                let password = made.password();
                changes.push(PasswordChange { mac, job_id: id, user, password, state, created_at });
            }
        }
        self.store().password_changes_plan(changes).await?;
        self.propose(actor, id, draft, drafted).await
    }

    /// The password that a unit sends, if it sends one.
    pub(super) async fn password_of(&self, unit: &JobUnit) -> Result<Option<PasswordChange>, Error> {
        if !unit.plan.as_ref().is_some_and(is_of_passwords) {
            return Ok(None);
        }
        Ok(self.store().password_change(unit.mac).await?.filter(|change| change.job_id == unit.job_id))
    }

    /// Sends a password and has it proven.
    pub(super) async fn unit_password(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        plan: &Plan,
        change: PasswordChange,
        journal: &mut StoreJournal<'_>,
        options: &JobOptions,
    ) -> Result<ApplyReport, Error> {
        let mac = record.mac;
        if change.state == PasswordState::Proven {
            return Ok(proven(plan));
        }
        // To connect settles what an earlier attempt left in doubt.
        turn.device = None;
        self.connected(turn, record).await?;
        let change = self.store().password_change(mac).await?.filter(|now| now.job_id == change.job_id);
        let Some(change) = change else {
            return Err(Error::new("the password of this job is not known any more", ErrorKind::StalePlan));
        };
        if change.state == PasswordState::Proven {
            return Ok(proven(plan));
        }
        self.store().password_change_state(mac, change.job_id, PasswordState::Sent).await?;
        let device = self.connected(turn, record).await?;
        let (report, _) = carry_out(plan, None, device, journal, options).await?;
        if !report.is_verified() {
            let is_refused = |field: &FieldVerdict| matches!(field.verdict, Verdict::Failed { .. });
            let is_no = report.outcome == Outcome::Unverified && report.verdicts.iter().all(is_refused);
            if is_no || !journal.has_sent {
                self.store().password_change_state(mac, change.job_id, PasswordState::Planned).await?;
            }
            return Ok(report);
        }
        match self.proves(turn, record, &change).await {
            Ok(_) => {
                self.password_proven(&Actor::System, turn, &change).await?;
                Ok(report)
            }
            Err(error) => {
                let class = match error.device_class() {
                    Some(shelly_driver::Class::Unauthorized) => ErrorClass::Unauthorized,
                    Some(shelly_driver::Class::LockedOut) => ErrorClass::LockedOut,
                    _ => ErrorClass::Interrupted,
                };
                let message = format!("the new password was sent and could not be proven: {}", error.chain());
                let error = TargetError::new(class, message);
                Ok(ApplyReport {
                    outcome: Outcome::Stopped { step: None, reason: StopReason::Device { error } },
                    ..report
                })
            }
        }
    }
}

impl Fleet {
    /// Keeps the login that a plan is about to write because it is wished, as one that the device may have: who connects
    /// after a crash finds out.
    pub(super) async fn login_sent(
        &self,
        turn: &mut Turn,
        record: &DeviceRecord,
        job: JobId,
        plan: &Plan,
        newest: Option<&SnapshotRecord>,
    ) -> Result<(), Error> {
        let user = newest.and_then(|kept| kept.settings.get(&path("user"))?.as_text());
        let Some((user, password)) = wished_login(plan, user) else { return Ok(()) };
        // To connect settles what an earlier attempt left in doubt.
        self.connected(turn, record).await?;
        let (state, created_at) = (PasswordState::Sent, self.now());
        let change = PasswordChange { mac: record.mac, job_id: job, user, password, state, created_at };
        Ok(self.store().password_changes_plan(vec![change]).await?)
    }

    /// Keeps the login that a plan has written, once the device has proven it, and forgets one that it has not written.
    /// Says whether it is in doubt still.
    pub(super) async fn login_kept(
        &self,
        turn: &mut Turn,
        hold: &UnitHold,
        plan: &Plan,
        is_stopped: bool,
    ) -> Result<bool, Error> {
        let (mac, job_id) = (hold.mac, hold.job_id);
        let Some(login) = turn.device.as_mut().and_then(Device::take_new_login) else {
            // What was interrupted may have been taken.
            if !is_stopped && !is_of_passwords(plan) && wished_login(plan, None).is_some() {
                self.store().password_change_delete(mac, job_id).await?;
            }
            return Ok(false);
        };
        let (user, password) = match login {
            Login::Open => (DEFAULT_USER.to_owned(), None),
            Login::With(with) => (with.user.clone(), Some(SecretText::new(with.expose_password()))),
        };
        let (state, created_at) = (PasswordState::Sent, self.now());
        let change = PasswordChange { mac, job_id, user, password, state, created_at };
        self.store().password_changes_plan(vec![change.clone()]).await?;
        // It may be elsewhere by now.
        let record = self.device_record(mac).await?;
        match self.proves(turn, &record, &change).await {
            Ok(_) => {
                self.password_proven(&Actor::System, turn, &change).await?;
                Ok(false)
            }
            Err(error) if error.device_class().is_some() => {
                tracing::warn!(device.mac = %mac, error = error.chain(), "a wished password could not be proven yet");
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }
}

/// A unit of a device that was just read.
fn drafted(id: JobId, place: usize, checked: Checked, made: &impl Fn(Mac) -> Option<Made>) -> Drafted {
    let Checked { record, outcome } = checked;
    let mut unit = blank(id, record.mac, place);
    match outcome {
        Ok(compared) => {
            plan_for(&mut unit, &compared.observed, &compared.resolution, made(record.mac).as_ref());
            Drafted { unit, record, observed: Some(compared.observed), is_away: false }
        }
        Err(error) => {
            unit.reason = Some(error.chain());
            Drafted { unit, record, observed: None, is_away: is_away(&error) }
        }
    }
}

/// Plans the login of a device; a unit that cannot be begun says why.
fn plan_for(unit: &mut JobUnit, observed: &Observed, resolution: &Resolution, made: Option<&Made>) {
    let mut block = |state, why: &str| (unit.state, unit.reason) = (state, Some(why.to_owned()));
    let Some(made) = made else {
        return block(UnitState::Blocked, "the password that was made for it is not known any more");
    };
    let is_on = observed.get(&path("enable")).and_then(SettingValue::as_bool);
    let Some(is_on) = is_on else { return block(UnitState::Blocked, "it has no password") };
    let is_wished = |field: &str| resolution.settings.contains_key(&path(field));
    if is_wished("password") || (!made.is_password() && is_wished("enable")) {
        return block(UnitState::Blocked, "a wish decides about its password: take that wish back first");
    }
    if !made.is_password() && !is_on {
        return block(UnitState::Skipped, "it asks for no password");
    }
    let origin = Origin { layer: LAYER.into(), scope: Scope::Device };
    let change = |field: &str, after: SettingValue| {
        let before = observed.get(&path(field)).cloned();
        Change { path: path(field), before, after, origin: origin.clone() }
    };
    let mut changes = Vec::new();
    if is_on != made.is_password() {
        changes.push(change("enable", made.is_password().into()));
    }
    if made.is_password() {
        changes.push(change("password", SettingValue::Hidden));
    }
    let step = Step::new(ComponentKey::single("auth"), changes);
    take_plan(unit, Plan::of_steps(unit.mac, observed, vec![step]));
}

/// Puts the password of a unit where a wish would be.
pub(super) fn wish_for(resolution: &mut Resolution, change: &PasswordChange) {
    let Some(password) = &change.password else { return };
    let origin = Origin { layer: LAYER.into(), scope: Scope::Device };
    let value = SettingValue::Secret(password.clone());
    let resolved = Resolved { value, origin, agreeing: Vec::new(), overruled: Vec::new() };
    resolution.settings.insert(path("password"), resolved);
}

/// The report of a unit whose password was proven before.
fn proven(plan: &Plan) -> ApplyReport {
    let field = |change: &Change| FieldVerdict {
        path: change.path.clone(),
        before: change.before.clone(),
        after: if change.path == path("password") { SettingValue::Hidden } else { change.after.clone() },
        verdict: Verdict::Applied,
    };
    let verdicts = plan.changes().map(field).collect();
    ApplyReport { verdicts, ..ApplyReport::empty(Outcome::Verified) }
}

fn path(field: &str) -> SettingPath {
    SettingPath::new(ComponentKey::single("auth"), field)
}

/// Whether a plan is that of a job of passwords.
fn is_of_passwords(plan: &Plan) -> bool {
    let mut of_login = plan.changes().filter(|change| change.path.component().kind() == "auth");
    of_login.any(|change| change.origin.layer == LAYER && change.origin.scope == Scope::Device)
}

/// User and password that a plan writes because they are wished, no password to take it away; none when it leaves the login
/// as it is. `user` is the one so far.
fn wished_login(plan: &Plan, user: Option<&str>) -> Option<(String, Option<SecretText>)> {
    let after = |field: &str| plan.changes().find(|change| change.path == path(field)).map(|change| &change.after);
    let user = after("user").and_then(SettingValue::as_text).or(user).unwrap_or(DEFAULT_USER).to_owned();
    match (after("password"), after("enable")) {
        (Some(SettingValue::Secret(password)), _) => Some((user, Some(password.clone()))),
        (Some(SettingValue::Null), _) | (_, Some(SettingValue::Bool(false))) => Some((user, None)),
        _ => None,
    }
}

/// Whether a plan writes the login of its device.
pub(super) fn writes_login(plan: &Plan) -> bool {
    plan.changes().any(|change| change.path.component().kind() == "auth")
}
