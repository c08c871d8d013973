//! Knows who wants which messages, and what the broker must be told for that.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::{Filter, Message, inbox::Inbox};

/// What the broker is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Subscribe(Filter),
    Unsubscribe(Filter),
}

/// The subscriptions of one connection.
///
/// The broker sends a message once for each filter of ours that means it. So a filter that another one covers is not
/// subscribed for long: only until the broker has sent the messages that it keeps for it.
#[derive(Debug, Default)]
pub(crate) struct Router {
    wanted: HashMap<Filter, Vec<Arc<Inbox>>>,
    /// Those of the wanted filters that mean more than one topic.
    wide: Vec<Filter>,
    changes: VecDeque<Change>,
    /// Packets of subscriptions that the broker has not confirmed yet, in order.
    unconfirmed: VecDeque<Vec<Filter>>,
    /// Filters for which the broker sends messages.
    active: HashSet<Filter>,
    connected: bool,
    /// There was a connection before, so messages may be missing.
    resumed: bool,
}

impl Router {
    /// A new subscription; the broker sends the messages that it keeps again.
    fn enter(&mut self, filter: &Filter, inbox: &Arc<Inbox>) {
        let readers = self.wanted.entry(filter.clone()).or_default();
        let is_new = readers.is_empty();
        readers.push(Arc::clone(inbox));
        let covered_now = if is_new && filter.has_wildcards() { self.covered_only_by(filter) } else { Vec::new() };
        if is_new && filter.has_wildcards() {
            self.wide.push(filter.clone());
        }
        self.change(Change::Subscribe(filter.clone()));
        if self.is_covered(filter) {
            self.change(Change::Unsubscribe(filter.clone()));
        }
        for narrow in covered_now {
            self.change(Change::Unsubscribe(narrow));
        }
    }

    fn leave(&mut self, filter: &Filter, inbox: &Arc<Inbox>) {
        let Some(readers) = self.wanted.get_mut(filter) else { return };
        readers.retain(|reader| !Arc::ptr_eq(reader, inbox));
        if !readers.is_empty() {
            return;
        }
        self.wanted.remove(filter);
        self.wide.retain(|wide| wide != filter);
        if self.is_covered(filter) {
            return;
        }
        if filter.has_wildcards() {
            for narrow in self.covered_only_by(filter) {
                self.change(Change::Subscribe(narrow));
            }
        }
        self.change(Change::Unsubscribe(filter.clone()));
    }

    /// Whether another wanted filter brings all that `filter` means.
    fn is_covered(&self, filter: &Filter) -> bool {
        self.wide.iter().any(|wide| wide != filter && wide.covers(filter))
    }

    /// The wanted filters that `wide` covers, and none of the others that are known as wide.
    fn covered_only_by(&self, wide: &Filter) -> Vec<Filter> {
        let wanted = self.wanted.keys();
        wanted.filter(|narrow| *narrow != wide && wide.covers(narrow) && !self.is_covered(narrow)).cloned().collect()
    }

    fn change(&mut self, change: Change) {
        if self.connected {
            self.changes.push_back(change);
        }
    }

    /// The broker knows nothing of us now and is told everything.
    pub(crate) fn connected(&mut self) {
        self.connected = true;
        let active = self.wanted.keys().filter(|filter| !self.is_covered(filter));
        self.changes = active.cloned().map(Change::Subscribe).collect();
        // The broker sends what it keeps after this, so nothing of it is dropped as older than the gap.
        if self.resumed {
            for inbox in self.wanted.values().flatten() {
                inbox.gap();
            }
        }
        self.resumed = true;
    }

    pub(crate) fn disconnected(&mut self) {
        self.connected = false;
        self.changes.clear();
        self.unconfirmed.clear();
        self.active.clear();
    }

    /// The broker has been told `changes`, all of one kind.
    pub(crate) fn told(&mut self, changes: Vec<Change>) {
        let mut subscribed = Vec::new();
        for change in changes {
            match change {
                Change::Subscribe(filter) => subscribed.push(filter),
                Change::Unsubscribe(filter) => {
                    self.active.remove(&filter);
                }
            }
        }
        if !subscribed.is_empty() {
            self.unconfirmed.push_back(subscribed);
        }
    }

    /// The broker has confirmed the oldest packet; `granted` says filter by filter whether it lets us.
    fn confirmed(&mut self, granted: &[bool]) {
        for (filter, granted) in self.unconfirmed.pop_front().into_iter().flatten().zip(granted) {
            if *granted && self.wanted.contains_key(&filter) && !self.is_covered(&filter) {
                self.active.insert(filter);
            }
        }
    }

    /// Whether the broker sends the messages that `filter` means.
    fn is_established(&self, filter: &Filter) -> bool {
        self.active.contains(filter) || self.wide.iter().any(|wide| wide.covers(filter) && self.active.contains(wide))
    }

    /// Changes of one kind that can be told in one packet: at most `most`, in order.
    pub(crate) fn next_changes(&mut self, most: usize) -> Vec<Change> {
        let is_subscribe = |change: &Change| matches!(change, Change::Subscribe(_));
        let Some(kind) = self.changes.front().map(is_subscribe) else { return Vec::new() };
        let alike = self.changes.iter().take(most).take_while(|change| is_subscribe(change) == kind).count();
        self.changes.drain(..alike).collect()
    }

    /// Changes that could not be told yet.
    pub(crate) fn put_back(&mut self, changes: Vec<Change>) {
        for change in changes.into_iter().rev() {
            self.changes.push_front(change);
        }
    }

    /// Hands a message to everybody who wants it, once.
    pub(crate) fn deliver(&self, topic: &str, payload: &Bytes, retained: bool) {
        let exact = Filter::topic(topic);
        let mut readers: Vec<&Arc<Inbox>> =
            exact.and_then(|topic| self.wanted.get(&topic)).into_iter().flatten().collect();
        for wide in self.wide.iter().filter(|wide| wide.matches(topic)) {
            readers.extend(self.wanted.get(wide).into_iter().flatten());
        }
        readers.sort_unstable_by_key(|inbox| Arc::as_ptr(inbox));
        readers.dedup_by(|a, b| Arc::ptr_eq(a, b));
        if readers.is_empty() {
            return;
        }
        let message = Message { topic: topic.into(), payload: payload.clone(), retained };
        for reader in readers {
            reader.push(message.clone());
        }
    }

    fn end(&self) {
        for inbox in self.wanted.values().flatten() {
            inbox.end();
        }
    }
}

/// The router, and the bell that tells the supervisor of changes.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    router: Mutex<Router>,
    pub(crate) changed: Notify,
    /// Rings when the broker has confirmed a subscription, and when there is no connection any more.
    settled: Notify,
}

impl Shared {
    pub(crate) fn router(&self) -> MutexGuard<'_, Router> {
        self.router.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, filters: &[Filter], inbox: &Arc<Inbox>) {
        let mut router = self.router();
        for filter in filters {
            router.enter(filter, inbox);
        }
        drop(router);
        self.changed.notify_one();
    }

    pub(crate) fn leave(&self, filters: &[Filter], inbox: &Arc<Inbox>) {
        let mut router = self.router();
        for filter in filters {
            router.leave(filter, inbox);
        }
        drop(router);
        self.changed.notify_one();
    }

    pub(crate) fn confirmed(&self, granted: &[bool]) {
        self.router().confirmed(granted);
        self.settled.notify_waiters();
    }

    pub(crate) fn disconnected(&self) {
        self.router().disconnected();
        self.settled.notify_waiters();
    }

    /// Waits until the broker sends the messages that `filter` means; false when there is no connection.
    pub(crate) async fn established(&self, filter: &Filter) -> bool {
        loop {
            let mut ring = pin!(self.settled.notified());
            ring.as_mut().enable();
            {
                let router = self.router();
                if !router.connected || router.is_established(filter) {
                    return router.connected;
                }
            }
            ring.await;
        }
    }

    /// No message will come any more.
    pub(crate) fn end(&self) {
        self.router().end();
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;
    use crate::Received;

    fn filter(text: &str) -> Filter {
        text.parse().unwrap()
    }

    fn told(router: &mut Router) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let changes = router.next_changes(64);
            if changes.is_empty() {
                return told;
            }
            told.extend(changes.into_iter().map(|change| match change {
                Change::Subscribe(filter) => format!("+{filter}"),
                Change::Unsubscribe(filter) => format!("-{filter}"),
            }));
        }
    }

    #[test]
    fn the_broker_sends_nothing_twice() {
        let mut router = Router::default();
        router.connected();
        let (a, b) = (Arc::new(Inbox::new(4)), Arc::new(Inbox::new(4)));
        router.enter(&filter("x/online"), &a);
        router.enter(&filter("x/online"), &b);
        assert_eq!(told(&mut router), ["+x/online", "+x/online"]);
        router.enter(&filter("+/online"), &b);
        assert_eq!(told(&mut router), ["++/online", "-x/online"]);
        router.enter(&filter("y/online"), &a);
        assert_eq!(told(&mut router), ["+y/online", "-y/online"]);
        router.leave(&filter("y/online"), &a);
        router.leave(&filter("x/online"), &b);
        assert_eq!(told(&mut router), Vec::<String>::new());
        router.connected();
        assert_eq!(told(&mut router), ["++/online"]);
        router.leave(&filter("+/online"), &b);
        assert_eq!(told(&mut router), ["+x/online", "-+/online"]);
        router.leave(&filter("x/online"), &a);
        assert_eq!(told(&mut router), ["-x/online"]);
        router.disconnected();
        router.enter(&filter("z"), &a);
        assert_eq!(told(&mut router), Vec::<String>::new());
    }

    #[test]
    fn a_reader_gets_a_message_once() {
        let mut router = Router::default();
        let inbox = Arc::new(Inbox::new(1));
        for text in ["a/b", "a/+", "#"] {
            router.enter(&filter(text), &inbox);
        }
        router.deliver("a/b", &Bytes::from_static(b"1"), false);
        let received = inbox.take();
        assert!(matches!(received, Poll::Ready(Some(Received::Message(_)))), "{received:?}");
        assert_eq!(inbox.take(), Poll::Pending);
    }
}
