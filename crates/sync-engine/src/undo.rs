//! Makes the plan that puts back what another one changed.

use std::fmt;

use capability_config::{SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Change, Observed, Plan, PlanReport, Reliance, WhyEmpty,
    catalogue::{absent_means, facts_of},
    compare::same_shown,
    depend::governor_of,
    order::safe_first,
    plan::masked,
    planner::{by_component, keep_a_lifeline, restart_forecast},
    resources,
};

/// The way back from a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Undo {
    /// What is written to put back what can be put back.
    pub plan: Plan,
    /// Settings that are left as they are, and why.
    pub left: Vec<(SettingPath, WhyLeft)>,
}

/// Since when a plan is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoOf {
    /// It was just carried out, and the device bent or ignored some of it: whatever differs from before is put back, also
    /// what the device changed along.
    Now,
    /// It was carried out some time ago: what somebody changed since is left alone.
    Earlier,
}

/// Why a setting is not put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeft {
    /// The device hides it, so what it was is not known.
    Secret,
    /// The device did not show it before, and nothing that can be written means that.
    NotShownBefore,
    /// Somebody changed it since.
    ChangedSince,
    /// The device would be left with neither station, access point nor cable.
    WouldStrand,
}

/// The way back to what `plan` found, from what the device shows now. `was_written` says whether the device accepted a
/// setting that cannot be read back.
pub fn undo(plan: &Plan, observed: &Observed, of: UndoOf, was_written: impl Fn(&SettingPath) -> bool) -> Undo {
    let (mut changes, mut left) = (Vec::new(), Vec::new());
    for change in plan.changes() {
        let shown = observed.get(&change.path);
        let mut leave = |why| left.push((change.path.clone(), why));
        if change.is_hidden_by(observed) || change.before == Some(SettingValue::Hidden) {
            if was_written(&change.path) {
                leave(WhyLeft::Secret);
            }
        } else if same_shown(change.before.as_ref(), shown) {
            // It is as it was.
        } else if of == UndoOf::Earlier && !change.is_shown_by(observed) {
            leave(WhyLeft::ChangedSince);
        } else if let Some(before) = change.before.clone().or_else(|| absence(change)) {
            changes.push(back(change, &before, shown));
        } else if governor_of(&change.path)
            .is_none_or(|governor| plan.changes().all(|other| other.path != governor.path))
        {
            // Else it says nothing once the setting that decides about it is as it was.
            leave(WhyLeft::NotShownBefore);
        }
    }
    if let Some(any) = plan.changes().next().filter(|_| of == UndoOf::Now) {
        for path in plan.disturbed(observed) {
            match plan.relies_on.get(&path) {
                Some(SettingValue::Hidden) => left.push((path.clone(), WhyLeft::Secret)),
                Some(before) => {
                    let disturbed = Change { path: path.clone(), ..any.clone() };
                    changes.push(back(&disturbed, before, observed.get(&path)));
                }
                None => {}
            }
        }
    }
    let lost = resources::take_unmakeable(&mut changes, observed);
    left.extend(lost.into_iter().map(|path| (path, WhyLeft::Secret)));
    let mut blocked = Vec::new();
    let changes = keep_a_lifeline(changes, observed, &mut blocked, &mut Reliance::default());
    left.extend(blocked.into_iter().map(|held| (held.path().clone(), WhyLeft::WouldStrand)));
    let mut steps = by_component(changes);
    safe_first(&mut steps);
    let report = PlanReport {
        blocked: Vec::new(),
        not_applicable: Vec::new(),
        unmatched: Vec::new(),
        in_sync: 0,
        restart: restart_forecast(&steps, observed),
        restart_pending: observed.restart_required,
        memory: Vec::new(),
        why_empty: steps.is_empty().then_some(WhyEmpty::InSync),
    };
    let (device, base) = (plan.device, observed.fingerprint());
    Undo { plan: Plan { device, base, steps, relies_on: Reliance::default(), report }, left }
}

/// The value that is as good as none, if the setting has one.
fn absence(change: &Change) -> Option<SettingValue> {
    let facts = facts_of(&change.path)?;
    if facts.nullable {
        return Some(SettingValue::Null);
    }
    let empty = match change.after {
        SettingValue::Bool(_) => SettingValue::Bool(false),
        SettingValue::Text(_) => String::new().into(),
        SettingValue::List(_) => SettingValue::List([].into()),
        SettingValue::Null | SettingValue::Number(_) | SettingValue::Secret(_) | SettingValue::Hidden => return None,
    };
    absent_means(Some(facts), &empty).then_some(empty)
}

fn back(change: &Change, before: &SettingValue, shown: Option<&SettingValue>) -> Change {
    let mut origin = change.origin.clone();
    origin.layer = "undo".into();
    Change { path: change.path.clone(), before: shown.map(masked), after: before.clone(), origin }
}

impl fmt::Display for WhyLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "the device hides it, so what it was is not known",
            Self::NotShownBefore => "the device did not show it before",
            Self::ChangedSince => "somebody changed it since",
            Self::WouldStrand => "would leave the device with neither station, access point nor cable",
        })
    }
}
