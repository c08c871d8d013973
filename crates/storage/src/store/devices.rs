//! Devices.

use chrono::{DateTime, Utc};
use fleet_model::{DeviceRecord, DeviceState, DriftState, FleetCounts, NewEvent, OfflineReason, Page, PageRequest};
use fleet_query::Query;
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};

/// A change of reachability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateWrite {
    /// Device.
    pub mac: Mac,
    /// Reachability.
    pub state: DeviceState,
    /// Why it is not online.
    pub reason: Option<String>,
    /// The same in one word.
    pub offline: Option<OfflineReason>,
}

/// The outcome of a comparison with the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriftWrite {
    /// Device.
    pub mac: Mac,
    /// Outcome.
    pub drift: DriftState,
    /// When it was compared; absent leaves the time of the last comparison.
    pub checked_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Stores a new device with revision 1. `Conflict` when there is one with this MAC.
    pub async fn device_insert(&self, device: DeviceRecord, events: Vec<NewEvent>) -> Result<Committed<DeviceRecord>> {
        write_with_events!(self, "store a new device", events, devices::insert(&device))
    }

    /// Stores a device, or, when there is one with this MAC, takes over what it says about itself and where it is.
    /// What people have decided (label, poll interval, groups, adoption) stays, and so does the revision when nothing differs.
    pub async fn device_upsert(&self, device: DeviceRecord, events: Vec<NewEvent>) -> Result<Committed<DeviceRecord>> {
        write_with_events!(self, "store a device", events, devices::upsert(&device))
    }

    /// Writes the record of a device and raises its revision. `Conflict` when `device.revision` is not the newest.
    ///
    /// What is observed (state, last answer, restart, drift) has writes of its own and is left alone here, so that the
    /// poller and people do not get in each other's way; so are the groups.
    pub async fn device_update(&self, device: DeviceRecord, events: Vec<NewEvent>) -> Result<Committed<DeviceRecord>> {
        write_with_events!(self, "change a device", events, devices::update(&device))
    }

    /// Lets a device go, with all that is kept about it except events and jobs. `NotFound` when there is none.
    pub async fn device_delete(&self, mac: Mac, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "remove a device", events, devices::delete(mac))
    }

    /// A device.
    pub async fn device_get(&self, mac: Mac) -> Result<Option<DeviceRecord>> {
        read!(self, "read a device", devices::get(mac))
    }

    /// A page of the devices that a query means at the moment `now`, by name.
    pub async fn devices_page(
        &self,
        query: Query,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<DeviceRecord>> {
        read!(self, "list devices", devices::page(&query, now, &page))
    }

    /// Every device that a query means at the moment `now`, by MAC.
    pub async fn devices_matching(&self, query: Query, now: DateTime<Utc>) -> Result<Vec<DeviceRecord>> {
        read!(self, "list devices", devices::matching(&query, now))
    }

    /// Every device, by MAC.
    pub async fn devices_all(&self) -> Result<Vec<DeviceRecord>> {
        self.devices_matching(Query::everything(), DateTime::UNIX_EPOCH).await
    }

    /// The devices with these MACs, by MAC. Those that do not exist are left out.
    pub async fn devices_of(&self, macs: Vec<Mac>) -> Result<Vec<DeviceRecord>> {
        read!(self, "list devices", devices::of(&macs))
    }

    /// The devices whose record says that they are at one of these addresses, by MAC.
    pub async fn devices_at(&self, endpoints: Vec<String>) -> Result<Vec<DeviceRecord>> {
        read!(self, "list devices at an address", devices::at(&endpoints))
    }

    /// MACs of the devices at an address by their records.
    pub async fn macs_at(&self, endpoint: String) -> Result<Vec<Mac>> {
        read!(self, "list devices at an address", devices::macs_at(&endpoint))
    }

    /// Addresses that several devices have by their records, with these devices.
    pub async fn device_endpoints_shared(&self) -> Result<Vec<(String, Mac)>> {
        read!(self, "list shared addresses", devices::sharing())
    }

    /// Totals over all devices.
    pub async fn fleet_counts(&self) -> Result<FleetCounts> {
        read!(self, "count devices", devices::counts())
    }

    /// Writes the reachability of devices. Devices that do not exist any more are left out.
    pub async fn device_states_set(&self, states: Vec<StateWrite>, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store the state of devices", events, devices::set_states(&states))
    }

    /// Writes outcomes of comparisons. Devices that do not exist any more are left out.
    pub async fn device_drifts_set(&self, drifts: Vec<DriftWrite>, events: Vec<NewEvent>) -> Result<Committed<()>> {
        write_with_events!(self, "store the drift of devices", events, devices::set_drifts(&drifts))
    }
}
