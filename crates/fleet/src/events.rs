//! The event log.

use fleet_model::{Actor, EventRecord, PageRequest, Permission};
use shelly_types::Mac;

use crate::{Error, Fleet};

impl Fleet {
    /// Events: after `since` oldest first, without it the newest first.
    pub async fn events(
        &self,
        actor: &Actor,
        since: Option<i64>,
        mac: Option<Mac>,
        limit: u32,
    ) -> Result<Vec<EventRecord>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let Some(since) = since else {
            return Ok(self.store().events_page(mac, PageRequest::first(limit)).await?.items);
        };
        let mut events = self.store().events_since(since, limit).await?;
        events.retain(|event| mac.is_none() || event.mac == mac);
        Ok(events)
    }

    /// Sequence number of the newest event; 0 when nothing happened yet.
    pub async fn newest_event(&self) -> Result<i64, Error> {
        Ok(self.store().events_newest_seq().await?)
    }
}
