//! What the channel, the task and the reader of one WebSocket share.

use std::sync::{Arc, OnceLock};

use shelly_http::Endpoint;
use tokio::sync::Notify;

use super::{
    super::{News, news::Queue, waiting::Waiting},
    Closed, WebSocketOptions,
};

/// What is to be written.
#[derive(Debug)]
pub(super) enum Order {
    /// A request, if somebody still waits for its answer.
    Frame { id: u64, text: Box<str> },
    /// The good-bye.
    Close,
}

/// The shared part of one WebSocket.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) endpoint: Endpoint,
    /// Who we are to the device.
    pub(super) source: Box<str>,
    pub(super) waiting: Waiting<()>,
    pub(super) news: Arc<Queue<News>>,
    /// Device id in the first frame that had one.
    pub(super) device: OnceLock<String>,
    pub(super) closed: OnceLock<Closed>,
    /// Rings when `device` or `closed` is set.
    bell: Notify,
}

impl Link {
    pub(super) fn new(endpoint: Endpoint, options: &WebSocketOptions) -> Self {
        Self {
            endpoint,
            source: options.source.as_str().into(),
            waiting: Waiting::new(1),
            news: Arc::new(Queue::new(options.notifications)),
            device: OnceLock::new(),
            closed: OnceLock::new(),
            bell: Notify::new(),
        }
    }

    /// Notes who speaks, once.
    pub(super) fn heard_of(&self, device: Option<&str>) {
        if let Some(device) = device
            && self.device.get().is_none()
        {
            self.device.get_or_init(|| device.to_owned());
            self.bell.notify_waiters();
        }
    }

    /// The connection has ended: calls that wait fail, and the reader gets its last notifications.
    pub(super) fn end(&self, why: Closed) {
        self.closed.get_or_init(|| why);
        self.waiting.abandon();
        self.news.end();
        self.bell.notify_waiters();
    }

    /// Waits until `found` finds something.
    pub(super) async fn wait<T>(&self, found: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            let mut ring = std::pin::pin!(self.bell.notified());
            ring.as_mut().enable();
            if let Some(value) = found(self) {
                return value;
            }
            ring.await;
        }
    }
}
