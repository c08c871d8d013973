//! Policies of repair: what is done about drift when nobody is asked before.

mod act;

use std::collections::{BTreeSet, HashMap};

use capability_config::{SettingPath, SettingSelector};
use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, DeviceRecord, DeviceState, DriftItem, FleetEvent, JobId, JobState, NewEvent, Permission, PolicyRecord,
    RepairRecord, RepairRules, RepairScope, deciding,
};
use fleet_query::{Condition, Expr, Field, Op, Query, Test};
use rollout::Zone;
use shelly_types::Mac;
use sync_engine::{Drifted, DriftedSetting, Handled, RepairMode, RepairVerdict, WhyLeftAlone, repair};

use crate::{Error, ErrorKind, Fleet, ScopeName, wishes::Wishes};

pub(crate) use act::RepairBoard;

/// What policies did is looked back at for this time; limits count over a day at most.
const LOOK_BACK: TimeDelta = TimeDelta::days(1);

/// A policy and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOf {
    /// Whose.
    pub scope: ScopeName,
    /// The policy.
    pub record: PolicyRecord,
}

/// What is done about a device that is not as wished.
#[derive(Debug, Clone, PartialEq)]
pub struct RepairOf {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// Whose policy decides; none when none does.
    pub policy: Option<String>,
    /// What the policy does.
    pub mode: RepairMode,
    /// Settings about which that is done, at the next look.
    pub act: Vec<SettingPath>,
    /// Settings that are left, and why.
    pub left: Vec<(SettingPath, String)>,
}

/// A device that is not as wished, with the time zone of its windows.
type Candidate = (DeviceRecord, Option<Zone>, Drifted);

/// What policies do now.
#[derive(Debug, Default)]
struct Weighing {
    /// The newest job that a policy had made.
    seen: Option<JobId>,
    /// By policy.
    policies: Vec<Weighed>,
    /// Devices about which no policy decides, and why.
    undecided: Vec<(DeviceRecord, Vec<SettingPath>, String)>,
}

/// What a policy does about the devices under it.
#[derive(Debug)]
struct Weighed {
    policy: PolicyRecord,
    devices: Vec<(DeviceRecord, Option<Zone>, RepairVerdict)>,
}

impl Fleet {
    /// Every policy.
    pub async fn repair_policies(&self, actor: &Actor) -> Result<Vec<PolicyOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let mut policies = self.store().repair_policies().await?;
        policies.sort_by_cached_key(|policy| (policy.strength(), policy.name()));
        Ok(policies.into_iter().map(|record| PolicyOf { scope: scope_name(&record), record }).collect())
    }

    /// Sets the policy of a scope, or takes it away. Nothing is written to a device by that.
    pub async fn repair_policy_set(
        &self,
        actor: &Actor,
        scope: &ScopeName,
        rules: Option<RepairRules>,
    ) -> Result<Option<PolicyOf>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        let layer = self.scope_of(actor, scope).await?;
        let key = match layer {
            fleet_model::LayerScope::Fleet => RepairScope::Fleet,
            fleet_model::LayerScope::Location(id) => RepairScope::Location(id),
            fleet_model::LayerScope::Group(id) => RepairScope::Group(id),
            fleet_model::LayerScope::Profile(version) => RepairScope::Profile(version.profile),
            fleet_model::LayerScope::Device(mac) => RepairScope::Device(mac),
        };
        let now = self.now();
        let event = |action: &str| {
            let event = FleetEvent::RepairPolicyChanged { policy: words(scope), action: action.to_owned() };
            vec![match scope {
                ScopeName::Device(mac) => NewEvent::of_device(now, actor, *mac, event),
                ScopeName::Fleet | ScopeName::Location(_) | ScopeName::Group(_) | ScopeName::Profile(_) => {
                    NewEvent::new(now, actor, event)
                }
            }]
        };
        let before = self.store().repair_policies().await?.into_iter().find(|policy| policy.scope == key);
        let stored = match rules {
            Some(rules) => {
                checked(&rules)?;
                let events = event(&rules.policy.mode.to_string());
                let record =
                    PolicyRecord { scope: key, owner: None, rules, updated_at: now, updated_by: actor.to_string() };
                self.publish(self.store().repair_policy_set(record.clone(), events).await?.events);
                Some(record)
            }
            None if before.is_none() => return Err(Error::not_found(format!("policy of repair of {}", words(scope)))),
            None => {
                self.publish(self.store().repair_policy_delete(key, event("removed")).await?.events);
                None
            }
        };
        let lets = |policy: &Option<PolicyRecord>| {
            policy.as_ref().map(|policy| (policy.rules.policy.ignore.clone(), policy.rules.policy.tolerance.clone()))
        };
        if lets(&before).unwrap_or_default() != lets(&stored).unwrap_or_default() {
            // What was compared is old.
            self.drift_unknown(&self.under(layer).await?).await?;
        }
        self.repair_board().forget();
        Ok(stored.map(|record| PolicyOf { scope: scope.clone(), record }))
    }

    /// What policies would do now about every device that is not as wished, as of the last comparison.
    pub async fn repairs(&self, actor: &Actor) -> Result<Vec<RepairOf>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let weighing = self.repairs_weigh().await?;
        let mut all: Vec<RepairOf> = Vec::new();
        for Weighed { policy, devices } in weighing.policies {
            all.extend(devices.into_iter().map(|(record, _, verdict)| RepairOf {
                mac: record.mac,
                name: record.display_name(),
                policy: Some(policy.name()),
                mode: policy.rules.policy.mode,
                act: verdict.act,
                left: verdict.left.into_iter().map(|(path, why)| (path, why.to_string())).collect(),
            }));
        }
        all.extend(weighing.undecided.into_iter().map(|(record, paths, why)| RepairOf {
            mac: record.mac,
            name: record.display_name(),
            policy: None,
            mode: RepairMode::Off,
            act: Vec::new(),
            left: paths.into_iter().map(|path| (path, why.clone())).collect(),
        }));
        all.sort_by(|left, right| (&left.name, left.mac).cmp(&(&right.name, right.mac)));
        Ok(all)
    }

    /// What policies do about the devices that were not as wished when they were compared last.
    async fn repairs_weigh(&self) -> Result<Weighing, Error> {
        let policies = self.store().repair_policies().await?;
        if policies.iter().all(|policy| policy.rules.policy.mode == RepairMode::Off) {
            return Ok(Weighing::default());
        }
        let now = self.now();
        let past = self.store().repairs_since(now - LOOK_BACK).await?;
        let mut weighing = Weighing { seen: past.newest, ..Weighing::default() };
        let drifted = Condition::Field(Field::Drift, Test::Words(Op::Is, vec!["yes".to_owned()]));
        let records = self.store().devices_matching(Query::of(Expr::One(drifted)), now).await?;
        let macs: Vec<Mac> = records.iter().map(|record| record.mac).collect();
        let wishes = self.wishes(&macs).await?;
        let mut known = self.drift_known(&macs).await?;
        let mut by_policy: HashMap<RepairScope, (PolicyRecord, Vec<Candidate>)> = HashMap::new();
        for record in records {
            let mut items = known.remove(&record.mac).unwrap_or_default();
            items.retain(|item| !wishes.lets_be(record.mac, &item.path));
            match deciding(&wishes.policies_over(record.mac)) {
                Ok(Some(policy)) => {
                    let zone = self.zone_for(policy, &wishes, &record).await?;
                    let drifted = facts(&record, policy, zone, &items, &past.repairs, now);
                    let of = by_policy.entry(policy.scope).or_insert_with(|| (policy.clone(), Vec::new()));
                    of.1.push((record, zone, drifted));
                }
                Ok(None) => {}
                Err([one, other]) => {
                    let why = format!("the policies of {} and of {} disagree", one.name(), other.name());
                    weighing.undecided.push((record, items.into_iter().map(|item| item.path).collect(), why));
                }
            }
        }
        for (policy, mut devices) in by_policy.into_values() {
            // Who waits longest goes first.
            devices.sort_by_key(|(record, _, drifted)| {
                (drifted.settings.iter().map(|setting| setting.found_at).min(), record.mac)
            });
            let author = author(&policy).to_string();
            let own = past.repairs.iter().filter(|repair| repair.is_by_itself() && repair.made_by == author);
            let own: Vec<DateTime<Utc>> = own.map(|repair| repair.at).collect();
            let drifted: Vec<Drifted> = devices.iter().map(|(_, _, drifted)| drifted.clone()).collect();
            let verdicts = repair(&policy.rules.policy, &drifted, &own, now);
            let devices = devices.into_iter().zip(verdicts).map(|((record, zone, _), verdict)| (record, zone, verdict));
            weighing.policies.push(Weighed { devices: devices.collect(), policy });
        }
        weighing.policies.sort_by_key(|weighed| weighed.policy.scope);
        Ok(weighing)
    }

    /// The time zone of the windows of a policy for a device: its own, that of the place, or that which the device shows.
    async fn zone_for(
        &self,
        policy: &PolicyRecord,
        wishes: &Wishes,
        record: &DeviceRecord,
    ) -> Result<Option<Zone>, Error> {
        if policy.rules.windows.is_empty() || policy.rules.zone.is_some() {
            return Ok(policy.rules.zone);
        }
        if let Some(zone) = wishes.time_zone(record) {
            return Ok(zone.parse().ok());
        }
        let Ok(path) = "sys.location.tz".parse::<SettingPath>() else { return Ok(None) };
        let shown = self.store().snapshot_latest(record.mac).await?;
        let shown = shown.and_then(|shown| shown.settings.get(&path)?.as_text().map(str::to_owned));
        Ok(shown.and_then(|zone| zone.parse().ok()))
    }
}

/// What a policy has to know of a device.
fn facts(
    record: &DeviceRecord,
    policy: &PolicyRecord,
    zone: Option<Zone>,
    items: &[DriftItem],
    past: &[RepairRecord],
    now: DateTime<Utc>,
) -> Drifted {
    let windows = &policy.rules.windows;
    let setting = |item: &DriftItem| DriftedSetting {
        path: item.path.clone(),
        cause: item.cause.into(),
        found_at: item.found_at,
        handled: handled(item, past),
    };
    let own = past.iter().filter(|repair| repair.mac == record.mac && repair.is_by_itself());
    Drifted {
        device: record.mac,
        is_critical: record.critical,
        is_reachable: record.sleeps || record.state == DeviceState::Online,
        is_in_window: windows.is_empty() || windows.iter().any(|window| window.is_open(zone.unwrap_or_default(), now)),
        repaired_at: own.map(|repair| repair.at).collect(),
        settings: items.iter().map(setting).collect(),
    }
}

/// What became of the job that a policy made for a difference.
fn handled(item: &DriftItem, past: &[RepairRecord]) -> Handled {
    let job = item.repair.and_then(|job| past.iter().find(|repair| repair.job == job));
    match job.map(|job| job.state) {
        None => Handled::Not,
        Some(JobState::Proposed | JobState::Approved) => Handled::Asked,
        Some(JobState::Scheduled | JobState::Running | JobState::Paused) => Handled::Going,
        Some(JobState::Cancelled) => Handled::Refused,
        Some(JobState::Done | JobState::Failed | JobState::Stopped | JobState::Expired) => Handled::Ended,
    }
}

/// Who makes the jobs of a policy.
fn author(policy: &PolicyRecord) -> Actor {
    Actor::Policy { of: policy.name() }
}

fn scope_name(record: &PolicyRecord) -> ScopeName {
    let name = || record.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
    match record.scope {
        RepairScope::Fleet => ScopeName::Fleet,
        RepairScope::Location(_) => ScopeName::Location(name()),
        RepairScope::Group(_) => ScopeName::Group(name()),
        RepairScope::Profile(_) => ScopeName::Profile(name()),
        RepairScope::Device(mac) => ScopeName::Device(mac),
    }
}

/// Whose policy, in words.
fn words(scope: &ScopeName) -> String {
    match scope {
        ScopeName::Fleet => "fleet".to_owned(),
        ScopeName::Location(name) => format!("location:{name}"),
        ScopeName::Group(name) => format!("group:{name}"),
        ScopeName::Profile(name) => format!("profile:{name}"),
        ScopeName::Device(mac) => mac.to_string(),
    }
}

/// Rules that can be kept.
fn checked(rules: &RepairRules) -> Result<(), Error> {
    let policy = &rules.policy;
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut refuse = |field: &str, why: String| wrong.push((field.to_owned(), why));
    for (selector, by) in &policy.tolerance {
        if !by.is_finite() || *by < 0.0 {
            refuse(&format!("tolerance.{selector}"), "is a number from 0".to_owned());
        }
    }
    let named: BTreeSet<&SettingSelector> = policy.ignore.iter().chain(policy.tolerance.keys()).collect();
    for selector in named {
        if !crate::layers::is_known(selector) {
            refuse(&selector.to_string(), "there is no such setting".to_owned());
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let kind = ErrorKind::Invalid { setting: None, fields: wrong };
    Err(Error::new("this is no policy of repair; nothing was changed", kind))
}

/// Reasons that are told once, because somebody has to look.
fn is_worth_telling(why: WhyLeftAlone) -> bool {
    match why {
        WhyLeftAlone::Risky | WhyLeftAlone::Critical | WhyLeftAlone::AgainAndAgain => true,
        WhyLeftAlone::Off
        | WhyLeftAlone::Asked
        | WhyLeftAlone::Going
        | WhyLeftAlone::Refused
        | WhyLeftAlone::Ignored
        | WhyLeftAlone::Severity { .. }
        | WhyLeftAlone::Cause { .. }
        | WhyLeftAlone::TooYoung { .. }
        | WhyLeftAlone::Away
        | WhyLeftAlone::OutsideWindow
        | WhyLeftAlone::EnoughForNow => false,
    }
}
