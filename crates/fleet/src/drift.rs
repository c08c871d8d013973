//! Compares devices with the wish, and remembers the result.

use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{
    Actor, DeviceFilter, DriftState, FleetEvent, NewEvent, Page, PageRequest, Permission, SnapshotCause,
};
use futures::{StreamExt, stream};
use shelly_types::Mac;
use storage::DriftWrite;
use sync_engine::{Drift, Resolution};

use crate::{Error, Fleet, Selection};

/// The same result again within this time is not stored again.
const SAME_CHECK: TimeDelta = TimeDelta::minutes(1);

/// What differs on one device.
#[derive(Debug, Clone)]
pub struct DriftOfDevice {
    /// The device.
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// When it was compared.
    pub checked_at: Option<DateTime<Utc>>,
    /// What it should have.
    pub resolution: Resolution,
    /// What differs.
    pub drift: Drift,
    /// Why it could not be compared.
    pub error: Option<String>,
}

impl Fleet {
    /// Devices that differ from the wish, as of the last comparison.
    pub async fn drift_page(&self, actor: &Actor, page: &PageRequest) -> Result<Page<DriftOfDevice>, Error> {
        let filter = DeviceFilter { drifted: Some(true), ..DeviceFilter::default() };
        let found = self.store().devices_page(filter, page.clone()).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for record in found.items {
            let config = self.device_config(actor, record.mac).await?;
            items.push(DriftOfDevice {
                mac: record.mac,
                name: record.display_name(),
                checked_at: record.drift_checked_at,
                resolution: config.resolution,
                drift: config.drift,
                error: None,
            });
        }
        Ok(Page { items, next: found.next })
    }

    /// Reads the selected devices now and compares them with the wish.
    pub async fn drift_check(&self, actor: &Actor, selection: &Selection) -> Result<Vec<DriftOfDevice>, Error> {
        Self::authorize(actor, Permission::Read)?;
        let macs = self.selected(actor, selection).await?;
        let checks = stream::iter(macs).map(|mac| self.drift_check_one(mac)).buffered(self.options().at_once);
        let results: Vec<Result<Option<DriftOfDevice>, Error>> = checks.collect().await;
        results.into_iter().filter_map(Result::transpose).collect()
    }

    /// Reads one device and compares it; none when it is gone meanwhile.
    pub(crate) async fn drift_check_one(&self, mac: Mac) -> Result<Option<DriftOfDevice>, Error> {
        let mut turn = self.lanes().background(mac).await;
        let Some(record) = self.store().device_get(mac).await? else { return Ok(None) };
        let read = self.read_and_keep(&Actor::System, &mut turn, &record, SnapshotCause::DriftCheck).await;
        drop(turn);
        let name = record.display_name();
        let (resolution, drift, error) = match read {
            Ok(observed) => {
                let (resolution, drift) = self.compare(mac, &observed).await?;
                self.drift_store(mac, &drift).await?;
                (resolution, drift, None)
            }
            Err(error) if error.device_class().is_some() => {
                (Resolution::default(), Drift::default(), Some(error.chain()))
            }
            Err(error) => return Err(error),
        };
        let checked_at = if error.is_none() { Some(self.now()) } else { record.drift_checked_at };
        Ok(Some(DriftOfDevice { mac, name, checked_at, resolution, drift, error }))
    }

    /// Remembers the result of a comparison; news goes into the event log.
    pub(crate) async fn drift_store(&self, mac: Mac, drift: &Drift) -> Result<(), Error> {
        let Some(record) = self.store().device_get(mac).await? else { return Ok(()) };
        let count = u32::try_from(drift.differences.len()).unwrap_or(u32::MAX);
        let state = match (count, drift.in_sync) {
            (0, 0) if drift.not_applicable.is_empty() => DriftState::Unmanaged,
            (0, _) => DriftState::InSync,
            (count, _) => DriftState::Drifted { count },
        };
        let event = match (record.drift, state) {
            (before, DriftState::Drifted { count }) if before != state => Some(FleetEvent::DriftFound { count }),
            (DriftState::Drifted { .. }, DriftState::InSync | DriftState::Unmanaged) => Some(FleetEvent::DriftCleared),
            _ => None,
        };
        let now = self.now();
        if event.is_none()
            && record.drift == state
            && record.drift_checked_at.is_some_and(|checked| now - checked < SAME_CHECK)
        {
            return Ok(());
        }
        let events = event.map(|event| NewEvent::of_device(now, &Actor::System, mac, event)).into_iter().collect();
        let write = DriftWrite { mac, drift: state, checked_at: Some(now) };
        self.publish(self.store().device_drifts_set(vec![write], events).await?.events);
        self.publish_device(mac);
        Ok(())
    }

    /// The wish for these devices changed: what was compared is old.
    pub(crate) async fn drift_unknown(&self, macs: &[Mac]) -> Result<(), Error> {
        if macs.is_empty() {
            return Ok(());
        }
        let unknown = |mac: &Mac| DriftWrite { mac: *mac, drift: DriftState::Unknown, checked_at: None };
        self.publish(self.store().device_drifts_set(macs.iter().map(unknown).collect(), Vec::new()).await?.events);
        for mac in macs {
            self.publish_device(*mac);
        }
        Ok(())
    }
}
