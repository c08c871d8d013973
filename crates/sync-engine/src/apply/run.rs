//! Walks the steps of a plan.

use capability_config::{Restart, SettingValue};

use super::{RestartPolicy, StopReason};
use crate::{
    Change, ErrorClass, Journal, Observed, Step, Target, TargetError, WriteAnswer, catalogue, verify::Attempt,
};

/// How often a step is sent when no answer comes and reading again shows that it was not done.
const SENDINGS: usize = 2;

/// What was done about each change, step by step.
pub(super) type Attempts = Vec<Vec<Attempt>>;

/// Where and why the walk ended early.
pub(super) struct Stop {
    pub(super) step: Option<usize>,
    pub(super) reason: StopReason,
}

/// One walk through a plan.
pub(super) struct Run<'a, T, J> {
    target: &'a mut T,
    journal: &'a mut J,
    /// What was read last.
    observed: Observed,
    /// Whether `observed` still tells what the device shows.
    sight: Sight,
    /// Something accepted waits for a restart.
    restart_due: bool,
    pub(super) attempts: Attempts,
    pub(super) restarted: bool,
}

enum Sight {
    /// Nothing was sent since.
    Fresh,
    /// Something was sent since.
    Old,
    /// The device cannot be read, or wants to be left alone.
    Lost,
}

impl<'a, T: Target, J: Journal> Run<'a, T, J> {
    /// A walk that begins with what was just read, and with nothing attempted.
    pub(super) fn new(target: &'a mut T, journal: &'a mut J, observed: Observed, attempts: Attempts) -> Self {
        Self { target, journal, observed, sight: Sight::Fresh, restart_due: false, attempts, restarted: false }
    }

    /// Writes the steps and restarts the device once if that is needed and allowed.
    pub(super) async fn carry_out(&mut self, steps: &[Step], restart: RestartPolicy) -> Result<(), Stop> {
        for (index, step) in steps.iter().enumerate() {
            self.step(index, step).await.map_err(|reason| Stop { step: Some(index), reason })?;
        }
        let due = self.restart_due || self.observed.restart_required;
        if due && restart == RestartPolicy::WhenNeeded {
            self.restart().await.map_err(|error| Stop { step: None, reason: error.into() })?;
        }
        Ok(())
    }

    /// What the device shows in the end; none when it cannot be read any more.
    pub(super) async fn afterwards(&mut self) -> Result<Option<Observed>, TargetError> {
        match self.sight {
            Sight::Fresh => Ok(Some(self.observed.clone())),
            Sight::Old => self.target.observe().await.map(Some),
            Sight::Lost => Ok(None),
        }
    }

    async fn step(&mut self, index: usize, step: &Step) -> Result<(), StopReason> {
        let todo = self.sort_out(index, step);
        if todo.changes.is_empty() {
            return Ok(());
        }
        self.journal.step_started(index, &todo).await?;
        let answer = self.send(&todo).await;
        match &answer {
            Ok(answer) => {
                self.restart_due |= answer.restart_required || todo.changes.iter().any(always_restarts);
                self.note(index, step, &todo, |change| accepted(change, answer.restart_required));
            }
            Err(error) => self.note(index, step, &todo, |_| Attempt::Failed(error.message.clone())),
        }
        self.journal.step_written(index, &answer).await?;
        match answer {
            Err(error) if !error.class.is_refusal() => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The step with the changes that are still to be sent; notes the others.
    fn sort_out(&mut self, index: usize, step: &Step) -> Step {
        let mut todo = Vec::new();
        let was_written = self.journal.was_written(index);
        self.restart_due |= was_written && step.changes.iter().any(always_restarts);
        for (change, attempt) in step.changes.iter().zip(&mut self.attempts[index]) {
            let earlier = accepted(change, self.observed.restart_required);
            if change.is_shown_by(&self.observed) {
                let waits = was_written && earlier == Attempt::Accepted { restart_due: true };
                *attempt = if waits { earlier } else { Attempt::None };
            } else if was_written && change.is_hidden_by(&self.observed) {
                *attempt = earlier;
            } else if change.after == SettingValue::Hidden {
                *attempt = Attempt::NotTried("not tried: the secret is not at hand".to_owned());
            } else {
                todo.push(change.clone());
            }
        }
        Step::new(step.component.clone(), todo)
    }

    /// Sends a step. When no answer comes, reading again tells what is still to be sent.
    async fn send(&mut self, step: &Step) -> Result<WriteAnswer, TargetError> {
        let mut rest = step.clone();
        let mut sending = 1;
        loop {
            self.sight = Sight::Old;
            let error = match self.target.write(&rest).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !error.class.leaves_doubt() {
                if wants_peace(error.class) {
                    self.sight = Sight::Lost;
                }
                return Err(error);
            }
            let Ok(observed) = self.target.observe().await else {
                self.sight = Sight::Lost;
                return Err(error);
            };
            (self.observed, self.sight) = (observed, Sight::Fresh);
            rest.changes.retain(|change| !change.is_shown_by(&self.observed));
            if rest.changes.is_empty() {
                return Ok(WriteAnswer { restart_required: self.observed.restart_required });
            }
            if sending == SENDINGS {
                return Err(error);
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

    async fn restart(&mut self) -> Result<(), TargetError> {
        self.sight = Sight::Old;
        if let Err(error) = self.target.restart_and_wait().await {
            if !error.class.is_refusal() {
                self.sight = Sight::Lost;
            }
            return Err(error);
        }
        self.restarted = true;
        for attempt in self.attempts.iter_mut().flatten() {
            if let Attempt::Accepted { restart_due } = attempt {
                *restart_due = false;
            }
        }
        Ok(())
    }
}

/// Whether asking the device again would do harm or make no sense.
fn wants_peace(class: ErrorClass) -> bool {
    match class {
        ErrorClass::Unauthorized | ErrorClass::LockedOut | ErrorClass::WrongDevice => true,
        ErrorClass::Unreachable
        | ErrorClass::Interrupted
        | ErrorClass::Garbled
        | ErrorClass::Refused
        | ErrorClass::Unsupported => false,
    }
}

fn always_restarts(change: &Change) -> bool {
    catalogue::restart_of(&change.path) == Restart::Always
}

/// The attempt at a change that the device accepted, saying whether it wants a restart.
fn accepted(change: &Change, restart_required: bool) -> Attempt {
    let restart_due = match catalogue::restart_of(&change.path) {
        Restart::No | Restart::ByItself => false,
        Restart::AsToldByDevice => restart_required,
        Restart::Always => true,
    };
    Attempt::Accepted { restart_due }
}
