//! Tells everybody who listens what was committed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use fleet_model::EventRecord;
use shelly_types::{DeviceStatus, Mac};
use tokio::sync::broadcast::{self, error::RecvError};

/// Notices kept for a listener that is behind; one that is further behind reads the lists again.
const CAPACITY: usize = 4096;

/// Something was committed.
#[derive(Debug, Clone)]
pub enum Notice {
    /// An event.
    Event(Arc<EventRecord>),
    /// The line of a device looks different.
    Device(Mac),
    /// Newest readings, one of each device. Nothing else about these devices changed.
    Readings(Arc<[FreshReading]>),
}

/// A reading that was just stored.
#[derive(Debug, Clone)]
pub struct FreshReading {
    /// Device.
    pub mac: Mac,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// The reading.
    pub status: Arc<DeviceStatus>,
}

/// Why a listener got nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeError {
    /// It was too far behind; notices are lost.
    Lagged,
    /// The manager stops.
    Closed,
}

/// The bus.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    sender: broadcast::Sender<Notice>,
}

/// One listener.
#[derive(Debug)]
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
}

impl Bus {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(CAPACITY).0 }
    }

    /// Publishes what was committed. Nobody listening is no error.
    pub(crate) fn publish(&self, notice: Notice) {
        let _ = self.sender.send(notice);
    }

    pub(crate) fn subscribe(&self) -> Notices {
        Notices { receiver: self.sender.subscribe() }
    }
}

impl Notices {
    /// The next notice.
    ///
    /// # Errors
    /// When notices were lost, or when the manager stops.
    pub async fn recv(&mut self) -> Result<Notice, NoticeError> {
        self.receiver.recv().await.map_err(|error| match error {
            RecvError::Lagged(_) => NoticeError::Lagged,
            RecvError::Closed => NoticeError::Closed,
        })
    }
}
