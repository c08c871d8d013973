//! Keeps the messages of one subscription for its reader, in order and in bounds.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::Poll,
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::{Filter, router::Shared};

/// A message that somebody published.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Where it was published.
    pub topic: Arc<str>,
    /// What was published.
    pub payload: Bytes,
    /// The broker had kept it from before the subscription.
    pub retained: bool,
}

/// What a subscription receives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received {
    /// A message.
    Message(Message),
    /// Messages were lost: because the reader was too slow, or because there was no connection. What follows is newer.
    Lagged {
        /// How many; zero when nobody knows, after a loss of the connection.
        missed: u64,
    },
}

/// Waiting messages that are kept room for after the reader has caught up.
const SMALL: usize = 4;

/// The queue behind a subscription. When it is full, all of it is dropped and counted.
#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    ring: Notify,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    missed: Option<u64>,
    ended: bool,
}

impl Inbox {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), ring: Notify::new(), capacity: capacity.max(1) }
    }

    pub(crate) fn push(&self, message: Message) {
        let mut state = self.state();
        if state.messages.len() < self.capacity {
            state.messages.push_back(message);
        } else {
            let lost = state.messages.len() as u64 + 1;
            state.missed = Some(state.missed.unwrap_or(0) + lost);
            state.messages = VecDeque::new();
        }
        drop(state);
        self.ring.notify_one();
    }

    /// Nobody knows what was published while there was no connection.
    pub(crate) fn gap(&self) {
        let mut state = self.state();
        let lost = state.messages.len() as u64;
        state.missed = Some(state.missed.unwrap_or(0) + lost);
        state.messages = VecDeque::new();
        drop(state);
        self.ring.notify_one();
    }

    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.ring.notify_one();
    }

    /// What comes next, if it waits already; none when nothing will come.
    pub(crate) fn take(&self) -> Poll<Option<Received>> {
        let mut state = self.state();
        if let Some(missed) = state.missed.take() {
            return Poll::Ready(Some(Received::Lagged { missed }));
        }
        let Some(message) = state.messages.pop_front() else {
            return if state.ended { Poll::Ready(None) } else { Poll::Pending };
        };
        if state.messages.is_empty() && state.messages.capacity() > SMALL {
            state.messages = VecDeque::new();
        }
        Poll::Ready(Some(Received::Message(message)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Receives the messages that its filters mean, until it is dropped or the broker is closed.
#[derive(Debug)]
pub struct Subscription {
    inbox: Arc<Inbox>,
    filters: Box<[Filter]>,
    shared: Weak<Shared>,
}

impl Subscription {
    pub(crate) fn new(inbox: Arc<Inbox>, filters: Box<[Filter]>, shared: &Arc<Shared>) -> Self {
        Self { inbox, filters, shared: Arc::downgrade(shared) }
    }

    /// What it is about.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Waits for the next message; none when the broker is closed. Loses nothing when it is dropped while it waits.
    pub async fn recv(&mut self) -> Option<Received> {
        loop {
            if let Poll::Ready(received) = self.inbox.take() {
                return received;
            }
            self.inbox.ring.notified().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.leave(&self.filters, &self.inbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str) -> Message {
        Message { topic: topic.into(), payload: Bytes::new(), retained: false }
    }

    fn next(inbox: &Inbox) -> Option<String> {
        match inbox.take() {
            Poll::Ready(Some(Received::Message(message))) => Some(message.topic.to_string()),
            Poll::Ready(Some(Received::Lagged { missed })) => Some(format!("missed {missed}")),
            Poll::Ready(None) | Poll::Pending => None,
        }
    }

    #[test]
    fn a_slow_reader_is_told_and_nothing_grows() {
        let inbox = Inbox::new(2);
        for topic in ["a", "b", "c", "d"] {
            inbox.push(message(topic));
        }
        assert_eq!(next(&inbox).as_deref(), Some("missed 3"));
        assert_eq!(next(&inbox).as_deref(), Some("d"));
        assert_eq!(next(&inbox), None);
        inbox.gap();
        assert_eq!(next(&inbox).as_deref(), Some("missed 0"));
        inbox.end();
        assert_eq!(inbox.take(), Poll::Ready(None));
    }
}
