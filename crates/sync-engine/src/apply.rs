//! Carries out a plan step by step, and proves it.

use std::fmt;

use capability_config::SettingPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Change, FieldVerdict, Journal, JournalError, Observed, Plan, StoppedScript, Target, TargetError, Verdict,
    plan::masked,
    verify::{Attempt, stopped, verdict},
};
use run::{Attempts, Run, Stop};

mod run;

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplyOptions {
    /// Whether the device may be restarted.
    pub restart: RestartPolicy,
}

/// Whether a device may be restarted when settings need it. A restart lets outputs fall to their power-on state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// Once, after all steps, when a setting needs it.
    #[default]
    WhenNeeded,
    /// Not at all.
    Never,
}

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApplyReport {
    /// The result as a whole.
    pub outcome: Outcome,
    /// What became of each setting, in the order of writing.
    pub verdicts: Vec<FieldVerdict>,
    /// Settings that were as wished before and are not any more: the device changed them along with others.
    pub disturbed: Vec<SettingPath>,
    /// Of these the scripts that ran and stopped by a fault, and what the device says of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<StoppedScript>,
    /// The device was restarted.
    pub restarted: bool,
}

/// The result of a plan as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything is as wished, as far as it can be known.
    Verified,
    /// Some setting is not as wished; its verdict says why.
    Unverified,
    /// Everything was accepted, and some of it waits for a restart.
    NeedsRestart,
    /// The device has changed since the plan was made. Nothing was written.
    Stale {
        /// Settings that have another value now.
        paths: Vec<SettingPath>,
    },
    /// It could not be carried out to the end.
    Stopped {
        /// The step it stopped at, from 0; absent when it stopped before or after the steps.
        step: Option<usize>,
        /// Why.
        reason: StopReason,
    },
}

/// Why a plan could not be carried out to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum StopReason {
    /// Trouble with the device.
    Device {
        /// What.
        error: TargetError,
    },
    /// The progress could not be recorded.
    Journal {
        /// What was attempted and why it failed.
        message: String,
    },
}

impl ApplyReport {
    /// The report of a plan of which nothing was written.
    pub fn empty(outcome: Outcome) -> Self {
        let (verdicts, disturbed, stopped) = (Vec::new(), Vec::new(), Vec::new());
        Self { outcome, verdicts, disturbed, stopped, restarted: false }
    }

    /// Whether every setting is as wished, as far as it can be known.
    pub fn is_verified(&self) -> bool {
        self.outcome == Outcome::Verified
    }
}

/// Carries out `plan` and reads everything again to prove it.
///
/// Reads first and writes only what is not yet as wished, so a plan that was interrupted is resumed by applying it
/// again. When the device has changed otherwise since the plan was made, nothing is written. A step that the device
/// refuses does not hold up the others; when the device cannot be reached any more, the rest is not tried.
pub async fn apply<T: Target, J: Journal>(
    plan: &Plan,
    target: &mut T,
    journal: &mut J,
    options: &ApplyOptions,
) -> ApplyReport {
    let mut report = match target.observe().await {
        Ok(observed) => {
            let paths = plan.stale(&observed);
            if paths.is_empty() { carry_out(plan, target, journal, options, observed).await } else { stale(paths) }
        }
        Err(error) => {
            let attempts = not_tried(plan, &error.message);
            conclude(plan, &attempts, None, Some(Stop { step: None, reason: error.into() }), false)
        }
    };
    if let Err(error) = journal.verdicts(&report).await {
        report.outcome = Outcome::Stopped { step: None, reason: error.into() };
    }
    report
}

fn stale(paths: Vec<SettingPath>) -> ApplyReport {
    ApplyReport::empty(Outcome::Stale { paths })
}

async fn carry_out<T: Target, J: Journal>(
    plan: &Plan,
    target: &mut T,
    journal: &mut J,
    options: &ApplyOptions,
    observed: Observed,
) -> ApplyReport {
    let attempts = not_tried(plan, "the plan stopped before it");
    let mut run = Run::new(target, journal, observed, attempts);
    let mut stop = run.carry_out(&plan.steps, options.restart).await.err();
    let afterwards = match run.afterwards().await {
        Ok(afterwards) => afterwards,
        Err(error) => {
            stop = stop.or(Some(Stop { step: None, reason: error.into() }));
            None
        }
    };
    conclude(plan, &run.attempts, afterwards.as_ref(), stop, run.restarted)
}

fn not_tried(plan: &Plan, why: &str) -> Attempts {
    let attempt = Attempt::NotTried(format!("not tried: {why}"));
    plan.steps.iter().map(|step| vec![attempt.clone(); step.changes.len()]).collect()
}

/// Judges every change, and the result as a whole.
fn conclude(
    plan: &Plan,
    attempts: &Attempts,
    afterwards: Option<&Observed>,
    stop: Option<Stop>,
    restarted: bool,
) -> ApplyReport {
    let field = |(change, attempt): (&Change, &Attempt)| FieldVerdict {
        path: change.path.clone(),
        before: change.before.clone(),
        after: masked(&change.after),
        verdict: verdict(change, attempt, afterwards),
    };
    let verdicts: Vec<_> = plan.changes().zip(attempts.iter().flatten()).map(field).collect();
    let disturbed: Vec<_> = afterwards.into_iter().flat_map(|now| plan.disturbed(now)).collect();
    let bad: Vec<_> = verdicts.iter().map(|field| &field.verdict).filter(|verdict| !verdict.is_good()).collect();
    let outcome = if let Some(stop) = stop {
        Outcome::Stopped { step: stop.step, reason: stop.reason }
    } else if bad.is_empty() && disturbed.is_empty() {
        Outcome::Verified
    } else if disturbed.is_empty() && bad.iter().all(|verdict| **verdict == Verdict::NeedsRestart) {
        Outcome::NeedsRestart
    } else {
        Outcome::Unverified
    };
    let of_script = |path: &SettingPath| afterwards.and_then(|now| stopped(path, now));
    let stopped = disturbed.iter().filter_map(of_script).collect();
    ApplyReport { outcome, verdicts, disturbed, stopped, restarted }
}

impl From<TargetError> for StopReason {
    fn from(error: TargetError) -> Self {
        Self::Device { error }
    }
}

impl From<JournalError> for StopReason {
    fn from(error: JournalError) -> Self {
        Self::Journal { message: error.message }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device { error } => write!(f, "{} ({})", error.message, error.class),
            Self::Journal { message } => write!(f, "progress could not be recorded: {message}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified => f.write_str("verified"),
            Self::Unverified => f.write_str("not verified"),
            Self::NeedsRestart => f.write_str("needs a restart"),
            Self::Stale { paths } => {
                let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
                write!(f, "out of date, nothing was written; changed meanwhile: {}", paths.join(", "))
            }
            Self::Stopped { step: Some(step), reason } => write!(f, "stopped at step {}: {reason}", step + 1),
            Self::Stopped { step: None, reason } => write!(f, "stopped: {reason}"),
        }
    }
}
