//! Carries what a device says by itself to everyone who listens.

use std::sync::Arc;

use tokio::sync::broadcast;

/// Notes a slow listener may be behind; one further behind is dropped, as a device drops a socket it cannot write to.
const BACKLOG: usize = 16;

/// One message a device sends by itself.
#[derive(Debug, Clone)]
pub(crate) enum Note {
    /// `NotifyStatus` or `NotifyEvent` (Gen2+).
    Frame {
        /// Method.
        method: &'static str,
        /// Parameters as JSON text.
        params: Arc<str>,
    },
    /// Something changed (Gen1): whoever reports looks what it was.
    Changed,
    /// The device started or woke.
    Woke,
}

/// Where notes go.
#[derive(Debug)]
pub(crate) struct Air(broadcast::Sender<Note>);

/// One listener.
pub(crate) type Ear = broadcast::Receiver<Note>;

impl Air {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn listen(&self) -> Ear {
        self.0.subscribe()
    }

    pub(crate) fn has_listeners(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Sends a note; without listeners it is lost.
    pub(crate) fn send(&self, note: Note) {
        let _ = self.0.send(note);
    }
}
