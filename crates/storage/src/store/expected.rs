//! Devices that are expected.

use fleet_model::{ExpectedRecord, GroupRecord, LocationRecord, NewEvent};
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write_with_events};

impl Store {
    /// Stores what is expected of devices, with the locations and groups that it needs, all or nothing. What was said before
    /// of a device is replaced.
    pub async fn expected_import(
        &self,
        expected: Vec<ExpectedRecord>,
        locations: Vec<LocationRecord>,
        groups: Vec<GroupRecord>,
        events: Vec<NewEvent>,
    ) -> Result<Committed<()>> {
        write_with_events!(self, "store expected devices", events, expected::import(&expected, &locations, &groups))
    }

    /// Every device that is expected, by MAC.
    pub async fn expected_all(&self) -> Result<Vec<ExpectedRecord>> {
        read!(self, "list expected devices", expected::all(None))
    }

    /// What is expected of a device.
    pub async fn expected_get(&self, mac: Mac) -> Result<Option<ExpectedRecord>> {
        let found = read!(self, "look an expected device up", expected::all(Some(mac)))?;
        Ok(found.into_iter().next())
    }

    /// Expects these devices no more; says how many of them were.
    pub async fn expected_delete(&self, macs: Vec<Mac>, events: Vec<NewEvent>) -> Result<Committed<usize>> {
        write_with_events!(self, "expect devices no more", events, expected::delete(&macs))
    }
}
