//! Remembers since when and why settings are not as wished.

use std::collections::{BTreeSet, HashMap};

use capability_config::{SettingPath, SettingValue};
use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{DeviceRecord, DriftCause, DriftItem, DriftState, PageRequest, SnapshotCause, SnapshotRecord};
use shelly_types::Mac;
use sync_engine::{Difference, Drift, Leniency, same};

use crate::{Error, Fleet};

/// Configurations that are looked back at for the change that made a difference.
const LOOK_BACK: u32 = 12;

/// A device tells its firmware and its settings in two answers, so the one may be known this long after the other.
const SLACK: TimeDelta = TimeDelta::minutes(10);

impl Fleet {
    /// What is known of the drift of these devices.
    pub(crate) async fn drift_known(&self, macs: &[Mac]) -> Result<HashMap<Mac, Vec<DriftItem>>, Error> {
        let mut known: HashMap<Mac, Vec<DriftItem>> = HashMap::new();
        for item in self.store().drift_items(macs.to_vec()).await? {
            known.entry(item.mac).or_default().push(item);
        }
        Ok(known)
    }

    /// Remembers what is not as wished that was not known, and forgets what is as wished again. What is known of a device
    /// that was as wished since is old: what differs now differs anew.
    pub(crate) async fn drift_remember(
        &self,
        record: &DeviceRecord,
        drift: &Drift,
        known: &[DriftItem],
        leniency: &Leniency,
    ) -> Result<(), Error> {
        let mac = record.mac;
        let was_as_wished = matches!(record.drift, DriftState::InSync | DriftState::Unmanaged);
        let differs: BTreeSet<&SettingPath> = drift.differences.iter().map(|difference| &difference.path).collect();
        let waived: BTreeSet<&SettingPath> = drift.waived.iter().map(|difference| &difference.path).collect();
        let still = |item: &&DriftItem| waived.contains(&item.path) || !was_as_wished && differs.contains(&item.path);
        let (stay, gone): (Vec<&DriftItem>, Vec<&DriftItem>) = known.iter().partition(still);
        let remembered: BTreeSet<&SettingPath> = stay.iter().map(|item| &item.path).collect();
        let gone: Vec<SettingPath> = gone.iter().map(|item| item.path.clone()).collect();
        let differences = drift.differences.iter().chain(&drift.waived);
        let new: Vec<&Difference> = differences.filter(|difference| !remembered.contains(&difference.path)).collect();
        if gone.is_empty() && new.is_empty() {
            return Ok(());
        }
        let history = if new.is_empty() { History::default() } else { self.look_back(mac).await? };
        let item = |difference: &&Difference| {
            // What was let differ was no drift.
            let was_fine = |before: &SettingValue| {
                let then = Difference { observed: Some(before.clone()), ..(*difference).clone() };
                same(before, &difference.desired) || leniency.lets(&then)
            };
            DriftItem {
                mac,
                path: difference.path.clone(),
                found_at: self.now(),
                cause: history.cause(&difference.path, was_fine),
                repair: None,
            }
        };
        let added = self.store().drift_items_change(mac, new.iter().map(item).collect(), gone).await;
        match added {
            // The device was let go meanwhile.
            Err(error) if error.is_not_found() => Ok(()),
            other => Ok(other?),
        }
    }

    async fn look_back(&self, mac: Mac) -> Result<History, Error> {
        let page = PageRequest { cursor: None, limit: Some(LOOK_BACK) };
        let snapshots = self.store().snapshots_page(mac, page).await?.items;
        let Some(oldest) = snapshots.last() else { return Ok(History::default()) };
        let updates = self.store().events_of_kind(mac, "firmware_changed", oldest.taken_at).await?;
        Ok(History { snapshots, updates: updates.into_iter().map(|event| event.at).collect() })
    }
}

/// What a device had, and when its firmware changed.
#[derive(Debug, Default)]
struct History {
    /// Newest first.
    snapshots: Vec<SnapshotRecord>,
    updates: Vec<DateTime<Utc>>,
}

impl History {
    /// Why the device does not have the wished value: what made the newest change of the setting. `was_fine` says whether a
    /// value is as wished.
    fn cause(&self, path: &SettingPath, was_fine: impl FnOnce(&SettingValue) -> bool) -> DriftCause {
        if self.snapshots.is_empty() {
            return DriftCause::Unknown;
        }
        let changed = self.snapshots.windows(2).find_map(|pair| match pair {
            [newer, older] if newer.settings.get(path) != older.settings.get(path) => Some((newer, older)),
            _ => None,
        });
        let Some((newer, older)) = changed else { return DriftCause::Wish };
        let before = older.settings.get(path);
        let was_wished = before.is_some_and(was_fine);
        let is_update = self.updates.iter().any(|at| older.taken_at < *at && *at <= newer.taken_at + SLACK);
        match (was_wished, newer.cause) {
            _ if is_update && (was_wished || before.is_none()) => DriftCause::Firmware,
            (true, SnapshotCause::AfterPlan) => DriftCause::Plan,
            (true, _) => DriftCause::Device,
            (false, _) => DriftCause::Wish,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use capability_config::Settings;
    use fleet_model::{SequenceIds, SnapshotId};
    use sync_engine::Fingerprint;

    use super::*;

    const PATH: &str = "switch:0.auto_off_delay";

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    /// Snapshots from the oldest to the newest, an hour apart, and the minutes in which the firmware changed.
    fn history(values: &[(Option<f64>, SnapshotCause)], updates: &[i64]) -> History {
        let snapshot = |(place, (value, cause)): (usize, &(Option<f64>, SnapshotCause))| {
            let settings: Settings =
                value.iter().map(|value| (PATH.parse().unwrap(), SettingValue::from(*value))).collect();
            SnapshotRecord {
                id: SnapshotId::new(&SequenceIds::default()),
                mac: Mac::new([1; 6]),
                taken_at: at(60 * i64::try_from(place).unwrap()),
                cause: *cause,
                fingerprint: Fingerprint::of(&settings),
                settings,
                kept: BTreeMap::new(),
                components: Vec::new(),
                raw: serde_json::Value::Null,
            }
        };
        let snapshots: Vec<SnapshotRecord> = values.iter().enumerate().map(snapshot).rev().collect();
        History { snapshots, updates: updates.iter().map(|minute| at(*minute)).collect() }
    }

    /// G7: the newest change of the setting says who it was.
    #[test]
    fn the_history_tells_the_cause() {
        use SnapshotCause::{AfterPlan, DriftCheck, Pull};
        type Values<'a> = &'a [(Option<f64>, SnapshotCause)];
        let cases: [(Values<'_>, &[i64], DriftCause); 10] = [
            (&[], &[], DriftCause::Unknown),
            (&[(Some(1.0), Pull)], &[], DriftCause::Wish),
            (&[(Some(60.0), AfterPlan), (Some(5.0), DriftCheck)], &[], DriftCause::Device),
            (&[(Some(60.0), AfterPlan), (Some(5.0), AfterPlan)], &[], DriftCause::Plan),
            (&[(Some(60.0), AfterPlan), (Some(5.0), DriftCheck)], &[30], DriftCause::Firmware),
            (&[(Some(60.0), AfterPlan), (Some(5.0), DriftCheck)], &[65], DriftCause::Firmware),
            (&[(Some(60.0), Pull), (Some(5.0), Pull), (Some(5.0), DriftCheck)], &[90], DriftCause::Device),
            (&[(None, Pull), (Some(5.0), DriftCheck)], &[30], DriftCause::Firmware),
            (&[(Some(1.0), Pull), (Some(5.0), DriftCheck)], &[], DriftCause::Wish),
            (&[(Some(60.0), Pull), (Some(5.0), Pull), (Some(7.0), Pull)], &[], DriftCause::Wish),
        ];
        for (values, updates, cause) in cases {
            let found = history(values, updates).cause(&PATH.parse().unwrap(), |before| same(before, &60.0.into()));
            assert_eq!(found, cause, "{values:?} {updates:?}");
        }
    }
}
