//! Carries out a plan step by step, and proves it.

use std::fmt;

use capability_config::{Restart, SettingPath, SettingValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Change, FieldVerdict, Journal, JournalError, Observed, Plan, Step, Target, TargetError, Verdict, WriteAnswer,
    catalogue,
    plan::masked,
    verify::{Attempt, verdict},
};

/// How often a step is sent when no answer comes and reading again shows that it was not done.
const SENDINGS: usize = 2;

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
    let observed = match target.observe().await {
        Ok(observed) => observed,
        Err(error) => {
            let attempts = not_tried(plan, &error.message);
            let outcome = Outcome::Stopped { step: None, reason: error.into() };
            return close(plan, &attempts, None, outcome, false, journal).await;
        }
    };
    let paths = plan.stale(&observed);
    if !paths.is_empty() {
        let (verdicts, disturbed) = (Vec::new(), Vec::new());
        let mut report = ApplyReport { outcome: Outcome::Stale { paths }, verdicts, disturbed, restarted: false };
        record(journal, &mut report).await;
        return report;
    }
    let attempts = not_tried(plan, "the plan stopped before it");
    let mut run = Run { plan, target, journal, options, observed, attempts, sent: false, restart_due: false, restarted: false };
    let stopped = run.steps_and_restart().await.err();
    let afterwards = run.read_again(stopped.is_some()).await;
    let (afterwards, outcome) = match (afterwards, stopped) {
        (Ok(observed), None) => (Some(observed), Outcome::Verified),
        (Ok(observed), Some(stop)) => (Some(observed), stop.into()),
        (Err(error), None) => (None, Outcome::Stopped { step: None, reason: error.into() }),
        (Err(_), Some(stop)) => (None, stop.into()),
    };
    let (attempts, restarted) = (run.attempts, run.restarted);
    close(plan, &attempts, afterwards.as_ref(), outcome, restarted, journal).await
}

/// One attempt per change, step by step.
type Attempts = Vec<Vec<Attempt>>;

fn not_tried(plan: &Plan, why: &str) -> Attempts {
    let attempt = Attempt::Failed(format!("not tried: {why}"));
    plan.steps.iter().map(|step| vec![attempt.clone(); step.changes.len()]).collect()
}

struct Run<'a, T, J> {
    plan: &'a Plan,
    target: &'a mut T,
    journal: &'a mut J,
    options: &'a ApplyOptions,
    /// What was read last.
    observed: Observed,
    attempts: Attempts,
    /// Something was sent since `observed` was read.
    sent: bool,
    /// Something accepted waits for a restart.
    restart_due: bool,
    restarted: bool,
}

struct Stop {
    step: Option<usize>,
    reason: StopReason,
}

impl<T: Target, J: Journal> Run<'_, T, J> {
    async fn steps_and_restart(&mut self) -> Result<(), Stop> {
        for (index, step) in self.plan.steps.iter().enumerate() {
            let stop = |reason| Stop { step: Some(index), reason };
            self.step(index, step).await.map_err(stop)?;
        }
        self.restart().await.map_err(|reason| Stop { step: None, reason })
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<(), StopReason> {
        let todo = self.sort_out(index, step);
        if todo.changes.is_empty() {
            return Ok(());
        }
        self.journal.step_started(index, &todo).await?;
        let (answer, lost) = self.send(&todo).await;
        self.journal.step_written(index, &answer).await?;
        match answer {
            Ok(answer) => {
                self.note(index, step, &todo, |change| accepted(change, answer));
                self.restart_due |= answer.restart_required || todo.changes.iter().any(always_restarts);
                Ok(())
            }
            Err(error) => {
                self.note(index, step, &todo, |_| Attempt::Failed(error.message.clone()));
                if error.class.is_refusal() && !lost { Ok(()) } else { Err(error.into()) }
            }
        }
    }

    /// The step with the changes that are still to be sent; notes the others.
    fn sort_out(&mut self, index: usize, step: &Step) -> Step {
        let mut todo = Vec::new();
        let was_written = self.journal.was_written(index);
        self.restart_due |= was_written && step.changes.iter().any(always_restarts);
        for (change, attempt) in step.changes.iter().zip(&mut self.attempts[index]) {
            if change.is_shown_by(&self.observed) {
                let restart_due = was_written && always_restarts(change);
                *attempt = if restart_due { Attempt::Accepted { restart_due } } else { Attempt::None };
            } else if was_written && change.is_hidden_by(&self.observed) {
                *attempt = Attempt::Accepted { restart_due: always_restarts(change) };
            } else if change.after == SettingValue::Hidden {
                *attempt = Attempt::Failed("the secret is not at hand".to_owned());
            } else {
                todo.push(change.clone());
            }
        }
        Step::new(step.component.clone(), todo)
    }

    /// Sends a step. When no answer comes, reading again decides. Also tells whether the device is lost.
    async fn send(&mut self, step: &Step) -> (Result<WriteAnswer, TargetError>, bool) {
        let mut sending = 1;
        loop {
            self.sent = true;
            let error = match self.target.write(step).await {
                Ok(answer) => return (Ok(answer), false),
                Err(error) if error.class.leaves_doubt() => error,
                Err(error) => return (Err(error), false),
            };
            match self.target.observe().await {
                Ok(observed) => self.observed = observed,
                Err(_) => return (Err(error), true),
            }
            if step.changes.iter().all(|change| change.is_shown_by(&self.observed)) {
                return (Ok(WriteAnswer { restart_required: self.observed.restart_required }), false);
            }
            if sending == SENDINGS {
                return (Err(error), true);
            }
            sending += 1;
        }
    }

    fn note(&mut self, index: usize, step: &Step, sent: &Step, attempt: impl Fn(&Change) -> Attempt) {
        for (change, slot) in step.changes.iter().zip(&mut self.attempts[index]) {
            if sent.changes.iter().any(|sent| sent.path == change.path) {
                *slot = attempt(change);
            }
        }
    }

    async fn restart(&mut self) -> Result<(), StopReason> {
        let due = self.restart_due || self.observed.restart_required;
        if !due || self.options.restart == RestartPolicy::Never {
            return Ok(());
        }
        self.sent = true;
        self.target.restart_and_wait().await?;
        self.restarted = true;
        for attempt in self.attempts.iter_mut().flatten() {
            if let Attempt::Accepted { restart_due } = attempt {
                *restart_due = false;
            }
        }
        Ok(())
    }

    /// What the device shows at the end. Nothing needs to be read when nothing was sent.
    async fn read_again(&mut self, stopped: bool) -> Result<Observed, TargetError> {
        if !self.sent && !stopped {
            return Ok(self.observed.clone());
        }
        self.target.observe().await
    }
}

fn always_restarts(change: &Change) -> bool {
    catalogue::restart_of(&change.path) == Restart::Always
}

fn accepted(change: &Change, answer: WriteAnswer) -> Attempt {
    let restart_due = match catalogue::restart_of(&change.path) {
        Restart::No | Restart::ByItself => false,
        Restart::AsToldByDevice => answer.restart_required,
        Restart::Always => true,
    };
    Attempt::Accepted { restart_due }
}

/// Judges every change, and the result as a whole when nothing stopped it.
async fn close<J: Journal>(
    plan: &Plan,
    attempts: &Attempts,
    afterwards: Option<&Observed>,
    outcome: Outcome,
    restarted: bool,
    journal: &mut J,
) -> ApplyReport {
    let verdicts: Vec<_> = plan
        .changes()
        .zip(attempts.iter().flatten())
        .map(|(change, attempt)| FieldVerdict {
            path: change.path.clone(),
            before: change.before.clone(),
            after: masked(&change.after),
            verdict: verdict(change, attempt, afterwards),
        })
        .collect();
    let disturbed: Vec<_> = afterwards.into_iter().flat_map(|now| plan.disturbed(now).cloned()).collect();
    let bad = || verdicts.iter().filter(|field| !field.verdict.is_good());
    let outcome = match outcome {
        Outcome::Verified if !disturbed.is_empty() => Outcome::Unverified,
        Outcome::Verified if bad().next().is_none() => Outcome::Verified,
        Outcome::Verified if bad().all(|field| field.verdict == Verdict::NeedsRestart) => Outcome::NeedsRestart,
        Outcome::Verified => Outcome::Unverified,
        outcome => outcome,
    };
    let mut report = ApplyReport { outcome, verdicts, disturbed, restarted };
    record(journal, &mut report).await;
    report
}

async fn record<J: Journal>(journal: &mut J, report: &mut ApplyReport) {
    if let Err(error) = journal.verdicts(report).await {
        report.outcome = Outcome::Stopped { step: None, reason: error.into() };
    }
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        Self::Stopped { step: stop.step, reason: stop.reason }
    }
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
