//! Does what policies of repair say: makes their jobs, and tells what they leave.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use capability_config::SettingPath;
use chrono::{DateTime, TimeDelta, Utc};
use fleet_model::{Actor, FleetEvent, JobId, JobRecord, NewEvent, Permission, PolicyRecord};
use rollout::Zone;
use shelly_types::Mac;

use super::{LOOK_BACK, Weighed, author, is_worth_telling};
use crate::{Error, ErrorKind, Fleet, jobs::RepairDraft};

/// A device whose plan was held back is not read again for this time.
const HELD: TimeDelta = TimeDelta::hours(1);

/// Settings named in an event.
const PATHS_IN_EVENT: usize = 10;

/// Settings of devices.
type Meant = BTreeMap<Mac, BTreeSet<SettingPath>>;

/// Devices about which a policy could do nothing a short while ago.
#[derive(Debug, Default)]
pub(crate) struct RepairBoard(Mutex<HashMap<Mac, DateTime<Utc>>>);

impl RepairBoard {
    fn all(&self) -> MutexGuard<'_, HashMap<Mac, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, mac: Mac, until: DateTime<Utc>) {
        self.all().insert(mac, until);
    }

    fn holds(&self, mac: Mac, now: DateTime<Utc>) -> bool {
        self.all().get(&mac).is_some_and(|until| now < *until)
    }

    /// A policy changed: everything is looked at again.
    pub(super) fn forget(&self) {
        self.all().clear();
    }
}

impl Fleet {
    /// Looks now, and does what policies say. Gives the jobs that were made.
    pub async fn repairs_do(&self, actor: &Actor) -> Result<Vec<JobRecord>, Error> {
        Self::authorize(actor, Permission::Configure)?;
        self.repairs_turn().await
    }

    /// Makes the jobs that policies permit, and tells what they leave.
    pub(crate) async fn repairs_turn(&self) -> Result<Vec<JobRecord>, Error> {
        let weighing = self.repairs_weigh().await?;
        let mut seen = weighing.seen;
        let mut made = Vec::new();
        for weighed in weighing.policies {
            self.tell_left(&weighed).await?;
            for (zone, meant) in self.acts(&weighed) {
                match self.repair_make(&weighed.policy, zone, meant, seen).await {
                    Ok(Some(job)) => {
                        seen = Some(job.id);
                        made.push(job);
                    }
                    Ok(None) => {}
                    // Another manager was faster.
                    Err(error) if *error.kind() == ErrorKind::Conflict => return Ok(made),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(made)
    }

    /// What is to be done, by the time zone of the windows.
    fn acts(&self, weighed: &Weighed) -> Vec<(Option<Zone>, Meant)> {
        let now = self.now();
        let mut zones: Vec<(Option<Zone>, Meant)> = Vec::new();
        for (record, zone, verdict) in &weighed.devices {
            if verdict.act.is_empty() || self.repair_board().holds(record.mac, now) {
                continue;
            }
            let meant = verdict.act.iter().cloned().collect();
            match zones.iter_mut().find(|(other, _)| other == zone) {
                Some((_, devices)) => drop(devices.insert(record.mac, meant)),
                None => zones.push((*zone, BTreeMap::from([(record.mac, meant)]))),
            }
        }
        zones
    }

    async fn repair_make(
        &self,
        policy: &PolicyRecord,
        zone: Option<Zone>,
        meant: Meant,
        seen: Option<JobId>,
    ) -> Result<Option<JobRecord>, Error> {
        let author = author(policy);
        let made = self.job_repair(&author, RepairDraft { policy, zone, meant: &meant, seen }).await?;
        for (mac, reason) in made.held {
            self.repair_board().hold(mac, self.now() + HELD);
            let paths: Vec<&SettingPath> = meant.get(&mac).into_iter().flatten().collect();
            self.tell_repair_left(policy, mac, &paths, reason).await?;
        }
        Ok(made.job)
    }

    /// Tells once what a policy leaves that somebody has to look at.
    async fn tell_left(&self, weighed: &Weighed) -> Result<(), Error> {
        for (record, _, verdict) in &weighed.devices {
            let mut by_reason: BTreeMap<String, Vec<&SettingPath>> = BTreeMap::new();
            for (path, why) in verdict.left.iter().filter(|(_, why)| is_worth_telling(*why)) {
                by_reason.entry(why.to_string()).or_default().push(path);
            }
            for (reason, paths) in by_reason {
                self.tell_repair_left(&weighed.policy, record.mac, &paths, reason).await?;
            }
        }
        Ok(())
    }

    async fn tell_repair_left(
        &self,
        policy: &PolicyRecord,
        mac: Mac,
        paths: &[&SettingPath],
        reason: String,
    ) -> Result<(), Error> {
        let paths = paths.iter().take(PATHS_IN_EVENT).map(ToString::to_string).collect();
        let event = FleetEvent::RepairLeft { policy: policy.name(), paths, reason };
        let now = self.now();
        // Most of them are known already, and this is cheaper than to write.
        let told = self.store().events_of_kind(mac, event.kind(), now - LOOK_BACK).await?;
        if told.iter().any(|told| told.event == event) {
            return Ok(());
        }
        let event = NewEvent::of_device(now, &author(policy), mac, event);
        self.publish(self.store().event_tell_once(event, now - LOOK_BACK).await?);
        Ok(())
    }
}
