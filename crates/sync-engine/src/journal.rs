//! Describes the record that outlives an interruption of a plan.

use crate::{ApplyReport, Step, TargetError, WriteAnswer};

/// Where the progress of a plan is recorded, so that applying it again goes on where it stopped.
///
/// When something cannot be recorded, nothing more is written to the device.
pub trait Journal: Send {
    /// Whether an earlier run wrote the step and the device accepted it. Tells about secrets, which cannot be read
    /// back, and about restarts that are still due.
    fn was_written(&self, step: usize) -> bool;

    /// The step, with the changes that are still to be made, is about to be sent.
    fn step_started(&mut self, index: usize, step: &Step) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// The device accepted the step or did not.
    fn step_written(
        &mut self,
        index: usize,
        answer: &Result<WriteAnswer, TargetError>,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// The end: what became of each setting.
    fn verdicts(&mut self, report: &ApplyReport) -> impl Future<Output = Result<(), JournalError>> + Send;
}

/// The progress could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    /// What was attempted and why it failed, with all its causes, for people.
    pub message: String,
}

/// Records nothing, for a plan that nobody wants to resume.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn was_written(&self, _: usize) -> bool {
        false
    }

    async fn step_started(&mut self, _: usize, _: &Step) -> Result<(), JournalError> {
        Ok(())
    }

    async fn step_written(&mut self, _: usize, _: &Result<WriteAnswer, TargetError>) -> Result<(), JournalError> {
        Ok(())
    }

    async fn verdicts(&mut self, _: &ApplyReport) -> Result<(), JournalError> {
        Ok(())
    }
}
