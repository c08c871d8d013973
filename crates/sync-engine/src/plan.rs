//! Holds a plan: data that leaves nothing to decide.

use capability_config::{Restart, Risk, SettingPath, SettingValue, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shelly_types::{ComponentKey, Mac};

use crate::{
    Fingerprint, Observed, Origin, PlanReport, Reliance, Resolution, catalogue, compare::same_shown,
    depend::governor_of,
};

/// What will be written to one device, in order, and why.
///
/// As JSON it holds no secret; [`Plan::fill_secrets`] puts them back before the plan is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The device.
    pub device: Mac,
    /// Fingerprint of the settings it was made from.
    pub base: Fingerprint,
    /// What is written, in this order.
    pub steps: Vec<Step>,
    /// Settings that the plan does not change and that must still have these values when it is applied: what was
    /// already as wished, and what keeps the device on the network. Secrets are hidden.
    pub relies_on: Reliance,
    /// What is held back, and why.
    pub report: PlanReport,
}

/// Changes to one component, written together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The component.
    pub component: ComponentKey,
    /// The changes, by path.
    pub changes: Vec<Change>,
    /// The greatest risk among the changes.
    pub risk: Risk,
    /// Some change may need a restart, or make the device restart by itself.
    pub may_restart: bool,
}

/// One setting that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The setting.
    pub path: SettingPath,
    /// What it was; absent when it was not shown.
    pub before: Option<SettingValue>,
    /// What it will be.
    pub after: SettingValue,
    /// Who wishes it.
    pub origin: Origin,
}

impl Plan {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// All changes, in the order of writing.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.steps.iter().flat_map(|step| &step.changes)
    }

    /// The greatest risk among the steps.
    pub fn risk(&self) -> Risk {
        self.steps.iter().map(|step| step.risk).max().unwrap_or(Risk::None)
    }

    /// Puts back the secrets that a stored plan does not hold. Returns the settings whose secret `resolution` does not
    /// have; they are not written.
    pub fn fill_secrets(&mut self, resolution: &Resolution) -> Vec<SettingPath> {
        let mut missing = Vec::new();
        for change in self.steps.iter_mut().flat_map(|step| &mut step.changes) {
            if change.after != SettingValue::Hidden {
                continue;
            }
            match resolution.settings.get(&change.path).map(|resolved| &resolved.value) {
                Some(secret @ SettingValue::Secret(_)) => change.after = secret.clone(),
                Some(_) | None => missing.push(change.path.clone()),
            }
        }
        missing
    }

    /// Leaves out changes that another plan makes. The steps keep their places, so that a journal still means the same ones;
    /// of a step of which nothing is left nothing is written.
    pub fn leave_out(&mut self, others: &Plan) {
        for step in &mut self.steps {
            let is_other = |change: &Change| others.changes().any(|other| other.path == change.path);
            if step.changes.iter().any(is_other) {
                let changes = step.changes.iter().filter(|change| !is_other(change)).cloned().collect();
                *step = Step::new(step.component.clone(), changes);
            }
        }
    }

    /// Settings that are neither as they were when the plan was made nor as the plan leaves them. When there is one,
    /// the plan is out of date; when there is none, it can be applied, also for the second time.
    ///
    /// Settings that the plan neither changes nor relies on may be anything.
    pub fn stale(&self, observed: &Observed) -> Vec<SettingPath> {
        if self.base == observed.fingerprint() {
            return Vec::new();
        }
        let changed = self.changes().filter(|change| change.is_foreign(observed)).map(|change| change.path.clone());
        let mut paths: Vec<_> = changed.chain(self.disturbed(observed)).collect();
        paths.sort();
        paths
    }

    /// Settings the plan relies on that have another value now.
    pub(crate) fn disturbed(&self, observed: &Observed) -> impl Iterator<Item = SettingPath> {
        self.relies_on.iter().filter(|(path, value)| !still_holds(path, value, observed)).map(|(path, _)| path)
    }
}

/// A setting that is not shown any more because another one made it meaningless is not disturbed.
fn still_holds(path: &SettingPath, value: &SettingValue, observed: &Observed) -> bool {
    let shown = observed.get(path);
    same_shown(Some(&masked(value)), shown.map(masked).as_ref())
        || (shown.is_none_or(|shown| *shown == SettingValue::Null) && governor_of(path).is_some())
        || (shown.is_none() && *value == SettingValue::Hidden)
}

/// The value without its secret.
pub(crate) fn masked(value: &SettingValue) -> SettingValue {
    if matches!(value, SettingValue::Secret(_)) { SettingValue::Hidden } else { value.clone() }
}

impl Step {
    /// The step of `component` with these changes.
    pub fn new(component: ComponentKey, changes: Vec<Change>) -> Self {
        let risk = changes.iter().map(|change| crate::risk_of(&change.path)).max().unwrap_or(Risk::None);
        let may_restart = changes.iter().any(|change| catalogue::restart_of(&change.path) != Restart::No);
        Self { component, changes, risk, may_restart }
    }

    /// The values to write.
    pub fn settings(&self) -> Settings {
        self.changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
    }

    /// Whether the device restarts by itself when it is written, so that it may not answer for a while.
    pub fn restarts_by_itself(&self) -> bool {
        self.changes.iter().any(|change| catalogue::restart_of(&change.path) == Restart::ByItself)
    }
}

impl Change {
    /// Whether the device shows the wished value.
    pub(crate) fn is_shown_by(&self, observed: &Observed) -> bool {
        match observed.get(&self.path) {
            Some(shown) => crate::same(&self.after, shown),
            None => {
                catalogue::absent_means(catalogue::facts_of(&self.path), &self.after)
                    && !catalogue::is_write_only(&self.path)
            }
        }
    }

    /// Whether the device can show it at all.
    pub(crate) fn is_hidden_by(&self, observed: &Observed) -> bool {
        match observed.get(&self.path) {
            Some(shown) => *shown == SettingValue::Hidden,
            None => catalogue::is_write_only(&self.path),
        }
    }

    /// Whether somebody else changed it since.
    fn is_foreign(&self, observed: &Observed) -> bool {
        !self.is_hidden_by(observed)
            && !self.is_shown_by(observed)
            && !same_shown(self.before.as_ref(), observed.get(&self.path))
    }
}
