//! Keeps what is told until the manager has acknowledged it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use agent_proto::v1::{AgentMessage, agent_message::Body};
use tokio::sync::Notify;

/// Reports of progress that wait at most; the newest tell enough.
const MOST_PROGRESS: usize = 128;

/// The same of what was seen.
const MOST_SEEN: usize = 64;

/// What waits to be acknowledged, in the order of its numbers.
pub(super) struct Outbox {
    epoch: String,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    newest: u64,
    waiting: VecDeque<(u64, Body)>,
}

impl State {
    /// Drops the oldest of a kind when there are so many of it.
    fn make_room(&mut self, most: usize, is_one: impl Fn(&Body) -> bool) {
        let is_one = |(_, body): &(u64, Body)| is_one(body);
        if self.waiting.iter().filter(|entry| is_one(entry)).count() >= most {
            // A number that is missing is no harm: numbers have to rise.
            if let Some(oldest) = self.waiting.iter().position(is_one) {
                self.waiting.remove(oldest);
            }
        }
    }
}

impl Outbox {
    pub(super) fn new(epoch: String) -> Self {
        Self { epoch, state: Mutex::default(), changed: Notify::new() }
    }

    /// Names this count.
    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Gives a message its number.
    pub(super) fn push(&self, body: Body) -> u64 {
        let mut state = self.state();
        let is_progress = |body: &Body| matches!(body, Body::Progress(_));
        let is_sight = |body: &Body| matches!(body, Body::AccessPoints(_) | Body::LanDevices(_));
        if is_progress(&body) {
            state.make_room(MOST_PROGRESS, is_progress);
        } else if is_sight(&body) {
            state.make_room(MOST_SEEN, is_sight);
        }
        state.newest += 1;
        let number = state.newest;
        state.waiting.push_back((number, body));
        drop(state);
        self.changed.notify_one();
        number
    }

    /// What was told up to this number is known.
    pub(super) fn acknowledged(&self, number: u64) -> Vec<Body> {
        let mut state = self.state();
        let mut known = Vec::new();
        while state.waiting.front().is_some_and(|(first, _)| *first <= number) {
            known.extend(state.waiting.pop_front().map(|(_, body)| body));
        }
        known
    }

    /// The first message after this number, when no more than `most` are on their way.
    pub(super) fn next(&self, after: u64, most: usize, ack: u64) -> Option<AgentMessage> {
        let state = self.state();
        let place = state.waiting.iter().position(|(number, _)| *number > after)?;
        let (seq, body) = state.waiting.get(place).filter(|_| place < most)?;
        Some(AgentMessage { seq: *seq, ack, body: Some(body.clone()) })
    }

    /// Whether everything is known.
    pub(super) fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Waits until there is something new.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use agent_proto::v1;

    use super::*;

    /// W15: what was not acknowledged is sent again with the number it had, and no more at once than the manager takes.
    #[test]
    fn w15_unacknowledged_messages_keep_their_numbers() {
        let outbox = Outbox::new("e".to_owned());
        for memory_bytes in 1..=5 {
            outbox.push(Body::Heartbeat(v1::Heartbeat { memory_bytes, ..v1::Heartbeat::default() }));
        }
        let next = |after, most| outbox.next(after, most, 7).map(|message| (message.seq, message.ack));
        assert_eq!((next(0, 2), next(1, 2), next(2, 2)), (Some((1, 7)), Some((2, 7)), None));
        assert_eq!(outbox.acknowledged(2).len(), 2);
        assert_eq!(
            (next(2, 2), next(0, 2)),
            (Some((3, 7)), Some((3, 7))),
            "a new session begins where the manager stands"
        );
        for _ in 0..MOST_PROGRESS + 9 {
            outbox.push(Body::Progress(v1::TaskProgress::default()));
        }
        for _ in 0..MOST_SEEN + 9 {
            outbox.push(Body::LanDevices(v1::LanDevices::default()));
        }
        assert_eq!(outbox.acknowledged(u64::MAX).len(), 3 + MOST_PROGRESS + MOST_SEEN);
        assert!(outbox.is_empty());
    }
}
