//! Judges a write by what the device shows afterwards.

use std::fmt;

use capability_config::{Resource, ResourceKind, SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Change, Observed,
    compare::same_shown,
    depend::governor_of,
    diff::{Setting, unsupported},
    plan::masked,
};

/// What became of one setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldVerdict {
    /// The setting.
    pub path: SettingPath,
    /// What it was when the plan was made.
    pub before: Option<SettingValue>,
    /// What it should be.
    pub after: SettingValue,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a setting, by reading it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Written, and the device shows it.
    Applied,
    /// The device showed it before anything was written.
    AlreadySo,
    /// The device accepted the write and shows the old value.
    IgnoredByDevice,
    /// The device shows a value of its own.
    Clamped {
        /// What it shows.
        got: SettingValue,
    },
    /// The device accepted the write and does not show the setting at all.
    NotOnThisFirmware,
    /// Accepted; takes effect only after a restart, which was not made.
    NeedsRestart,
    /// Accepted, and of a kind that cannot be read back: a secret.
    Unverifiable,
    /// Not written, or not proven.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Verdict {
    /// Whether the setting is as wished, as far as it can be known.
    pub fn is_good(&self) -> bool {
        match self {
            Self::Applied | Self::AlreadySo | Self::Unverifiable => true,
            Self::IgnoredByDevice
            | Self::Clamped { .. }
            | Self::NotOnThisFirmware
            | Self::NeedsRestart
            | Self::Failed { .. } => false,
        }
    }
}

/// A script that should run and does not, because of a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoppedScript {
    /// The setting that says whether it runs.
    pub path: SettingPath,
    /// The faults in the vendor's words: `out_of_memory`.
    pub errors: Vec<String>,
}

/// Whether a script that should run has stopped by a fault (K3, K4).
pub(crate) fn stopped(path: &SettingPath, observed: &Observed) -> Option<StoppedScript> {
    let (resource, field) = Resource::of(path)?;
    let is_down = observed.get(path) == Some(&SettingValue::Bool(false));
    if resource.kind != ResourceKind::Scripts || field != "running" || !is_down {
        return None;
    }
    let SettingValue::List(errors) = observed.get(&resource.path("errors"))? else { return None };
    let errors: Vec<String> = errors.iter().filter_map(|error| error.as_text().map(str::to_owned)).collect();
    (!errors.is_empty()).then(|| StoppedScript { path: path.clone(), errors })
}

/// What was done about one change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attempt {
    /// Nothing: it was already so.
    None,
    /// Sent and accepted.
    Accepted {
        /// A restart is due before it takes effect.
        restart_due: bool,
    },
    /// Not sent; the reason why.
    NotTried(String),
    /// Sent, and not accepted; the reason why.
    Failed(String),
}

/// Judges a change by what was done and by what the device shows afterwards, if it could be read.
pub(crate) fn verdict(change: &Change, attempt: &Attempt, afterwards: Option<&Observed>) -> Verdict {
    let Some(observed) = afterwards else {
        return unread(attempt);
    };
    if change.is_shown_by(observed) {
        return match attempt {
            Attempt::None | Attempt::NotTried(_) => Verdict::AlreadySo,
            Attempt::Accepted { restart_due: true } => Verdict::NeedsRestart,
            Attempt::Accepted { restart_due: false } | Attempt::Failed(_) => Verdict::Applied,
        };
    }
    match attempt {
        Attempt::Failed(reason) | Attempt::NotTried(reason) => Verdict::Failed { reason: reason.clone() },
        Attempt::None | Attempt::Accepted { .. } if change.is_hidden_by(observed) => Verdict::Unverifiable,
        Attempt::Accepted { restart_due: true } => Verdict::NeedsRestart,
        Attempt::None => Verdict::Failed { reason: "was as wished and changed while the plan ran".to_owned() },
        Attempt::Accepted { restart_due: false } => not_taken(change, observed),
    }
}

fn not_taken(change: &Change, observed: &Observed) -> Verdict {
    if change.after == SettingValue::Bool(true)
        && let Some(stopped) = stopped(&change.path, observed)
    {
        return Verdict::Failed { reason: stopped.to_string() };
    }
    let shown = observed.get(&change.path);
    match shown {
        None if governor_of(&change.path).is_some() => Verdict::IgnoredByDevice,
        None if unsupported(&Setting::of(&change.path, observed), observed).is_some() => Verdict::NotOnThisFirmware,
        None if change.before.is_none() => Verdict::NotOnThisFirmware,
        shown if same_shown(change.before.as_ref(), shown) => Verdict::IgnoredByDevice,
        Some(got) => Verdict::Clamped { got: masked(got) },
        None => Verdict::Clamped { got: SettingValue::Null },
    }
}

fn unread(attempt: &Attempt) -> Verdict {
    match attempt {
        Attempt::None => Verdict::AlreadySo,
        Attempt::Accepted { .. } => {
            Verdict::Failed { reason: "was accepted, but the device could not be read again".to_owned() }
        }
        Attempt::Failed(reason) | Attempt::NotTried(reason) => Verdict::Failed { reason: reason.clone() },
    }
}

impl fmt::Display for StoppedScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the script does not run any more: {}", self.errors.join(", "))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applied => f.write_str("applied"),
            Self::AlreadySo => f.write_str("already so"),
            Self::IgnoredByDevice => f.write_str("ignored by the device"),
            Self::Clamped { got } => write!(f, "changed by the device to {got}"),
            Self::NotOnThisFirmware => f.write_str("not on this firmware"),
            Self::NeedsRestart => f.write_str("needs a restart"),
            Self::Unverifiable => f.write_str("accepted, cannot be read back"),
            Self::Failed { reason } => write!(f, "failed: {reason}"),
        }
    }
}
