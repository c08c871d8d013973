//! Writes what is new once, for all clients of the live stream.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use api_types::events::StreamMessage;
use axum::extract::ws::Utf8Bytes;
use fleet::{Actor, Fleet, Notice, NoticeError, Notices};
use shelly_types::Mac;
use tokio::{
    sync::broadcast,
    time::{Instant, sleep_until},
};

use crate::views;

/// The line of a changed device is written so long after the change, together with those of others.
const GATHER: Duration = Duration::from_millis(25);

/// Sheets kept for a client that is behind; one that is further behind is told to read its lists again.
const SHEETS: usize = 256;

/// Messages that were written together.
pub(super) type Sheet = Arc<[Utf8Bytes]>;

type Sender = broadcast::Sender<Sheet>;

/// Runs while there are clients.
#[derive(Debug, Clone, Default)]
pub(crate) struct Press {
    running: Arc<Mutex<Weak<Sender>>>,
}

/// A client's place.
#[derive(Debug)]
pub(super) struct Reader {
    sheets: broadcast::Receiver<Sheet>,
    /// Keeps the press running.
    _sender: Arc<Sender>,
}

/// Why there is no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSheet {
    /// The client was too far behind.
    Missed,
    /// The manager stops.
    End,
}

impl Press {
    /// Reads from now on. Starts the press when nobody else reads.
    pub(super) fn read(&self, fleet: &Fleet) -> Reader {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = running.upgrade().unwrap_or_else(|| {
            let sender = Arc::new(Sender::new(SHEETS));
            *running = Arc::downgrade(&sender);
            tokio::spawn(run(fleet.clone(), fleet.subscribe_with_readings(), Arc::downgrade(&sender)));
            sender
        });
        Reader { sheets: sender.subscribe(), _sender: sender }
    }
}

impl Reader {
    /// The next sheet. Safe to cancel.
    pub(super) async fn next(&mut self) -> Result<Sheet, NoSheet> {
        self.sheets.recv().await.map_err(|error| match error {
            broadcast::error::RecvError::Lagged(_) => NoSheet::Missed,
            broadcast::error::RecvError::Closed => NoSheet::End,
        })
    }
}

/// Writes until nobody reads any more or the manager stops.
async fn run(fleet: Fleet, mut notices: Notices, sender: Weak<Sender>) {
    let stop = fleet.stopping();
    tokio::pin!(stop);
    let mut changed: BTreeSet<Mac> = BTreeSet::new();
    let mut due = Instant::now();
    loop {
        let sheet = tokio::select! {
            () = &mut stop => return,
            () = sleep_until(due), if !changed.is_empty() => lines(&fleet, std::mem::take(&mut changed)).await,
            notice = notices.recv() => match notice {
                Ok(Notice::Event(event)) => vec![StreamMessage::Event { event: views::event(&event) }],
                Ok(Notice::Readings(readings)) => {
                    vec![StreamMessage::Readings { readings: readings.iter().map(views::reading).collect() }]
                }
                Ok(Notice::Device(mac)) => {
                    if changed.is_empty() {
                        due = Instant::now() + GATHER;
                    }
                    changed.insert(mac);
                    continue;
                }
                Err(NoticeError::Lagged) => {
                    vec![StreamMessage::Resync { seq: fleet.newest_event().await.unwrap_or_default() }]
                }
                Err(NoticeError::Closed) => return,
            },
        };
        let Some(sender) = sender.upgrade() else { return };
        let texts = sheet.iter().filter_map(|message| serde_json::to_string(message).ok());
        // Who reads may just have left.
        let _ = sender.send(texts.map(Utf8Bytes::from).collect());
    }
}

/// The lines of these devices as they are now.
async fn lines(fleet: &Fleet, changed: BTreeSet<Mac>) -> Vec<StreamMessage> {
    let macs: Vec<Mac> = changed.into_iter().collect();
    match fleet.devices_by_mac(&Actor::System, &macs).await {
        Ok(devices) => {
            devices.iter().map(|device| StreamMessage::Device { device: Box::new(views::device(device)) }).collect()
        }
        Err(error) => {
            tracing::warn!(error = error.chain(), "changed devices could not be read; clients read their lists again");
            vec![StreamMessage::Resync { seq: fleet.newest_event().await.unwrap_or_default() }]
        }
    }
}
