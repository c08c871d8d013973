//! The event log.

use chrono::{DateTime, Utc};
use fleet_model::{EventRecord, NewEvent, Page, PageRequest};
use shelly_types::Mac;

use super::{Result, Store, read, write};

impl Store {
    /// Appends events that tell of no rows, such as a command that was sent.
    pub async fn events_append(&self, events: Vec<NewEvent>) -> Result<Vec<EventRecord>> {
        write!(self, "append events", events::append(&events))
    }

    /// Up to `limit` events after sequence number `seq`, oldest first.
    pub async fn events_since(&self, seq: i64, limit: u32) -> Result<Vec<EventRecord>> {
        read!(self, "read events", events::since(seq, limit))
    }

    /// Events, newest first; only of one device when it is given.
    pub async fn events_page(&self, mac: Option<Mac>, page: PageRequest) -> Result<Page<EventRecord>> {
        read!(self, "list events", events::page(mac, &page))
    }

    /// The newest hundred events of this kind about a device after a moment, newest first.
    pub async fn events_of_kind(&self, mac: Mac, kind: &'static str, after: DateTime<Utc>) -> Result<Vec<EventRecord>> {
        read!(self, "read events", events::of_kind(mac, kind, after))
    }

    /// The newest sequence number; 0 when there is no event yet.
    pub async fn events_newest_seq(&self) -> Result<i64> {
        read!(self, "read the newest event", events::newest_seq())
    }
}
