//! Notices that a device is back which a job waits for, from whichever channel, and has its unit go at once.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use fleet_model::{DeviceState, JobId, UnitState};
use shelly_types::Mac;
use tokio::sync::watch;

use crate::{Error, Fleet};

/// Wakes those who carry out jobs: something was decided, or a device is back.
#[derive(Debug, Default)]
pub(crate) struct JobBell(watch::Sender<()>);

/// Devices that units wait for, as far as this manager knows.
#[derive(Debug, Default)]
pub(crate) struct WaitedFor(Mutex<HashSet<Mac>>);

impl JobBell {
    pub(crate) fn ring(&self) {
        self.0.send_replace(());
    }

    /// Hears every ring from now on.
    pub(crate) fn hear(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

impl WaitedFor {
    fn all(&self) -> MutexGuard<'_, HashSet<Mac>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, mac: Mac) {
        self.all().insert(mac);
    }
}

impl Fleet {
    /// A device of ours was heard of. When a job waits for it, its unit goes on.
    pub(crate) fn device_is_back(&self, mac: Mac) {
        if !self.waited_for().all().remove(&mac) {
            return;
        }
        let fleet = self.clone();
        self.spawn(async move {
            if let Err(error) = fleet.units_wake(mac).await {
                fleet.waited_for().add(mac);
                tracing::warn!(device.mac = %mac, error = error.chain(), "what waits for a device could not be woken");
            }
        });
    }

    async fn units_wake(&self, mac: Mac) -> Result<(), Error> {
        for job in self.store().units_wake(mac, self.now()).await? {
            tracing::info!(device.mac = %mac, job.id = %job, "a device is back that a job waits for");
            self.job_run(job);
        }
        self.job_bell().ring();
        Ok(())
    }

    /// Learns which devices a job waits for that was just started, and does not wait for those that are back already.
    pub(super) async fn queued_learn(&self, id: JobId) -> Result<(), Error> {
        let units = self.store().job_units(id).await?.into_iter();
        let queued: Vec<Mac> = units.filter(|unit| unit.state == UnitState::Queued).map(|unit| unit.mac).collect();
        for record in self.store().devices_of(queued).await? {
            self.waited_for().add(record.mac);
            if record.state == DeviceState::Online && !record.sleeps {
                self.device_is_back(record.mac);
            }
        }
        Ok(())
    }

    /// Learns for which devices units wait, also those of other managers.
    pub(crate) async fn waited_for_learn(&self) -> Result<(), Error> {
        let macs = self.store().macs_waited_for().await?;
        *self.waited_for().all() = macs.into_iter().collect();
        Ok(())
    }
}
