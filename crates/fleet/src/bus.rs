//! Tells everybody who listens what was committed, and what was measured, which may be stored a little later.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use fleet_model::EventRecord;
use shelly_types::{DeviceStatus, Mac};
use tokio::sync::broadcast::{self, error::RecvError};

/// Notices kept for a listener that is behind; one that is further behind reads the lists again.
const CAPACITY: usize = 4096;

/// The same for readings, of which a notice may hold many.
const READINGS: usize = 512;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Notice {
    /// An event.
    Event(Arc<EventRecord>),
    /// The line of a device looks different.
    Device(Mac),
    /// Newest readings, one of each device. Nothing else about these devices changed.
    Readings(Arc<[FreshReading]>),
}

/// A reading that was just taken in.
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
    /// Apart, so that a listener that works on something for a while keeps no readings alive that it would not look at.
    readings: broadcast::Sender<Arc<[FreshReading]>>,
}

/// One listener.
#[derive(Debug)]
pub struct Notices {
    receiver: broadcast::Receiver<Notice>,
    readings: Option<broadcast::Receiver<Arc<[FreshReading]>>>,
}

impl Bus {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(CAPACITY).0, readings: broadcast::channel(READINGS).0 }
    }

    /// Publishes what was committed, or measured. Nobody listening is no error.
    pub(crate) fn publish(&self, notice: Notice) {
        let _ = match notice {
            Notice::Readings(readings) => self.readings.send(readings).map(drop).map_err(drop),
            notice @ (Notice::Event(_) | Notice::Device(_)) => self.sender.send(notice).map(drop).map_err(drop),
        };
    }

    /// All but readings.
    pub(crate) fn subscribe(&self) -> Notices {
        Notices { receiver: self.sender.subscribe(), readings: None }
    }

    pub(crate) fn subscribe_with_readings(&self) -> Notices {
        Notices { readings: Some(self.readings.subscribe()), ..self.subscribe() }
    }
}

impl Notices {
    /// The next notice. Readings may come a little later than what was committed after them.
    ///
    /// # Errors
    /// When notices were lost, or when the manager stops.
    pub async fn recv(&mut self) -> Result<Notice, NoticeError> {
        let readings = async {
            match &mut self.readings {
                Some(readings) => readings.recv().await,
                None => std::future::pending().await,
            }
        };
        let received = tokio::select! {
            biased;
            notice = self.receiver.recv() => notice,
            readings = readings => readings.map(Notice::Readings),
        };
        received.map_err(|error| match error {
            RecvError::Lagged(_) => NoticeError::Lagged,
            RecvError::Closed => NoticeError::Closed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn readings_reach_only_those_who_want_them() {
        let bus = Bus::new();
        let (mut all, mut rest) = (bus.subscribe_with_readings(), bus.subscribe());
        let reading = FreshReading {
            mac: Mac::new([1, 2, 3, 4, 5, 6]),
            at: DateTime::UNIX_EPOCH,
            status: Arc::new(DeviceStatus::default()),
        };
        let kept = Arc::downgrade(&reading.status);
        bus.publish(Notice::Readings(Arc::new([reading])));
        bus.publish(Notice::Device(Mac::new([1, 2, 3, 4, 5, 6])));
        assert!(matches!(all.recv().await, Ok(Notice::Device(_))));
        assert!(matches!(all.recv().await, Ok(Notice::Readings(_))));
        assert!(kept.upgrade().is_none(), "nobody keeps what all have heard");
        assert!(matches!(rest.recv().await, Ok(Notice::Device(_))));
    }
}
