//! The newest reading of each device.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use fleet_model::{NewEvent, StatusRecord};
use shelly_types::{DeviceStatus, Mac};

use super::{Committed, Result, Store, read, write};

/// A reading to store.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusWrite {
    /// Device.
    pub mac: Mac,
    /// The reading.
    pub status: Arc<DeviceStatus>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// When the device started, as the reading says, give or take a moment. The same time for each reading of one start
    /// costs least.
    pub booted_at: Option<DateTime<Utc>>,
    /// Whether it differs from the one before, so that it takes its place.
    pub changed: bool,
    /// Whether the time of the last answer is stored. That of a changed reading counts as one anyway.
    pub seen: bool,
    /// Whether a setting waits for a restart, if the reading says so.
    pub restart_required: Option<bool>,
}

impl StatusWrite {
    /// A reading that is stored whole, with the time of the answer and of the start. Whether a setting waits for a restart
    /// stays as it was.
    pub fn new(mac: Mac, status: DeviceStatus, read_at: DateTime<Utc>) -> Self {
        let booted_at = fleet_query::booted_at(&status, read_at);
        let status = Arc::new(status);
        Self { mac, status, read_at, booted_at, changed: true, seen: true, restart_required: None }
    }
}

impl Store {
    /// Stores a reading.
    pub async fn device_status_set(&self, status: StatusWrite, events: Vec<NewEvent>) -> Result<Committed<()>> {
        self.device_status_set_many(vec![status], events).await
    }

    /// Stores readings of many devices in one transaction. Devices that do not exist any more are left out.
    ///
    /// May lose the last batch when the power fails; the next poll brings it again.
    pub async fn device_status_set_many(
        &self,
        statuses: Vec<StatusWrite>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        write!(relaxed self, "store readings", status::set_many(&statuses, &events))
    }

    /// The newest reading of a device.
    pub async fn device_status_get(&self, mac: Mac) -> Result<Option<StatusRecord>> {
        Ok(self.device_statuses(vec![mac]).await?.pop())
    }

    /// The newest readings of these devices, by MAC. Devices without one are left out.
    pub async fn device_statuses(&self, macs: Vec<Mac>) -> Result<Vec<StatusRecord>> {
        read!(self, "read readings", status::of(&macs))
    }
}
