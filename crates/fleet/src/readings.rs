//! Readings that everybody was told of and that are stored a little later, together with others.
//!
//! What a device measures changes all the time. Storing each change would cost most of what a reading costs, and wear out
//! the flash memory of a small computer. Whoever asks for a reading gets the newest one, stored or not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use fleet_model::StatusRecord;
use shelly_types::Mac;
use storage::StatusWrite;

use crate::{Error, Fleet};

/// The newest reading of each device that has one which is not stored yet.
#[derive(Debug, Default)]
pub(crate) struct Unstored(Mutex<HashMap<Mac, StatusWrite>>);

impl Unstored {
    /// Adds readings, or puts them in the place of earlier ones.
    pub(crate) fn add(&self, writes: impl Iterator<Item = StatusWrite>) {
        let mut all = self.all();
        writes.for_each(|write| put(&mut all, write));
    }

    /// The devices that have one.
    pub(crate) fn macs(&self) -> Vec<Mac> {
        self.all().keys().copied().collect()
    }

    /// Those of these devices.
    pub(crate) fn of(&self, macs: &[Mac]) -> Vec<StatusWrite> {
        let all = self.all();
        macs.iter().filter_map(|mac| all.get(mac)).cloned().collect()
    }

    /// Has a reading that is stored now store what the one before it had to.
    pub(crate) fn take_along(&self, write: &mut StatusWrite) {
        if let Some(earlier) = self.all().get(&write.mac) {
            take_along(write, earlier);
        }
    }

    /// These were stored; what came meanwhile stays.
    pub(crate) fn stored(&self, writes: &[(Mac, DateTime<Utc>)]) {
        let mut all = self.all();
        for (mac, read_at) in writes {
            if all.get(mac).is_some_and(|write| write.read_at <= *read_at) {
                all.remove(mac);
            }
        }
    }

    /// The device is not ours any more.
    pub(crate) fn forget(&self, mac: Mac) {
        self.all().remove(&mac);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Mac, StatusWrite>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a reading in the place of an earlier one of its device; what that had to store is stored with it.
pub(crate) fn put(all: &mut HashMap<Mac, StatusWrite>, mut write: StatusWrite) {
    if let Some(earlier) = all.get(&write.mac) {
        take_along(&mut write, earlier);
    }
    all.insert(write.mac, write);
}

/// Has `write` store what an earlier one of the same device had to.
fn take_along(write: &mut StatusWrite, earlier: &StatusWrite) {
    write.changed |= earlier.changed;
    write.seen |= earlier.seen;
    write.restart_required = write.restart_required.or(earlier.restart_required);
}

impl Fleet {
    /// The newest reading of a device.
    pub(crate) async fn status_of(&self, mac: Mac) -> Result<Option<StatusRecord>, Error> {
        Ok(self.statuses_of(vec![mac]).await?.pop())
    }

    /// The newest readings of these devices, by MAC. Devices without one are left out.
    pub(crate) async fn statuses_of(&self, macs: Vec<Mac>) -> Result<Vec<StatusRecord>, Error> {
        // First what is not stored: it may be stored while the rest is read.
        let fresh = self.unstored().of(&macs);
        let mut records = self.store().device_statuses(macs).await?;
        for StatusWrite { mac, status, read_at, changed, .. } in fresh {
            let at = records.partition_point(|record| record.mac < mac);
            match records.get_mut(at).filter(|record| record.mac == mac) {
                Some(record) if record.read_at >= read_at => {}
                Some(record) => {
                    if changed {
                        record.changed_at = read_at;
                    }
                    (record.status, record.read_at) = (Arc::unwrap_or_clone(status), read_at);
                }
                None => {
                    let record =
                        StatusRecord { mac, status: Arc::unwrap_or_clone(status), read_at, changed_at: read_at };
                    records.insert(at, record);
                }
            }
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use shelly_types::DeviceStatus;

    use super::*;

    fn write(last: u8, second: i64) -> StatusWrite {
        let read_at = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        StatusWrite::new(Mac::new([0, 0, 0, 0, 0, last]), DeviceStatus::default(), read_at)
    }

    #[test]
    fn a_later_reading_stores_what_the_earlier_one_had_to() {
        let first = StatusWrite { restart_required: Some(true), ..write(1, 0) };
        let later = StatusWrite { changed: false, seen: false, ..write(1, 60) };
        let unstored = Unstored::default();
        unstored.add([first, later.clone()].into_iter());
        let mac = later.mac;
        let expected = StatusWrite { changed: true, seen: true, restart_required: Some(true), ..later.clone() };
        assert_eq!(unstored.of(&[mac]), std::slice::from_ref(&expected));
        let mut now = StatusWrite { restart_required: Some(false), ..later };
        unstored.take_along(&mut now);
        assert_eq!(now, StatusWrite { restart_required: Some(false), ..expected }, "the newest word counts");
    }

    #[test]
    fn what_came_while_others_were_stored_stays() {
        let unstored = Unstored::default();
        unstored.add([write(1, 0), write(2, 0), write(3, 0)].into_iter());
        let stored: Vec<_> = unstored.of(&unstored.macs()).iter().map(|write| (write.mac, write.read_at)).collect();
        unstored.add(std::iter::once(write(2, 1)));
        unstored.forget(write(3, 0).mac);
        unstored.stored(&stored);
        assert_eq!(unstored.macs(), [write(2, 1).mac]);
    }
}
