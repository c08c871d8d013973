//! Locations.

use fleet_model::{LocationId, LocationRecord, NewEvent};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};

impl Store {
    /// Stores a new location with revision 1. `Conflict` when the name is taken, `NotFound` when its parent does not exist.
    pub async fn location_insert(
        &self,
        location: LocationRecord,
        events: Vec<NewEvent>,
    ) -> Result<Committed<LocationRecord>> {
        write_with_events!(self, "store a new location", events, locations::insert(&location))
    }

    /// Writes a location and raises its revision. `Conflict` when `location.revision` is not the newest, or the name is
    /// taken.
    pub async fn location_update(
        &self,
        location: LocationRecord,
        events: Vec<NewEvent>,
    ) -> Result<Committed<LocationRecord>> {
        write_with_events!(self, "change a location", events, locations::update(&location))
    }

    /// Removes a location and its layer; its devices are nowhere then. `Invalid` while there are locations within it,
    /// `NotFound` when there is none.
    pub async fn location_delete(&self, id: LocationId, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a location", events, locations::delete(id))
    }

    /// Every location, by name.
    pub async fn locations_all(&self) -> Result<Vec<LocationRecord>> {
        read!(self, "list locations", locations::all())
    }

    /// The devices in these locations, by MAC.
    pub async fn location_devices(&self, ids: Vec<LocationId>) -> Result<Vec<Mac>> {
        read!(self, "list the devices of locations", locations::devices_in(&ids))
    }
}
