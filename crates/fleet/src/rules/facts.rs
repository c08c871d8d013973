//! What rules look at, from the database. The settings that rules read are kept until a device has a new configuration.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use capability_config::{SettingPath, Settings};
use fleet_model::{DeviceRecord, SnapshotId};
use good_order::{DeviceFacts, Reads, is_read};
use shelly_types::{ComponentKey, DeviceStatus, Mac};

use crate::{Error, Fleet};

/// Configurations read at once.
const AT_ONCE: usize = 200;

/// What is kept of the newest configuration of a device.
#[derive(Debug)]
pub(crate) struct KeptFacts {
    snapshot: SnapshotId,
    kept: Kept,
    components: Arc<[ComponentKey]>,
    settings: Arc<Settings>,
}

/// Which settings are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    /// What the built-in rules read, and these.
    Also(Arc<BTreeSet<SettingPath>>),
    Everything,
}

impl Kept {
    fn for_reads<'a>(reads: impl Iterator<Item = &'a Reads>) -> Self {
        let mut also = BTreeSet::new();
        for reads in reads {
            match reads {
                Reads::Everything => return Self::Everything,
                Reads::Paths(paths) => also.extend(paths.iter().filter_map(|path| path.parse().ok())),
            }
        }
        Self::Also(Arc::new(also))
    }

    fn keeps(&self, path: &SettingPath) -> bool {
        match self {
            Self::Everything => true,
            Self::Also(paths) => is_read(path) || paths.contains(path),
        }
    }
}

impl Fleet {
    /// What is known of all devices; the readings only of the one that is asked for, if one is.
    pub(super) async fn facts<'a>(
        &self,
        only: Option<Mac>,
        reads: impl Iterator<Item = &'a Reads>,
    ) -> Result<Vec<DeviceFacts>, Error> {
        let kept = Kept::for_reads(reads);
        let records = self.store().devices_all().await?;
        let with_password = self.store().devices_with_password().await?;
        let configurations = self.newest_configurations(&kept).await?;
        let macs = only.map_or_else(|| records.iter().map(|record| record.mac).collect(), |mac| vec![mac]);
        let statuses = self.statuses_of(macs).await?;
        let mut statuses: HashMap<Mac, DeviceStatus> =
            statuses.into_iter().map(|record| (record.mac, record.status)).collect();
        let facts = |record: DeviceRecord| {
            let known = configurations.get(&record.mac);
            let is_password_known = record.credential_id.is_some() || with_password.contains(&record.mac);
            of(record, is_password_known, known.map(AsRef::as_ref), &mut statuses)
        };
        Ok(records.into_iter().map(facts).collect())
    }

    /// The newest configuration of each device. Only those that are new, or were kept otherwise, are read.
    async fn newest_configurations(&self, kept: &Kept) -> Result<HashMap<Mac, Arc<KeptFacts>>, Error> {
        let newest = self.store().snapshots_newest().await?;
        let mut known: HashMap<Mac, Arc<KeptFacts>> = self.kept_facts(|all| {
            let still = |&(mac, id): &(Mac, SnapshotId)| {
                let facts = all.get(&mac).filter(|facts| facts.snapshot == id && facts.kept == *kept)?;
                Some((mac, Arc::clone(facts)))
            };
            newest.iter().filter_map(still).collect()
        });
        let missing: Vec<SnapshotId> =
            newest.iter().filter(|(mac, _)| !known.contains_key(mac)).map(|(_, id)| *id).collect();
        for ids in missing.chunks(AT_ONCE) {
            for found in self.store().snapshot_settings(ids.to_vec()).await? {
                let settings = found.settings.into_iter().filter(|(path, _)| kept.keeps(path)).collect();
                let facts = KeptFacts {
                    snapshot: found.id,
                    kept: kept.clone(),
                    components: found.components.into(),
                    settings: Arc::new(settings),
                };
                known.insert(found.mac, Arc::new(facts));
            }
        }
        self.kept_facts(|all| all.clone_from(&known));
        Ok(known)
    }
}

fn of(
    record: DeviceRecord,
    is_password_known: bool,
    known: Option<&KeptFacts>,
    statuses: &mut HashMap<Mac, DeviceStatus>,
) -> DeviceFacts {
    let is_text = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    DeviceFacts {
        mac: record.mac,
        name: record.display_name(),
        is_named: is_text(&record.label) || is_text(&record.name),
        auth_required: record.auth_required,
        is_password_known,
        sleeps: record.sleeps,
        groups: record.groups.into_iter().map(|group| group.name).collect(),
        components: known.map_or_else(|| Arc::from([]), |known| Arc::clone(&known.components)),
        settings: known.map(|known| Arc::clone(&known.settings)).unwrap_or_default(),
        status: statuses.remove(&record.mac),
        model: record.model,
        generation: record.generation,
        firmware: record.firmware,
        app: record.app,
        host_name: record.host_name,
        endpoint: record.endpoint,
        profile: record.profile,
    }
}
