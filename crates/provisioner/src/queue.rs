//! Keeps what waits for the radio, and lets one thing at a time at it.

use std::collections::VecDeque;

use crate::{Stop, TaskId};

/// Most tasks that wait; whoever gives more does not know what they do.
const MOST: usize = 256;

/// Tasks for one radio: one at a time, in the order in which they came.
#[derive(Debug)]
pub struct Queue<T> {
    waiting: VecDeque<(TaskId, Stop, T)>,
    running: Option<(TaskId, Stop)>,
}

/// Why a task is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is here already.
    #[error("the task is here already")]
    Known,
    /// Too many wait.
    #[error("more than {MOST} tasks wait for the radio")]
    Full,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), running: None }
    }
}

impl<T> Queue<T> {
    /// Takes a task on.
    ///
    /// # Errors
    /// When it is here already, or too many are.
    pub fn push(&mut self, id: TaskId, stop: Stop, work: T) -> Result<(), Refusal> {
        if self.stop_of(&id).is_some() {
            return Err(Refusal::Known);
        }
        if self.waiting.len() >= MOST {
            return Err(Refusal::Full);
        }
        self.waiting.push_back((id, stop, work));
        Ok(())
    }

    /// The next task, when the radio is free. It is running until [`done`](Self::done).
    pub fn begin(&mut self) -> Option<(TaskId, Stop, T)> {
        if self.running.is_some() {
            return None;
        }
        let (id, stop, work) = self.waiting.pop_front()?;
        self.running = Some((id.clone(), stop.clone()));
        Some((id, stop, work))
    }

    /// The radio is free again.
    pub fn done(&mut self, id: &TaskId) {
        if self.running.as_ref().is_some_and(|(running, _)| running == id) {
            self.running = None;
        }
    }

    /// What calls a task off that waits or runs.
    pub fn stop_of(&self, id: &TaskId) -> Option<&Stop> {
        let waiting = self.waiting.iter().map(|(waiting, stop, _)| (waiting, stop));
        let running = self.running.iter().map(|(running, stop)| (running, stop));
        running.chain(waiting).find(|(known, _)| *known == id).map(|(_, stop)| stop)
    }

    /// All tasks that wait or run.
    pub fn ids(&self) -> Vec<TaskId> {
        let running = self.running.iter().map(|(id, _)| id.clone());
        running.chain(self.waiting.iter().map(|(id, ..)| id.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureKind;

    /// L2: one task at a time on a radio, in order, none twice.
    #[test]
    fn l2_one_task_at_a_time_and_none_twice() {
        let mut queue = Queue::default();
        let (a, b) = (TaskId::new("a"), TaskId::new("b"));
        queue.push(a.clone(), Stop::default(), 1).unwrap();
        queue.push(b.clone(), Stop::default(), 2).unwrap();
        assert_eq!(queue.push(a.clone(), Stop::default(), 3), Err(Refusal::Known));
        assert_eq!(queue.begin().unwrap().2, 1);
        assert!(queue.begin().is_none(), "the radio is taken");
        assert_eq!(queue.push(a.clone(), Stop::default(), 3), Err(Refusal::Known), "also while it runs");
        queue.stop_of(&b).unwrap().call(FailureKind::Cancelled, "no");
        queue.done(&b);
        assert!(queue.begin().is_none(), "another one ended");
        queue.done(&a);
        let (id, stop, _) = queue.begin().unwrap();
        assert!(id == b && stop.is_called());
        assert_eq!(queue.ids(), [b]);
        let mut full = Queue::default();
        for number in 0..MOST {
            full.push(TaskId::new(number.to_string()), Stop::default(), ()).unwrap();
        }
        assert_eq!(full.push(a, Stop::default(), ()), Err(Refusal::Full));
    }
}
