//! Brings answers to the callers that wait for them.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::Value;
use tokio::sync::oneshot;

use super::reply::number;
use crate::frame::{Answer, Failure};

/// What came of a request.
pub(super) type Outcome = Result<Value, Failure>;

/// The requests that wait for an answer. As many as callers wait, so the permits of the channels bound it.
///
/// `K` says from whom an answer must come, where many devices share the register.
#[derive(Debug)]
pub(super) struct Waiting<K> {
    next_id: AtomicU64,
    callers: Mutex<HashMap<u64, Caller<K>>>,
}

#[derive(Debug)]
struct Caller<K> {
    from: K,
    answer: oneshot::Sender<Outcome>,
}

/// A place in the register; leaves it when dropped.
#[derive(Debug)]
pub(super) struct Ticket<'a, K> {
    waiting: &'a Waiting<K>,
    /// Number of the request.
    pub(super) id: u64,
    answer: oneshot::Receiver<Outcome>,
}

/// Nobody will answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abandoned;

impl<K> Waiting<K> {
    /// Numbers requests from `first` on.
    pub(super) fn new(first: u64) -> Self {
        Self { next_id: AtomicU64::new(first), callers: Mutex::new(HashMap::new()) }
    }

    /// Takes a number for a request that `from` is to answer.
    pub(super) fn enter(&self, from: K) -> Ticket<'_, K> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.callers().insert(id, Caller { from, answer: sender });
        Ticket { waiting: self, id, answer }
    }

    /// Hands an answer over, if somebody waits for it and `is_from` accepts who sent it.
    pub(super) fn settle(&self, answer: Answer, is_from: impl FnOnce(&K) -> bool) {
        let Some(id) = number(&answer.id) else { return };
        let mut callers = self.callers();
        if callers.get(&id).is_some_and(|caller| is_from(&caller.from))
            && let Some(caller) = callers.remove(&id)
        {
            // Whoever stopped waiting a moment ago needs no answer.
            let _ = caller.answer.send(answer.outcome);
        }
    }

    /// Whether somebody waits for the answer to request `id`.
    pub(super) fn is_awaited(&self, id: u64) -> bool {
        self.callers().contains_key(&id)
    }

    /// Lets every caller know that no answer will come.
    pub(super) fn abandon(&self) {
        self.callers().clear();
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<u64, Caller<K>>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Ticket<'_, K> {
    /// Waits for the answer. May be asked again when it was dropped before.
    pub(super) async fn answer(&mut self) -> Result<Outcome, Abandoned> {
        (&mut self.answer).await.map_err(|_| Abandoned)
    }
}

impl<K> Drop for Ticket<'_, K> {
    fn drop(&mut self) {
        self.waiting.callers().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(id: Value) -> Answer {
        Answer { id, src: None, dst: None, outcome: Ok(json!("done")) }
    }

    #[tokio::test]
    async fn answers_find_their_callers() {
        let waiting = Waiting::new(7);
        let (mut first, mut second) = (waiting.enter("a"), waiting.enter("b"));
        waiting.settle(answer(json!("8")), |from| *from == "b");
        waiting.settle(answer(json!(7)), |from| *from == "b");
        assert_eq!(second.answer().await, Ok(Ok(json!("done"))));
        waiting.settle(answer(json!(7)), |from| *from == "a");
        waiting.settle(answer(json!(7)), |_| true);
        assert_eq!(first.answer().await, Ok(Ok(json!("done"))));
    }

    #[tokio::test]
    async fn nobody_is_left_waiting() {
        let waiting = Waiting::new(1);
        let mut ticket = waiting.enter(());
        waiting.abandon();
        assert_eq!(ticket.answer().await, Err(Abandoned));
        drop(waiting.enter(()));
        assert!(waiting.callers().is_empty());
    }
}
