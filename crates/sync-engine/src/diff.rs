//! Compares a wish with what a device shows.

use std::fmt;

use capability_config::{SettingFacts, SettingPath, SettingValue, Supported};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Observed, Origin, Resolution, SecretDigester, Severity, catalogue, depend::governor_of, resources, risk_of, same,
    secret_digest,
};

/// What is not as wished on one device.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Drift {
    /// Settings that are not as wished, by path.
    pub differences: Vec<Difference>,
    /// Wishes that this device cannot have, by path. They are no drift.
    pub not_applicable: Vec<NotApplicable>,
    /// Settings that are not as wished and are let be, by path. They are no drift, and nothing is planned for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Difference>,
    /// Settings that are not as wished, which a policy ignores or tolerates, by path. They are no drift; a plan that somebody
    /// asks for writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Difference>,
    /// Number of settings that are as wished.
    pub in_sync: usize,
}

/// A setting that is not as wished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The setting.
    pub path: SettingPath,
    /// What it should be.
    pub desired: SettingValue,
    /// What it is; absent when it is not shown.
    pub observed: Option<SettingValue>,
    /// Who wishes it.
    pub origin: Origin,
    /// In which way it differs.
    pub kind: DifferenceKind,
    /// How bad it is.
    pub severity: Severity,
}

/// In which way a setting differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// The device shows another value.
    Differs,
    /// The device does not show the setting although it should have it.
    Missing,
    /// The device hides the value, and it is not proven to be the wished one.
    Hidden,
}

/// A wish that this device cannot have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotApplicable {
    /// The setting.
    pub path: SettingPath,
    /// Why.
    pub reason: NotApplicableReason,
}

/// Why a device cannot have a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum NotApplicableReason {
    /// Devices of this generation do not have it.
    NotOnThisGeneration,
    /// The firmware does not have it.
    NotOnThisFirmware {
        /// First firmware that has it, where known.
        since: Option<String>,
    },
    /// The component shows its settings, but not this one.
    NotOnThisModel,
    /// The device only reports it.
    ReadOnly,
    /// The device has no such component.
    NoSuchComponent,
    /// It means nothing while another setting has its present or wished value.
    Dormant {
        /// The other setting.
        governor: SettingPath,
        /// The value which that setting would need.
        needs: SettingValue,
    },
    /// The wished secret is stored but could not be opened, so it can be neither compared nor written.
    SecretUnavailable,
}

impl Drift {
    /// Whether everything that can be as wished is.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Lets differences of some settings be.
    pub fn waive(&mut self, is_waived: impl Fn(&SettingPath) -> bool) {
        let (waived, differences) =
            std::mem::take(&mut self.differences).into_iter().partition(|difference| is_waived(&difference.path));
        self.differences = differences;
        self.waived = waived;
    }

    /// Counts differences as none that are ignored or tolerated.
    pub fn ignore(&mut self, is_ignored: impl Fn(&Difference) -> bool) {
        let (ignored, differences) = std::mem::take(&mut self.differences).into_iter().partition(is_ignored);
        self.differences = differences;
        self.ignored = ignored;
    }

    /// The same with what is ignored or tolerated as differences: what it takes to be exactly as wished.
    #[must_use]
    pub fn with_ignored(mut self) -> Self {
        self.differences.append(&mut self.ignored);
        self.differences.sort_by(|left, right| left.path.cmp(&right.path));
        self
    }

    /// The same without the differences of other settings.
    #[must_use]
    pub fn only(mut self, is_meant: impl Fn(&SettingPath) -> bool) -> Self {
        self.differences.retain(|difference| is_meant(&difference.path));
        self
    }

    /// The worst severity; none when there is no drift.
    pub fn worst(&self) -> Option<Severity> {
        self.differences.iter().map(|difference| difference.severity).max()
    }
}

/// Compares a wish with what a device shows.
///
/// Secrets that the device hides are compared by digest: with what `digester` makes of the wish, and with what
/// [`Observed::proven_secrets`] remembers.
pub fn diff(resolution: &Resolution, observed: &Observed, digester: &dyn SecretDigester) -> Drift {
    let mut drift = Drift::default();
    let completed = resources::completed(resolution, observed);
    let resolution = &*completed;
    let mut shown = observed.settings.iter().peekable();
    for (path, resolved) in &resolution.settings {
        // Both are in the order of their paths.
        while shown.next_if(|(other, _)| *other < path).is_some() {}
        let shown = shown.next_if(|(other, _)| *other == path).map(|(_, value)| value);
        let setting = Setting { path, facts: catalogue::facts_of(path), shown };
        match compare(&setting, &resolved.value, resolution, observed, digester) {
            Comparison::Same => drift.in_sync += 1,
            Comparison::NotApplicable(reason) => {
                drift.not_applicable.push(NotApplicable { path: path.clone(), reason });
            }
            Comparison::Different(kind) => drift.differences.push(Difference {
                path: path.clone(),
                desired: resolved.value.clone(),
                observed: shown.cloned(),
                origin: resolved.origin.clone(),
                kind,
                severity: risk_of(path).into(),
            }),
        }
    }
    drift
}

/// A setting, and what is known of it.
pub(crate) struct Setting<'a> {
    path: &'a SettingPath,
    facts: Option<&'static SettingFacts>,
    shown: Option<&'a SettingValue>,
}

impl<'a> Setting<'a> {
    pub(crate) fn of(path: &'a SettingPath, observed: &'a Observed) -> Self {
        Self { path, facts: catalogue::facts_of(path), shown: observed.get(path) }
    }
}

enum Comparison {
    Same,
    Different(DifferenceKind),
    NotApplicable(NotApplicableReason),
}

fn compare(
    setting: &Setting<'_>,
    desired: &SettingValue,
    resolution: &Resolution,
    observed: &Observed,
    digester: &dyn SecretDigester,
) -> Comparison {
    let unmade = || resources::unmade(setting.path, resolution, observed).filter(|_| *desired != SettingValue::Null);
    if let Some(reason) = unsupported(setting, observed).or_else(unmade) {
        return Comparison::NotApplicable(reason);
    }
    if *desired == SettingValue::Hidden {
        return Comparison::NotApplicable(NotApplicableReason::SecretUnavailable);
    }
    let Setting { path, facts, shown } = *setting;
    if facts.is_some_and(|facts| facts.write_only) || matches!(shown, Some(SettingValue::Hidden)) {
        return compare_secret(setting, desired, observed, digester);
    }
    let is_unset = matches!(shown, Some(SettingValue::Null) | None);
    if shown.is_some_and(|shown| same(desired, shown)) || is_unset && catalogue::absent_means(facts, desired) {
        return Comparison::Same;
    }
    if (is_unset || observed.support.generation().is_gen1())
        && let Some(reason) = dormant(path, resolution, observed)
    {
        return Comparison::NotApplicable(reason);
    }
    Comparison::Different(if shown.is_none() { DifferenceKind::Missing } else { DifferenceKind::Differs })
}

/// Why the device does not have a setting. One that shows only while another is on is not called missing on the model.
pub(crate) fn unsupported(setting: &Setting<'_>, observed: &Observed) -> Option<NotApplicableReason> {
    let Setting { path, facts, shown } = *setting;
    match observed.support.of_known(path, facts, shown.is_some(), &observed.settings) {
        Supported::Yes => None,
        Supported::NotOnThisModel
            if governor_of(path).is_some_and(|governor| observed.get(&governor.path).is_some()) =>
        {
            None
        }
        Supported::NotOnThisModel => Some(NotApplicableReason::NotOnThisModel),
        Supported::NotOnThisGeneration => Some(NotApplicableReason::NotOnThisGeneration),
        Supported::NotOnThisFirmware { since } => {
            Some(NotApplicableReason::NotOnThisFirmware { since: since.map(|release| release.to_string()) })
        }
        Supported::ReadOnly => Some(NotApplicableReason::ReadOnly),
        Supported::NoSuchComponent => Some(NotApplicableReason::NoSuchComponent),
    }
}

/// A secret that the device says it does not have is missing; one that it hides is as wished only when proven.
fn compare_secret(
    setting: &Setting<'_>,
    desired: &SettingValue,
    observed: &Observed,
    digester: &dyn SecretDigester,
) -> Comparison {
    match (setting.shown, desired) {
        (Some(SettingValue::Null), SettingValue::Null) => return Comparison::Same,
        (Some(SettingValue::Null), _) => return Comparison::Different(DifferenceKind::Missing),
        (Some(shown), _) if *shown != SettingValue::Hidden && same(shown, desired) => return Comparison::Same,
        (Some(shown), _) if *shown != SettingValue::Hidden => return Comparison::Different(DifferenceKind::Differs),
        (Some(_) | None, _) => {}
    }
    let proven = observed.proven_secrets.get(setting.path);
    if proven.is_some() && proven == secret_digest(setting.path, desired, digester).as_ref() {
        return Comparison::Same;
    }
    Comparison::Different(DifferenceKind::Hidden)
}

/// A setting that another one, as it is wished or else as it is, makes meaningless. Gen1 devices forget it then; the
/// others may go on showing it, and it counts while they do.
fn dormant(path: &SettingPath, resolution: &Resolution, observed: &Observed) -> Option<NotApplicableReason> {
    let governor = governor_of(path)?;
    let wished = resolution.settings.get(&governor.path).map(|resolved| &resolved.value);
    let value = wished.or_else(|| observed.get(&governor.path))?;
    (!same(value, &governor.needs))
        .then_some(NotApplicableReason::Dormant { governor: governor.path, needs: governor.needs })
}

impl fmt::Display for NotApplicableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOnThisGeneration => f.write_str("devices of this generation do not have it"),
            Self::NotOnThisFirmware { since: Some(since) } => write!(f, "needs firmware {since} or newer"),
            Self::NotOnThisFirmware { since: None } => f.write_str("this firmware does not have it"),
            Self::NotOnThisModel => f.write_str("this model does not have it"),
            Self::ReadOnly => f.write_str("the device only reports it"),
            Self::NoSuchComponent => f.write_str("the device has no such component"),
            Self::Dormant { governor, needs } => write!(f, "means nothing unless {governor} is {needs}"),
            Self::SecretUnavailable => f.write_str("the stored secret could not be opened"),
        }
    }
}
