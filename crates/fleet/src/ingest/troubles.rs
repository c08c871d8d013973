//! Says of devices that cannot be reached in which state they are, and why: once for a batch, not for each of them.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use fleet_model::{DeviceRecord, DeviceState};
use shelly_driver::{Class, Diagnosis};
use shelly_types::{DeviceStatus, Mac};

use super::{Ingest, Known, change::Change};
use crate::{
    Error, Fleet,
    connect::Trouble,
    offline::{self, Around, Scene, Sign, Tried},
};

/// Attempts whose kind of trouble is remembered for each device.
const ATTEMPTS: usize = 8;

/// How long the list of all devices is used again. What came of talking to them is always the newest.
const LIST_LIFE: Duration = Duration::from_secs(10);

/// The attempts that failed since the device answered last.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts {
    count: u32,
    /// The last ones, the newest last.
    classes: Vec<Class>,
    other_device: Option<Mac>,
}

impl Attempts {
    pub(super) fn failed(&mut self, trouble: &Trouble) {
        self.count = self.count.saturating_add(1);
        if self.classes.len() == ATTEMPTS {
            self.classes.remove(0);
        }
        self.classes.push(trouble.class);
        self.other_device = trouble.other_device;
    }

    pub(super) fn in_a_row(&self) -> u32 {
        self.count
    }
}

/// All devices, as they were listed at a time.
#[derive(Debug)]
pub(super) struct Listed {
    at: DateTime<Utc>,
    records: Vec<DeviceRecord>,
}

impl Known {
    /// What the last attempt got; none when nothing was tried since the start.
    fn sign(&self) -> Option<Sign> {
        match self.attempts.classes.last() {
            Some(class) => Some(Sign::of(*class)),
            None => (self.state == Some(DeviceState::Online)).then_some(Sign::Reading),
        }
    }

    fn tried(&self) -> Tried {
        let Attempts { classes, other_device, .. } = &self.attempts;
        Tried { attempts: classes.clone(), other_device: *other_device, restarted_at: self.restarted_at }
    }
}

impl Ingest {
    /// Takes what went wrong with the devices of a batch; what is new about it goes into `change`.
    pub(super) async fn troubles(&mut self, fleet: &Fleet, change: &mut Change) -> Result<(), Error> {
        if change.troubles.is_empty() {
            return Ok(());
        }
        let now = fleet.now();
        let mut troubles = std::mem::take(&mut change.troubles);
        let records = fleet.store().devices_of(troubles.keys().copied().collect()).await?;
        self.list(fleet, now).await?;
        let listed = self.listed.as_ref().map(|listed| listed.records.as_slice()).unwrap_or_default();
        let around = Around::of(listed, |mac| self.known.get(&mac).and_then(Known::sign));

        let concerned = offline::concerned(&records);
        let in_memory = |mac: &Mac| self.known.get(mac).is_some_and(|known| known.status.is_some());
        let missing = concerned.iter().copied().filter(|mac| !in_memory(mac)).collect();
        let stored = fleet.statuses_of(missing).await?;
        let mut statuses: HashMap<Mac, &DeviceStatus> =
            stored.iter().map(|status| (status.mac, &status.status)).collect();
        statuses.extend(concerned.into_iter().filter_map(|mac| Some((mac, self.known.get(&mac)?.status.as_deref()?))));

        let sightings = fleet.store().sightings_of(records.iter().map(|record| record.mac).collect()).await?;
        let sightings = sightings.into_iter().map(|sighting| (sighting.identity.mac, sighting)).collect();
        let neighbours = self.machine.neighbours();
        let mut scene = Scene::new(&around, &statuses, &sightings, &neighbours, &*self.machine);
        for record in records {
            let Some((at, trouble)) = troubles.remove(&record.mac) else { continue };
            let tried = self.known.get(&record.mac).map(Known::tried).unwrap_or_default();
            change.trouble(&record, at, &trouble, &scene.diagnosis(&record, &tried, now));
        }
        Ok(())
    }

    /// Lists all devices, unless that was done a moment ago.
    async fn list(&mut self, fleet: &Fleet, now: DateTime<Utc>) -> Result<(), Error> {
        let is_fresh =
            |listed: &Listed| (now - listed.at).to_std().is_ok_and(|age| age < LIST_LIFE) && !listed.records.is_empty();
        if !self.listed.as_ref().is_some_and(is_fresh) {
            let records = fleet.store().devices_all().await?;
            self.listed = Some(Listed { at: now, records });
        }
        Ok(())
    }
}

impl Change {
    /// Stores the trouble if its state or its reason is news.
    fn trouble(&mut self, record: &DeviceRecord, at: DateTime<Utc>, trouble: &Trouble, diagnosis: &Diagnosis) {
        let is_asleep = record.sleeps && trouble.state == DeviceState::Offline;
        let (state, offline, reason) = if is_asleep {
            (DeviceState::Asleep, None, None)
        } else {
            let sentence = offline::sentence(diagnosis, &trouble.reason);
            (trouble.state, Some(offline::reason(diagnosis)), Some(sentence))
        };
        // It may have answered earlier in the batch.
        self.states.retain(|other| other.mac != record.mac);
        if (record.state, record.offline_reason) != (state, offline) {
            self.state(record, at, (state, offline), reason);
        }
    }
}
