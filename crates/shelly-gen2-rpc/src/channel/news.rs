//! Keeps notifications for one reader, in order and in bounds.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures::{Stream, StreamExt, task::AtomicWaker};
use serde_json::Value;

use crate::frame::Notification;

/// What a device tells by itself.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum News {
    /// A notification, in the order in which the device sent them.
    Notification(Notification),
    /// Some were lost, because the reader was too slow or they could not be read. Whoever keeps a status reads it
    /// whole now; what follows is newer than the loss.
    Lagged {
        /// How many were lost.
        missed: u64,
    },
    /// The device came to its broker or left it (MQTT only, protocol 3.5).
    Online(bool),
    /// The whole status of a component (MQTT only, where `status_ntf` is on).
    ComponentStatus {
        /// Key of the component, such as `switch:0`.
        key: String,
        /// Its status.
        status: Value,
    },
}

/// How many may wait, at most, after the reader has caught up, without giving the memory back.
const SMALL: usize = 4;

/// A bounded queue with one reader. When it is full, all of it is dropped and counted.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    waker: AtomicWaker,
    capacity: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    missed: u64,
    /// Which reader is the one, counted from one; none while zero.
    reader: u64,
    /// How many readers there have been.
    readers: u64,
    ended: bool,
}

/// What a reader takes from the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken<T> {
    Item(T),
    Lagged(u64),
}

impl<T> Queue<T> {
    /// A queue in which at most `capacity` items wait.
    pub(super) fn new(capacity: usize) -> Self {
        let state = State { items: VecDeque::new(), missed: 0, reader: 0, readers: 0, ended: false };
        Self { state: Mutex::new(state), waker: AtomicWaker::new(), capacity: capacity.max(1) }
    }

    /// Adds an item, if there is a reader.
    pub(super) fn push(&self, item: T) {
        let mut state = self.state();
        if state.reader == 0 || state.ended {
            return;
        }
        if state.items.len() < self.capacity {
            state.items.push_back(item);
        } else {
            state.missed += state.items.len() as u64 + 1;
            state.items = VecDeque::new();
        }
        drop(state);
        self.waker.wake();
    }

    /// Counts an item that cannot be read, so that the reader knows.
    pub(super) fn miss(&self) {
        let mut state = self.state();
        if state.reader == 0 || state.ended {
            return;
        }
        state.missed += state.items.len() as u64 + 1;
        state.items = VecDeque::new();
        drop(state);
        self.waker.wake();
    }

    /// No item will come any more. The reader still gets those that wait.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.waker.wake();
    }

    /// A new reader, which takes the place of the one before.
    pub(super) fn read(&self) -> u64 {
        let mut state = self.state();
        state.readers += 1;
        state.reader = state.readers;
        (state.items, state.missed) = (VecDeque::new(), 0);
        let reader = state.reader;
        drop(state);
        self.waker.wake();
        reader
    }

    /// The reader leaves; nothing is kept for nobody.
    pub(super) fn leave(&self, reader: u64) {
        let mut state = self.state();
        if state.reader == reader {
            state.reader = 0;
            (state.items, state.missed) = (VecDeque::new(), 0);
        }
    }

    /// The next item for `reader`; none when no more will come.
    pub(super) fn poll_take(&self, reader: u64, cx: &mut Context<'_>) -> Poll<Option<Taken<T>>> {
        let mut state = self.state();
        if state.reader != reader {
            return Poll::Ready(None);
        }
        self.waker.register(cx.waker());
        if state.missed > 0 {
            return Poll::Ready(Some(Taken::Lagged(std::mem::take(&mut state.missed))));
        }
        match state.items.pop_front() {
            Some(item) => {
                if state.items.is_empty() && state.items.capacity() > SMALL {
                    state.items = VecDeque::new();
                }
                Poll::Ready(Some(Taken::Item(item)))
            }
            None if state.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The notifications of one connection, for one reader. Ends with the connection.
#[derive(Debug)]
pub struct Notifications {
    queue: Arc<Queue<News>>,
    reader: u64,
}

impl Notifications {
    /// Begins to read `queue`, in the place of whoever read before.
    pub(super) fn new(queue: Arc<Queue<News>>) -> Self {
        let reader = queue.read();
        Self { queue, reader }
    }

    /// Waits for the next; none when the connection has ended or another reader took over. Loses nothing when it is
    /// dropped while it waits.
    pub async fn next(&mut self) -> Option<News> {
        StreamExt::next(self).await
    }
}

impl Stream for Notifications {
    type Item = News;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<News>> {
        self.queue.poll_take(self.reader, cx).map(|taken| {
            taken.map(|taken| match taken {
                Taken::Item(news) => news,
                Taken::Lagged(missed) => News::Lagged { missed },
            })
        })
    }
}

impl Drop for Notifications {
    fn drop(&mut self) {
        self.queue.leave(self.reader);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn online(on: bool) -> News {
        News::Online(on)
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_and_nothing_grows() {
        let queue = Arc::new(Queue::new(3));
        let mut reader = Notifications::new(Arc::clone(&queue));
        for _ in 0..5 {
            queue.push(online(true));
        }
        queue.push(online(false));
        assert_eq!(reader.next().await, Some(News::Lagged { missed: 4 }));
        assert_eq!(reader.next().await, Some(online(true)));
        assert_eq!(reader.next().await, Some(online(false)));
        assert_eq!(reader.next().now_or_never(), None);
        queue.miss();
        assert_eq!(reader.next().await, Some(News::Lagged { missed: 1 }));
        queue.push(online(true));
        queue.end();
        assert_eq!(reader.next().await, Some(online(true)));
        assert_eq!(reader.next().await, None);
    }

    #[tokio::test]
    async fn there_is_one_reader() {
        let queue = Arc::new(Queue::new(3));
        queue.push(online(true));
        let mut first = Notifications::new(Arc::clone(&queue));
        assert_eq!(first.next().now_or_never(), None);
        let mut second = Notifications::new(Arc::clone(&queue));
        queue.push(online(false));
        assert_eq!(first.next().await, None);
        drop(first);
        assert_eq!(second.next().await, Some(online(false)));
        drop(second);
        queue.push(online(true));
        assert!(queue.state().items.is_empty());
    }
}
