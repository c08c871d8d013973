//! Checks a plan without trusting the planner.

use std::{collections::BTreeSet, fmt};

use capability_config::{Risk, SettingPath, SettingValue, facts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Plan, Step};

/// Something a plan must never do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// A step that may cost us the device comes before one that risks less.
    RiskyTooEarly {
        /// The early step, from 0.
        step: usize,
    },
    /// Something would be written after the step that moves the device to another network.
    AfterTheMove {
        /// The late step, from 0.
        step: usize,
    },
    /// A step says that it risks less than it does.
    RiskUnderstated {
        /// The step, from 0.
        step: usize,
    },
    /// The device would be left with neither station, access point nor cable.
    Strands,
    /// A secret would be stored in the clear.
    SecretInClear {
        /// The setting.
        path: SettingPath,
    },
    /// A step changes more than its component.
    MixedComponents {
        /// The step, from 0.
        step: usize,
        /// The setting of another component.
        path: SettingPath,
    },
    /// A setting that nobody can set would be written.
    ReadOnly {
        /// The setting.
        path: SettingPath,
    },
    /// A setting would be written twice.
    Twice {
        /// The setting.
        path: SettingPath,
    },
    /// A step changes nothing.
    EmptyStep {
        /// The step, from 0.
        step: usize,
    },
    /// There is nothing to write and no reason for it, or the reverse.
    EmptyWithoutReason,
}

/// What is wrong with a plan. A plan with a finding must not be applied.
pub fn judge(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        judge_step(index, step, &mut findings);
    }
    for (index, pair) in plan.steps.windows(2).enumerate() {
        if let [early, late] = pair
            && true_risk(early) > true_risk(late)
        {
            findings.push(Finding::RiskyTooEarly { step: index });
        }
    }
    let is_move = |path: &SettingPath| {
        let field = path.field().strip_prefix("sta.").filter(|_| path.component().kind() == "wifi");
        matches!(field, Some("enable" | "ssid" | "pass" | "ipv4mode" | "ip" | "netmask" | "gw" | "nameserver"))
    };
    let moved = plan.steps.iter().position(|step| step.changes.iter().any(|change| is_move(&change.path)));
    if let Some(place) = moved.filter(|place| place + 1 < plan.steps.len()) {
        findings.push(Finding::AfterTheMove { step: place + 1 });
    }
    judge_paths(plan, &mut findings);
    if strands(plan) {
        findings.push(Finding::Strands);
    }
    if plan.steps.is_empty() != plan.report.why_empty.is_some() {
        findings.push(Finding::EmptyWithoutReason);
    }
    findings
}

fn judge_step(index: usize, step: &Step, findings: &mut Vec<Finding>) {
    if step.changes.is_empty() {
        findings.push(Finding::EmptyStep { step: index });
    }
    for change in &step.changes {
        if *change.path.component() != step.component {
            findings.push(Finding::MixedComponents { step: index, path: change.path.clone() });
        }
    }
    if step.risk < true_risk(step) {
        findings.push(Finding::RiskUnderstated { step: index });
    }
}

fn judge_paths(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for change in plan.steps.iter().flat_map(|step| &step.changes) {
        let path = &change.path;
        if !seen.insert(path) {
            findings.push(Finding::Twice { path: path.clone() });
        }
        let Some(facts) = facts(path.component().kind(), path.field()) else { continue };
        if facts.read_only {
            findings.push(Finding::ReadOnly { path: path.clone() });
        }
        if facts.sensitive && [Some(&change.after), change.before.as_ref()].into_iter().flatten().any(is_clear) {
            findings.push(Finding::SecretInClear { path: path.clone() });
        }
    }
    for (path, value) in plan.relies_on.iter() {
        if facts(path.component().kind(), path.field()).is_some_and(|facts| facts.sensitive) && is_clear(value) {
            findings.push(Finding::SecretInClear { path });
        }
    }
}

/// Whether a stored plan would show the value.
fn is_clear(value: &SettingValue) -> bool {
    serde_json::to_value(value).is_ok_and(|json| !json.is_null() && !json.is_object())
}

fn true_risk(step: &Step) -> Risk {
    let risk = |path: &SettingPath| facts(path.component().kind(), path.field()).map_or(Risk::None, |facts| facts.risk);
    step.changes.iter().map(|change| risk(&change.path)).max().unwrap_or(Risk::None)
}

/// Whether the plan turns off a network of the device and shows none that stays on.
fn strands(plan: &Plan) -> bool {
    let is_lifeline = |path: &SettingPath| {
        matches!(
            (path.component().kind(), path.field()),
            ("wifi", "sta.enable" | "sta1.enable" | "ap.enable") | ("eth", "enable")
        )
    };
    let on = SettingValue::Bool(true);
    let changes: Vec<_> =
        plan.steps.iter().flat_map(|step| &step.changes).filter(|change| is_lifeline(&change.path)).collect();
    let turns_off = changes.iter().any(|change| change.after != on);
    let turns_on = changes.iter().any(|change| change.after == on);
    let stays_on = plan.relies_on.iter().any(|(path, value)| is_lifeline(&path) && *value == on);
    turns_off && !turns_on && !stays_on
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RiskyTooEarly { step } => write!(f, "step {} risks more than the next one", step + 1),
            Self::AfterTheMove { step } => write!(f, "step {} comes after the move to another network", step + 1),
            Self::RiskUnderstated { step } => write!(f, "step {} risks more than it says", step + 1),
            Self::Strands => f.write_str("leaves the device with neither station, access point nor cable"),
            Self::SecretInClear { path } => write!(f, "{path} would be stored in the clear"),
            Self::MixedComponents { step, path } => write!(f, "step {} changes {path} of another component", step + 1),
            Self::ReadOnly { path } => write!(f, "{path} cannot be set"),
            Self::Twice { path } => write!(f, "{path} is written twice"),
            Self::EmptyStep { step } => write!(f, "step {} changes nothing", step + 1),
            Self::EmptyWithoutReason => f.write_str("steps and the reason for having none do not agree"),
        }
    }
}
