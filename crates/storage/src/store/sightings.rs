//! Found devices.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fleet_model::{AddressIs, NewEvent, Page, PageRequest, SightingRecord, SightingSource, SightingState};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write, write_with_events};

impl Store {
    /// Stores a sighting; says whether the device was never seen before. State, note and first sighting of a known one
    /// stay, and so do the other sources that saw it; an address that is only told does not replace one at which it may have
    /// answered. The events are appended only for a new one.
    pub async fn sighting_upsert(
        &self,
        sighting: SightingRecord,
        address: AddressIs,
        events: Vec<NewEvent>,
    ) -> Result<Committed<bool>> {
        write!(self, "store a found device", sightings::upsert(&sighting, address, &events))
    }

    /// Notes which sources saw a known device, and when last; false when it was never stored.
    pub async fn sighting_seen(
        &self,
        mac: Mac,
        at: DateTime<Utc>,
        by: BTreeMap<SightingSource, DateTime<Utc>>,
    ) -> Result<bool> {
        write!(self, "note who saw a device", sightings::see(mac, at, &by))
    }

    /// Writes what is to become of a found device. `NotFound` when it was never seen.
    pub async fn sighting_state_set(
        &self,
        mac: Mac,
        state: SightingState,
        note: Option<String>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        write_with_events!(self, "decide on a found device", events, sightings::set_state(mac, state, note.as_deref()))
    }

    /// Forgets a found device.
    pub async fn sighting_delete(&self, mac: Mac) -> Result<()> {
        write!(self, "forget a found device", sightings::delete(mac))
    }

    /// A found device.
    pub async fn sighting_get(&self, mac: Mac) -> Result<Option<SightingRecord>> {
        read!(self, "read a found device", sightings::get(mac))
    }

    /// What was found of these devices. Those that were never found are left out.
    pub async fn sightings_of(&self, macs: Vec<Mac>) -> Result<Vec<SightingRecord>> {
        read!(self, "read found devices", sightings::of(&macs))
    }

    /// Found devices, those first seen last come first.
    pub async fn sightings_page(
        &self,
        state: Option<SightingState>,
        page: PageRequest,
    ) -> Result<Page<SightingRecord>> {
        read!(self, "list found devices", sightings::page(state, &page))
    }
}
