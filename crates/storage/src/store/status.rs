//! The newest reading of each device.

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
    pub status: DeviceStatus,
    /// When it was read: also the time of the last answer.
    pub read_at: DateTime<Utc>,
    /// Whether it differs from the one before. An unchanged one only moves the times.
    pub changed: bool,
    /// Whether a setting waits for a restart, if the reading says so.
    pub restart_required: Option<bool>,
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
