//! How long this agent may go on with each task.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use agent_proto::v1::HeldTask;
use tokio::time::Instant;

use crate::{FailureKind, Stop, TaskId};

/// The tasks that are held, with their leases.
#[derive(Default)]
pub(super) struct Leases(Mutex<BTreeMap<TaskId, Lease>>);

struct Lease {
    fence: u64,
    length: Duration,
    until: Instant,
    deadline: Option<Instant>,
    stop: Stop,
}

impl Leases {
    /// Holds a task. A length of zero stands for none.
    pub(super) fn hold(
        &self,
        task: TaskId,
        fence: u64,
        length: Duration,
        deadline: Duration,
        stop: Stop,
        now: Instant,
    ) {
        let deadline = (!deadline.is_zero()).then(|| now + deadline);
        self.leases().insert(task, Lease { fence, length, until: now + length, deadline, stop });
    }

    /// The task has ended.
    pub(super) fn drop(&self, task: &TaskId) {
        self.leases().remove(task);
    }

    /// The tasks that are held.
    pub(super) fn held(&self) -> Vec<HeldTask> {
        let held = |(task, lease): (&TaskId, &Lease)| HeldTask { task_id: task.to_string(), fence: lease.fence };
        self.leases().iter().map(held).collect()
    }

    /// The manager knows that these were held at this moment.
    pub(super) fn extend(&self, tasks: &[HeldTask], sent_at: Instant) {
        let mut leases = self.leases();
        for held in tasks {
            if let Some(lease) = leases.get_mut(&TaskId::new(held.task_id.as_str()))
                && lease.fence == held.fence
            {
                lease.until = lease.until.max(sent_at + lease.length);
            }
        }
    }

    /// Calls off what has run out: another agent may have it by now.
    pub(super) fn enforce(&self, now: Instant) {
        for lease in self.leases().values() {
            if lease.deadline.is_some_and(|deadline| now >= deadline) {
                lease.stop.call(FailureKind::TimedOut, "the time that the manager gave for it is over");
            } else if !lease.length.is_zero() && now >= lease.until {
                lease.stop.call(FailureKind::TimedOut, "the manager was not reached for as long as it lent the task");
            }
        }
    }

    fn leases(&self) -> MutexGuard<'_, BTreeMap<TaskId, Lease>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L3: a lease that is not extended ends the task; a deadline ends it whatever is extended.
    #[tokio::test]
    async fn l3_a_lease_ends_unless_it_is_extended() {
        let (leases, now) = (Leases::default(), Instant::now());
        let (lent, due) = (Stop::default(), Stop::default());
        let second = Duration::from_secs(1);
        leases.hold(TaskId::new("lent"), 3, second * 10, Duration::ZERO, lent.clone(), now);
        leases.hold(TaskId::new("due"), 1, Duration::ZERO, second * 15, due.clone(), now);
        let held = leases.held();
        leases.enforce(now + second * 9);
        leases.extend(&held, now + second * 9);
        leases.extend(&[HeldTask { task_id: "lent".to_owned(), fence: 2 }], now + second * 100);
        leases.enforce(now + second * 14);
        assert!(!lent.is_called() && !due.is_called());
        leases.enforce(now + second * 15);
        assert!(due.is_called() && !lent.is_called());
        leases.enforce(now + second * 19);
        assert!(lent.is_called());
        leases.drop(&TaskId::new("lent"));
        assert_eq!(leases.held().len(), 1);
    }
}
