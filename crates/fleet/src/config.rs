//! The configuration of a device: read, kept, and compared with the wish.

use std::hash::{DefaultHasher, Hash, Hasher};

use capability_config::{ResourceKind, SettingPath, Support};
use fleet_model::{
    Actor, DeviceRecord, FleetEvent, NewEvent, Page, PageRequest, Permission, SettingChange, SnapshotCause, SnapshotId,
    SnapshotRecord, setting_changes,
};
use shelly_driver::Configuration;
use shelly_types::{ComponentKey, Mac};
use storage::{ChangesSince, SnapshotWrite};
use sync_engine::{Drift, Fingerprint, Observed, Resolution, diff};
use templating::Trouble;

use crate::{
    Error, Fleet,
    resources::{Interest, Kinds},
    wishes::Wishes,
};

/// Settings named in an event; the rest is counted.
const PATHS_IN_EVENT: usize = 20;

/// What a device has, what it should have, and what differs.
#[derive(Debug, Clone)]
pub struct ConfigOfDevice {
    /// The device.
    pub record: DeviceRecord,
    /// The configuration it had when it was read last.
    pub snapshot: Option<SnapshotRecord>,
    /// What it should have.
    pub resolution: Resolution,
    /// What differs.
    pub drift: Drift,
    /// Templates that cannot be rendered for it. Nothing is planned for it while there are any.
    pub troubles: Vec<Trouble>,
}

/// Tells the newest stored configuration of a device from another, so that an equal one is not even read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeptSnapshot {
    fingerprint: Fingerprint,
    components: u64,
}

impl KeptSnapshot {
    fn of(fingerprint: Fingerprint, components: &[ComponentKey]) -> Self {
        let mut hasher = DefaultHasher::new();
        components.hash(&mut hasher);
        Self { fingerprint, components: hasher.finish() }
    }
}

/// A stored configuration and how it differs from the one before.
#[derive(Debug, Clone)]
pub struct SnapshotWithChanges {
    /// The configuration.
    pub snapshot: SnapshotRecord,
    /// Settings with the value before and after.
    pub changes: Vec<SettingChange>,
}

impl Fleet {
    /// What is known, wished and different about a device's configuration.
    pub async fn device_config(&self, actor: &Actor, mac: Mac) -> Result<ConfigOfDevice, Error> {
        Self::authorize(actor, Permission::Read)?;
        let wishes = self.wishes(&[mac]).await?;
        let record = wishes.expect(mac)?.clone();
        let snapshot = self.store().snapshot_latest(mac).await?;
        let (resolution, drift) = match &snapshot {
            Some(snapshot) => {
                let observed = wishes.with_proofs(mac, observed_of(&record, snapshot));
                self.compare(&wishes, mac, &observed)
            }
            None => (wishes.resolve(mac, &[]), Drift::default()),
        };
        let components = snapshot.as_ref().map(|snapshot| snapshot.components.as_slice()).unwrap_or_default();
        let troubles = wishes.resolve_told(mac, components).1;
        Ok(ConfigOfDevice { record, snapshot, resolution, drift, troubles })
    }

    /// Reads a device's configuration now, with the resources of which something is wished.
    pub async fn device_config_pull(&self, actor: &Actor, mac: Mac) -> Result<ConfigOfDevice, Error> {
        self.pull(actor, mac, Kinds::new()).await
    }

    /// Reads the whole device now, with every script, stored value, schedule, webhook and virtual component (F1).
    pub async fn device_snapshot(&self, actor: &Actor, mac: Mac) -> Result<ConfigOfDevice, Error> {
        self.pull(actor, mac, ResourceKind::ALL.into_iter().collect()).await
    }

    async fn pull(&self, actor: &Actor, mac: Mac, also: Kinds) -> Result<ConfigOfDevice, Error> {
        Self::authorize(actor, Permission::Read)?;
        let wishes = self.wishes(&[mac]).await?;
        let record = wishes.expect(mac)?;
        let mut turn = self.lanes().person(mac).await;
        let wanted = self.wanted(&wishes, mac, &also).await?;
        let reading = self.read_all(&mut turn, record, wanted).await?;
        drop(turn);
        let read = reading.configuration;
        let interest = Interest::of(&wishes, mac, &also);
        self.snapshot(actor, mac, &read, SnapshotCause::Pull, &interest).await?;
        let (_, drift) = self.compare(&wishes, mac, &wishes.with_proofs(mac, read.observed));
        self.drifts_store(vec![self.drift_news(record, &drift)]).await?;
        let known = self.drift_known(&[mac]).await?;
        let known = known.get(&mac).map(Vec::as_slice).unwrap_or_default();
        self.drift_remember(record, &drift, known, &wishes.leniency(mac)).await?;
        self.device_config(actor, mac).await
    }

    /// Stored configurations of a device, newest first.
    pub async fn device_config_history(
        &self,
        actor: &Actor,
        mac: Mac,
        page: &PageRequest,
    ) -> Result<Page<SnapshotWithChanges>, Error> {
        Self::authorize(actor, Permission::Read)?;
        self.record_kept(mac).await?;
        let found = self.store().snapshots_page(mac, page.clone()).await?;
        let before_oldest = match &found.next {
            Some(cursor) => {
                let rest = PageRequest { cursor: Some(cursor.clone()), limit: Some(1) };
                self.store().snapshots_page(mac, rest).await?.items.pop()
            }
            None => None,
        };
        let befores = found.items.iter().skip(1).map(Some).chain([before_oldest.as_ref()]);
        let items = found.items.iter().zip(befores).map(|(snapshot, before)| SnapshotWithChanges {
            snapshot: snapshot.clone(),
            changes: before.map(|before| setting_changes(&before.settings, &snapshot.settings)).unwrap_or_default(),
        });
        Ok(Page { items: items.collect(), next: found.next.clone() })
    }

    /// Keeps a configuration that was just read, if it differs from the one before.
    pub(crate) async fn snapshot(
        &self,
        actor: &Actor,
        mac: Mac,
        read: &Configuration,
        cause: SnapshotCause,
        interest: &Interest,
    ) -> Result<(), Error> {
        let kept = KeptSnapshot::of(read.observed.fingerprint(), &read.observed.components);
        if self.kept_snapshots(|all| all.get(&mac) == Some(&kept)) {
            return Ok(());
        }
        let newest = self.store().snapshot_latest(mac).await?;
        let (write, kept) = self.snapshot_of(actor, mac, read, cause, newest.as_ref(), interest);
        self.publish(self.store().snapshot_append_if_changed(write).await?.events);
        self.kept_snapshots(|all| all.insert(mac, kept));
        Ok(())
    }

    /// A configuration that was just read, with the news about it against the newest one that is stored; and what it is
    /// known by when it is read again.
    pub(crate) fn snapshot_of(
        &self,
        actor: &Actor,
        mac: Mac,
        read: &Configuration,
        cause: SnapshotCause,
        newest: Option<&SnapshotRecord>,
        interest: &Interest,
    ) -> (SnapshotWrite, KeptSnapshot) {
        let (id, now) = (SnapshotId::new(self.ids()), self.now());
        let mut snapshot = SnapshotRecord::of(id, mac, now, cause, &read.observed, read.raw.document());
        let kept = KeptSnapshot::of(snapshot.fingerprint.clone(), &snapshot.components);
        if let Some(newest) = newest {
            snapshot.keep_unread(newest, |resource| interest.is_in(resource));
        }
        let since = newest.map(|before| ChangesSince {
            id: before.id,
            settings: setting_changes(&before.settings, &snapshot.settings),
        });
        let changed = since.as_ref().map(|since| since.settings.as_slice()).unwrap_or_default();
        let event = (!changed.is_empty()).then(|| {
            let paths = changed.iter().take(PATHS_IN_EVENT).map(|(path, ..)| path.to_string()).collect();
            let count = u32::try_from(changed.len()).unwrap_or(u32::MAX);
            NewEvent::of_device(now, actor, mac, FleetEvent::ConfigChanged { paths, count })
        });
        (SnapshotWrite { snapshot, since, event }, kept)
    }

    /// What a device should have, and what differs.
    pub(crate) fn compare(&self, wishes: &Wishes, mac: Mac, observed: &Observed) -> (Resolution, Drift) {
        let resolution = wishes.resolve(mac, &observed.components);
        let mut drift = diff(&resolution, observed, &self.digester(mac));
        drift.waive(|path| wishes.lets_be(mac, path));
        let leniency = wishes.leniency(mac);
        if !leniency.is_empty() {
            drift.ignore(|difference| leniency.lets(difference));
        }
        (resolution, drift)
    }

    /// Makes digests of the secrets of one device.
    pub(crate) fn digester(&self, mac: Mac) -> impl Fn(&SettingPath, &str) -> String + Sync + use<> {
        let digester = self.keyring().digester();
        move |path: &SettingPath, secret: &str| digester.digest(&format!("{mac}/{path}"), secret).as_str().to_owned()
    }
}

/// What a stored configuration showed, with what is known about its device.
pub(crate) fn observed_of(record: &DeviceRecord, snapshot: &SnapshotRecord) -> Observed {
    let components = snapshot.components.iter().cloned();
    let support = Support::new(record.generation, record.model.clone(), record.firmware.clone(), components);
    Observed::new(snapshot.components.clone(), snapshot.settings.clone(), support)
}
