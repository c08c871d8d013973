//! Decides what a policy does about drift by itself: repair it, ask, or leave it, and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use capability_config::{Risk, SettingPath, SettingSelector, SettingValue};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::Mac;

use crate::{Difference, Severity, risk_of};

/// The limit of devices counts over this time.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// The limit of repairs of one device counts over this time.
const DAY: TimeDelta = TimeDelta::days(1);

/// What is done about drift when nobody is asked before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepairMode {
    /// Nothing.
    #[default]
    Off,
    /// A plan is made, and waits for a yes.
    Ask,
    /// It is put back.
    Repair,
}

/// Why a setting is not as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The wish is newer than what the device has.
    Wish,
    /// A job of ours wrote it.
    Plan,
    /// It was changed on the device.
    Device,
    /// Another firmware came with it.
    Firmware,
    /// The history does not say.
    Unknown,
}

/// What may be done about drift without anybody being there, and how much of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RepairPolicy {
    /// What is done.
    pub mode: RepairMode,
    /// How bad differences are that something is done about.
    pub severities: BTreeSet<Severity>,
    /// Why settings differ that something is done about.
    pub causes: BTreeSet<Cause>,
    /// Seconds for which a difference has to be known before something is done about it.
    pub min_age_s: u32,
    /// Devices repaired within an hour, at most.
    pub devices_per_hour: u32,
    /// Repairs of one device within a day, at most. A device that drifts more often is left alone.
    pub repairs_per_day: u32,
    /// Settings may be written that could cut the device off or let in who should not: networks, passwords.
    pub risky: bool,
    /// Critical devices may be written.
    pub critical: bool,
    /// Devices may be restarted even if that could switch what they feed.
    pub loads: bool,
    /// Settings that may differ: they are no drift.
    pub ignore: BTreeSet<SettingSelector>,
    /// By how much numbers may differ: that is no drift.
    pub tolerance: BTreeMap<SettingSelector, f64>,
}

impl Default for RepairPolicy {
    fn default() -> Self {
        Self {
            mode: RepairMode::Off,
            severities: BTreeSet::from([Severity::Info, Severity::Warning]),
            causes: BTreeSet::from([Cause::Plan, Cause::Device, Cause::Firmware]),
            min_age_s: 300,
            devices_per_hour: 20,
            repairs_per_day: 3,
            risky: false,
            critical: false,
            loads: false,
            ignore: BTreeSet::new(),
            tolerance: BTreeMap::new(),
        }
    }
}

/// What may differ on a device, by all policies that it is under.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leniency {
    ignore: BTreeSet<SettingSelector>,
    /// Strongest policy first.
    tolerance: Vec<BTreeMap<SettingSelector, f64>>,
}

/// A device that is not as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// The device.
    pub device: Mac,
    /// People said that it is critical.
    pub is_critical: bool,
    /// It answers, or sleeps and will.
    pub is_reachable: bool,
    /// Its maintenance window is open, or there is none.
    pub is_in_window: bool,
    /// When it was repaired by a policy.
    pub repaired_at: Vec<DateTime<Utc>>,
    /// What differs.
    pub settings: Vec<DriftedSetting>,
}

/// A setting that is not as wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftedSetting {
    /// The setting.
    pub path: SettingPath,
    /// Why.
    pub cause: Cause,
    /// When it was found first.
    pub found_at: DateTime<Utc>,
    /// What was done about it.
    pub handled: Handled,
}

/// What was done already about a setting that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// Nothing.
    Not,
    /// Somebody was asked, and has not answered.
    Asked,
    /// It is being put back.
    Going,
    /// That has ended, or nobody answered in time.
    Ended,
    /// Somebody said no.
    Refused,
}

/// What is done about a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairVerdict {
    /// The device.
    pub device: Mac,
    /// Settings that are put back, or about which somebody is asked.
    pub act: Vec<SettingPath>,
    /// Settings that are left, and why.
    pub left: Vec<(SettingPath, WhyLeftAlone)>,
}

/// Why nothing is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyLeftAlone {
    /// The policy does nothing.
    Off,
    /// Somebody was asked already.
    Asked,
    /// It is being put back.
    Going,
    /// Somebody said no.
    Refused,
    /// It is no drift.
    Ignored,
    /// The policy does nothing about differences of this severity.
    Severity {
        /// How bad it is.
        severity: Severity,
    },
    /// The policy does nothing about differences with this cause.
    Cause {
        /// Why it differs.
        cause: Cause,
    },
    /// It could cut the device off or let in who should not.
    Risky,
    /// The device is critical.
    Critical,
    /// It is known for too short a time.
    TooYoung {
        /// When it is old enough.
        until: DateTime<Utc>,
    },
    /// The device does not answer.
    Away,
    /// The maintenance window is closed.
    OutsideWindow,
    /// The device was repaired so often already that something else must be wrong.
    AgainAndAgain,
    /// Enough devices were repaired within an hour.
    EnoughForNow,
}

impl RepairPolicy {
    /// Whether a setting is ignored.
    pub fn ignores(&self, path: &SettingPath) -> bool {
        self.ignore.iter().any(|selector| selector.matches(path))
    }

    /// The most that a setting may risk to be written.
    pub fn most_risk(&self) -> Risk {
        if self.risky { Risk::Connectivity } else { Risk::Integration }
    }

    /// Why nothing is done about a setting, as far as that lies in the setting and the device.
    fn leaves(&self, of: &Drifted, setting: &DriftedSetting, now: DateTime<Utc>) -> Option<WhyLeftAlone> {
        let risk = risk_of(&setting.path);
        let severity = Severity::from(risk);
        let old_enough_at = setting.found_at + TimeDelta::seconds(i64::from(self.min_age_s));
        let handled = match (setting.handled, self.mode) {
            (Handled::Going, _) => Some(WhyLeftAlone::Going),
            (Handled::Refused, _) => Some(WhyLeftAlone::Refused),
            (Handled::Asked, _) | (Handled::Ended, RepairMode::Ask) => Some(WhyLeftAlone::Asked),
            (Handled::Not | Handled::Ended, _) => None,
        };
        [
            (self.mode == RepairMode::Off).then_some(WhyLeftAlone::Off),
            self.ignores(&setting.path).then_some(WhyLeftAlone::Ignored),
            handled,
            (!self.causes.contains(&setting.cause)).then_some(WhyLeftAlone::Cause { cause: setting.cause }),
            (!self.severities.contains(&severity)).then_some(WhyLeftAlone::Severity { severity }),
            (risk > self.most_risk()).then_some(WhyLeftAlone::Risky),
            (of.is_critical && !self.critical).then_some(WhyLeftAlone::Critical),
            (now < old_enough_at).then_some(WhyLeftAlone::TooYoung { until: old_enough_at }),
        ]
        .into_iter()
        .flatten()
        .next()
    }

    /// Why nothing is done about a device now, although something is to be done.
    fn holds(&self, of: &Drifted, now: DateTime<Utc>) -> Option<WhyLeftAlone> {
        if !of.is_reachable {
            return Some(WhyLeftAlone::Away);
        }
        if self.mode != RepairMode::Repair {
            return None;
        }
        if within(&of.repaired_at, DAY, now) >= self.repairs_per_day {
            return Some(WhyLeftAlone::AgainAndAgain);
        }
        (!of.is_in_window).then_some(WhyLeftAlone::OutsideWindow)
    }
}

/// What a policy does about devices that are under it, in this order. `repaired_at` is when it repaired a device, one for
/// each device.
pub fn repair(
    policy: &RepairPolicy,
    devices: &[Drifted],
    repaired_at: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> Vec<RepairVerdict> {
    let mut room = policy.devices_per_hour.saturating_sub(within(repaired_at, HOUR, now));
    let mut verdicts = Vec::with_capacity(devices.len());
    for of in devices {
        let (mut act, mut left) = (Vec::new(), Vec::new());
        for setting in &of.settings {
            match policy.leaves(of, setting, now) {
                None => act.push(setting.path.clone()),
                Some(why) => left.push((setting.path.clone(), why)),
            }
        }
        if !act.is_empty() {
            let is_repair = policy.mode == RepairMode::Repair;
            let full = (is_repair && room == 0).then_some(WhyLeftAlone::EnoughForNow);
            match policy.holds(of, now).or(full) {
                Some(why) => left.extend(act.drain(..).map(|path| (path, why))),
                None => room -= u32::from(is_repair),
            }
        }
        verdicts.push(RepairVerdict { device: of.device, act, left });
    }
    verdicts
}

/// How many of these moments are less than `time` ago.
fn within(moments: &[DateTime<Utc>], time: TimeDelta, now: DateTime<Utc>) -> u32 {
    let number = moments.iter().filter(|at| now - **at < time).count();
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Leniency {
    /// What these policies let differ, the strongest one first. What one ignores is ignored; by how much a number may differ
    /// says the strongest one that says it.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a RepairPolicy>) -> Self {
        let mut leniency = Self::default();
        for policy in policies {
            leniency.ignore.extend(policy.ignore.iter().cloned());
            if !policy.tolerance.is_empty() {
                leniency.tolerance.push(policy.tolerance.clone());
            }
        }
        leniency
    }

    /// Whether everything has to be as wished.
    pub fn is_empty(&self) -> bool {
        self.ignore.is_empty() && self.tolerance.is_empty()
    }

    /// Whether a difference is none.
    pub fn lets(&self, difference: &Difference) -> bool {
        let Difference { path, desired, observed, .. } = difference;
        if self.ignore.iter().any(|selector| selector.matches(path)) {
            return true;
        }
        match (desired, observed, self.by_how_much(path)) {
            (SettingValue::Number(desired), Some(SettingValue::Number(observed)), Some(by)) => {
                (desired - observed).abs() <= by
            }
            _ => false,
        }
    }

    /// A selector for one instance goes before one for all.
    fn by_how_much(&self, path: &SettingPath) -> Option<f64> {
        let exact = SettingSelector::from(path);
        self.tolerance.iter().find_map(|of| {
            let general = || of.iter().find(|(selector, _)| selector.matches(path)).map(|(_, by)| by);
            of.get(&exact).or_else(general).copied()
        })
    }
}

impl fmt::Display for RepairMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Ask => "ask",
            Self::Repair => "repair",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wish => "new wish",
            Self::Plan => "our job",
            Self::Device => "changed on the device",
            Self::Firmware => "firmware update",
            Self::Unknown => "unknown",
        })
    }
}

impl fmt::Display for WhyLeftAlone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("the policy does nothing"),
            Self::Asked => f.write_str("somebody was asked already"),
            Self::Going => f.write_str("it is being put back"),
            Self::Refused => f.write_str("somebody said no"),
            Self::Ignored => f.write_str("it is ignored"),
            Self::Severity { severity } => write!(f, "the policy is not about the severity {severity}"),
            Self::Cause { cause } => write!(f, "the policy is not about this cause: {cause}"),
            Self::Risky => f.write_str("it could cut the device off or let in who should not"),
            Self::Critical => f.write_str("the device is critical"),
            Self::TooYoung { until } => write!(f, "it is left until {}", until.format("%F %R")),
            Self::Away => f.write_str("the device does not answer"),
            Self::OutsideWindow => f.write_str("the maintenance window is closed"),
            Self::AgainAndAgain => f.write_str("it was repaired again and again already; look why it changes"),
            Self::EnoughForNow => f.write_str("enough devices were repaired within an hour"),
        }
    }
}
