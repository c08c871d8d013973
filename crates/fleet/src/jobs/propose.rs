//! Makes jobs from fresh readings: what would be written, what that does, and what is held back.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use capability_config::{ResourceKind, SettingPath};
use chrono::TimeDelta;
use fleet_model::{
    Actor, CriticalDevices, DeviceRecord, FleetEvent, JobId, JobKind, JobOptions, JobRecord, JobState, JobUnit,
    NewEvent, Permission, UnitCounts, UnitPreview, UnitState,
};
use rollout::Zone;
use shelly_types::{DeviceStatus, Mac};
use sync_engine::{Drift, Memory, Observed, Plan, PlanOptions, RestartForecast, judge, plan};

use super::{JobWithUnits, Selection, preview::loads, unit::is_away};
use crate::{
    Error, ErrorKind, Fleet,
    config::observed_of,
    drift::{Checked, Compared},
    resources::Kinds,
    wishes::Wishes,
};

/// How long a unit waits for a device that sleeps, when nothing was said.
const SLEEPER_WAIT: Duration = Duration::from_hours(7 * 24);

/// What is to be made.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: JobKind,
    pub(super) source: Option<JobId>,
    pub(super) scope: String,
    pub(super) options: JobOptions,
}

/// A unit that is being made, and what it is made from.
pub(super) struct Drafted {
    pub(super) unit: JobUnit,
    pub(super) record: DeviceRecord,
    /// What the device showed; none when it could not be read.
    pub(super) observed: Option<Observed>,
    /// The device is away or asleep.
    pub(super) is_away: bool,
}

/// Which differences a job is about.
#[derive(Clone, Copy)]
pub(super) enum Meant<'a> {
    /// All, also those that a policy ignores or tolerates.
    Everything,
    /// These settings of these devices.
    Only(&'a BTreeMap<Mac, BTreeSet<SettingPath>>),
}

impl Meant<'_> {
    fn of(self, mac: Mac, drift: Drift) -> Drift {
        match self {
            Self::Everything => drift.with_ignored(),
            Self::Only(devices) => {
                let meant = devices.get(&mac);
                drift.only(|path| meant.is_some_and(|meant| meant.contains(path)))
            }
        }
    }
}

impl Fleet {
    /// Reads the selected devices and plans how they get to the wish. Nothing is written before somebody says yes.
    pub async fn job_create(
        &self,
        actor: &Actor,
        selection: &Selection,
        options: JobOptions,
    ) -> Result<JobWithUnits, Error> {
        Self::authorize(actor, Permission::Configure)?;
        checked(&options)?;
        let macs = self.selected(actor, selection).await?;
        let draft = Draft { kind: JobKind::Configure, source: None, scope: selection.words(), options };
        self.configure(actor, draft, &macs).await
    }

    /// The job that brings these devices to the wish.
    pub(super) async fn configure(&self, actor: &Actor, draft: Draft, macs: &[Mac]) -> Result<JobWithUnits, Error> {
        let options = agreed(&draft.options);
        let id = JobId::new(self.ids());
        let drafted = self.draft(id, macs, &draft.options, options, Meant::Everything).await?;
        self.propose(actor, id, draft, drafted).await
    }

    /// Reads devices now, and plans for them; for those that are waited for, from what they showed last.
    pub(super) async fn draft(
        &self,
        id: JobId,
        macs: &[Mac],
        job_options: &JobOptions,
        options: PlanOptions,
        meant: Meant<'_>,
    ) -> Result<Vec<Drafted>, Error> {
        let mut drafted = self.check(macs, |place, checked| drafted(id, place, checked, options, meant)).await?;
        self.plan_with_scripts(id, &mut drafted, options, meant).await?;
        self.plan_those_away(job_options, &mut drafted, options, meant).await?;
        Ok(drafted)
    }

    /// Plans once more for devices on which scripts run that may stop when the plan takes memory, with the scripts read: the
    /// plan then relies on them, so that it is proven that they run on (K4).
    async fn plan_with_scripts(
        &self,
        id: JobId,
        drafts: &mut [Drafted],
        options: PlanOptions,
        meant: Meant<'_>,
    ) -> Result<(), Error> {
        let scripts = ResourceKind::Scripts;
        let is_at_stake = |draft: &&Drafted| {
            let takes_memory = draft.unit.plan.as_ref().is_some_and(|plan| !plan.report.memory.is_empty());
            let runs = |seen: &Observed| {
                seen.memory.as_deref().is_some_and(Memory::runs_scripts)
                    && !seen.components.contains(&scripts.component())
            };
            takes_memory && draft.observed.as_ref().is_some_and(runs)
        };
        let macs: Vec<Mac> = drafts.iter().filter(is_at_stake).map(|draft| draft.record.mac).collect();
        if macs.is_empty() {
            return Ok(());
        }
        let again = |place, checked| drafted(id, place, checked, options, meant);
        for again in self.check_with(&macs, &Kinds::from([scripts]), again).await? {
            if let Some(draft) = drafts.iter_mut().find(|draft| draft.record.mac == again.record.mac) {
                *draft = again;
            }
        }
        Ok(())
    }

    /// Plans for devices that are waited for, from what they showed last.
    async fn plan_those_away(
        &self,
        options: &JobOptions,
        drafted: &mut [Drafted],
        plan_options: PlanOptions,
        meant: Meant<'_>,
    ) -> Result<(), Error> {
        let awaited = |drafted: &&mut Drafted| drafted.is_away && wait_for(options, &drafted.record).is_some();
        let awaited: Vec<&mut Drafted> = drafted.iter_mut().filter(awaited).collect();
        if awaited.is_empty() {
            return Ok(());
        }
        let macs: Vec<Mac> = awaited.iter().map(|drafted| drafted.record.mac).collect();
        let wishes = self.wishes(&macs).await?;
        for drafted in awaited {
            let Some(known) = self.store().snapshot_latest(drafted.record.mac).await? else { continue };
            drafted.unit.preview.read_at = Some(known.taken_at);
            let memory = self.memory_of(drafted.record.mac).await?;
            let observed = observed_of(&drafted.record, &known).with_memory(memory);
            self.plan_from(&wishes, drafted, observed, plan_options, meant);
        }
        Ok(())
    }

    fn plan_from(
        &self,
        wishes: &Wishes,
        drafted: &mut Drafted,
        observed: Observed,
        options: PlanOptions,
        meant: Meant<'_>,
    ) {
        let mac = drafted.record.mac;
        let observed = wishes.with_proofs(mac, observed);
        let (resolution, drift) = self.compare(wishes, mac, &observed);
        let drift = meant.of(mac, drift);
        take_plan(&mut drafted.unit, plan(mac, &resolution, &observed, &drift, options));
        drafted.observed = Some(observed);
        if drafted.unit.state == UnitState::Pending {
            drafted.unit.state = UnitState::Queued;
        }
    }

    /// Windows are in the time zone of the places that the devices are in, when none was named; of a device in none that has
    /// one, in that of the device.
    async fn set_zone(&self, options: &mut JobOptions, drafted: &[Drafted]) -> Result<(), Error> {
        if options.rollout.windows.is_empty() || options.rollout.zone.is_some() {
            return Ok(());
        }
        let Ok(path) = "sys.location.tz".parse() else { return Ok(()) };
        let places = self.location_tree().await?;
        let zone = |drafted: &Drafted| {
            let place = drafted.record.location.as_ref().and_then(|place| places.time_zone(place.id));
            let shown = || drafted.observed.as_ref()?.get(&path)?.as_text().map(str::to_owned);
            place.map(ToString::to_string).or_else(shown)
        };
        let zones: BTreeSet<String> =
            drafted.iter().filter_map(zone).filter(|name| name.parse::<Zone>().is_ok()).collect();
        let mut zones = zones.into_iter();
        match (zones.next(), zones.next()) {
            (Some(zone), None) => options.rollout.zone = zone.parse().ok(),
            (None, _) => {}
            (Some(one), Some(other)) => {
                let what = format!("these devices are in {one} and in {other}: name the time zone of the window");
                return Err(Error::new(what, ErrorKind::Invalid { setting: None, fields: Vec::new() }));
            }
        }
        Ok(())
    }

    /// Stores a job that waits for a yes, or has ended already because nothing is to do.
    pub(super) async fn propose(
        &self,
        actor: &Actor,
        id: JobId,
        mut draft: Draft,
        mut drafted: Vec<Drafted>,
    ) -> Result<JobWithUnits, Error> {
        self.preview(&mut draft, &mut drafted).await?;
        let (record, units) = self.job_of(actor, id, draft, drafted);
        let event = FleetEvent::JobProposed { id, devices: record.units.total(), changes: record.changes };
        let event = NewEvent::new(record.created_at, actor, event);
        self.publish(self.store().job_insert(record, units, vec![event]).await?.events);
        self.job(actor, id).await
    }

    /// Adds what is to be known before, and holds back what is not safe.
    pub(super) async fn preview(&self, draft: &mut Draft, drafted: &mut [Drafted]) -> Result<(), Error> {
        let macs = drafted.iter().map(|drafted| drafted.record.mac).collect();
        let statuses = self.statuses_of(macs).await?;
        let statuses: HashMap<Mac, DeviceStatus> = statuses.into_iter().map(|kept| (kept.mac, kept.status)).collect();
        let now = self.now();
        for Drafted { unit, record, observed, .. } in drafted.iter_mut() {
            let seen = observed.as_ref().zip(unit.plan.as_ref());
            let loads =
                seen.map(|(observed, plan)| loads(plan, observed, statuses.get(&record.mac))).unwrap_or_default();
            unit.preview =
                UnitPreview { critical: record.critical, sleeps: record.sleeps, loads, ..unit.preview.clone() };
            hold(unit, self.conflicts().held(record));
            hold(unit, spared(unit, &draft.options));
            hold(unit, self.network_held(unit, record, observed.as_ref()).await?);
            if unit.state == UnitState::Queued {
                let wait = wait_for(&draft.options, record).unwrap_or(SLEEPER_WAIT);
                unit.queued_until = Some(now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(7)));
                unit.reason = Some(if record.sleeps { "asleep" } else { "does not answer" }.to_owned());
            }
        }
        self.set_zone(&mut draft.options, drafted).await
    }

    /// A job that waits for a yes, or has ended already because nothing is to do.
    pub(super) fn job_of(
        &self,
        actor: &Actor,
        id: JobId,
        draft: Draft,
        drafted: Vec<Drafted>,
    ) -> (JobRecord, Vec<JobUnit>) {
        let now = self.now();
        let critical: Vec<bool> = drafted.iter().map(|drafted| drafted.record.critical).collect();
        let rings = draft.options.rollout.rings_of(&critical);
        let mut units: Vec<JobUnit> = drafted.into_iter().map(|drafted| drafted.unit).collect();
        let mut counts = UnitCounts::default();
        for ((unit, ring), position) in units.iter_mut().zip(rings).zip(0..) {
            (unit.ring, unit.position) = (ring, position);
            *counts.of(unit.state) += 1;
        }
        let changes: usize =
            units.iter().filter_map(|unit| unit.plan.as_ref()).map(|plan| plan.changes().count()).sum();
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        let nothing_to_do = counts.open() == 0;
        let lifetime = TimeDelta::from_std(self.options().plan_lifetime).unwrap_or(TimeDelta::hours(1));
        let record = JobRecord {
            id,
            kind: draft.kind,
            source: draft.source,
            options: draft.options,
            created_at: now,
            created_by: actor.to_string(),
            expires_at: now + lifetime,
            scope: draft.scope,
            state: counts.outcome().filter(|_| nothing_to_do).unwrap_or(JobState::Proposed),
            reason: None,
            approved_by: None,
            started_at: None,
            units: counts,
            changes,
            finished_at: nothing_to_do.then_some(now),
            revision: 0,
        };
        (record, units)
    }
}

/// What a plan may do because somebody agreed to it.
pub(super) fn agreed(options: &JobOptions) -> PlanOptions {
    let JobOptions { take_over, spend_memory, .. } = *options;
    PlanOptions { take_over, spend_memory, ..PlanOptions::default() }
}

/// Rules under which something can be begun.
pub(super) fn checked(options: &JobOptions) -> Result<(), Error> {
    if options.rollout.at_once == Some(0) {
        return Err(Error::invalid("`at_once` is the number of devices worked on at the same time: at least 1"));
    }
    if options.rollout.gate.most_failed_percent > 100 {
        return Err(Error::invalid("`most_failed_percent` is a part of a hundred: 0 to 100"));
    }
    Ok(())
}

/// A unit of a device that was just read, with the way to its wish.
fn drafted(id: JobId, place: usize, checked: Checked, options: PlanOptions, meant: Meant<'_>) -> Drafted {
    let Checked { record, outcome } = checked;
    let mut unit = blank(id, record.mac, place);
    match outcome {
        Ok(Compared { observed, resolution, drift }) => {
            let drift = meant.of(record.mac, drift);
            take_plan(&mut unit, plan(record.mac, &resolution, &observed, &drift, options));
            Drafted { unit, record, observed: Some(observed), is_away: false }
        }
        Err(error) => {
            unit.reason = Some(error.chain());
            Drafted { unit, record, observed: None, is_away: is_away(&error) }
        }
    }
}

/// A unit that cannot be begun yet.
pub(super) fn blank(job_id: JobId, mac: Mac, place: usize) -> JobUnit {
    JobUnit {
        job_id,
        mac,
        position: u32::try_from(place).unwrap_or(u32::MAX),
        ring: 0,
        state: UnitState::Blocked,
        plan: None,
        preview: UnitPreview::default(),
        report: None,
        rollback: None,
        reason: None,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
        queued_until: None,
        woken_at: None,
        ended_at: None,
    }
}

/// Gives a unit its plan, after the judge has seen it.
pub(super) fn take_plan(unit: &mut JobUnit, plan: Plan) {
    let finding = judge(&plan).into_iter().next();
    (unit.state, unit.reason) = match (plan.is_empty(), plan.report.blocked.first()) {
        (false, _) if finding.is_some() => (UnitState::Blocked, finding.map(|finding| finding.to_string())),
        (false, _) => (UnitState::Pending, None),
        (true, Some(blocked)) => (UnitState::Blocked, Some(blocked.to_string())),
        (true, None) => (UnitState::Skipped, plan.report.why_empty.map(|why| why.to_string())),
    };
    unit.plan = Some(plan);
}

/// How long a unit waits for its device; none when it does not.
pub(super) fn wait_for(options: &JobOptions, record: &DeviceRecord) -> Option<Duration> {
    let said = options.wait_s.map(|seconds| Duration::from_secs(u64::from(seconds)));
    said.or(record.sleeps.then_some(SLEEPER_WAIT))
}

/// Holds a unit back where that is not safe.
pub(super) fn hold(unit: &mut JobUnit, why: Option<String>) {
    if matches!(unit.state, UnitState::Pending | UnitState::Queued) && why.is_some() {
        (unit.state, unit.reason) = (UnitState::Blocked, why);
    }
}

/// Why a critical device is left out. Who undoes a replacement means this one device, which is critical since then.
fn spared(unit: &JobUnit, options: &JobOptions) -> Option<String> {
    let may_restart = unit.plan.as_ref().is_some_and(|plan| plan.report.restart != RestartForecast::No);
    let is_meant = options.critical == CriticalDevices::Include || unit.preview.puts_back.is_some();
    let is_spared = unit.preview.critical && !is_meant && may_restart;
    let why = "critical, and could restart; include critical devices to change it";
    is_spared.then(|| why.to_owned())
}
