//! Configuration history.

use fleet_model::{NewEvent, Page, PageRequest, SettingChange, SnapshotId, SnapshotRecord};
use secrets::Context;
use shelly_types::Mac;

use super::{Committed, Result, Store, read, write};
use crate::{
    columns::{StoredSnapshot, StoredWrite, decode_json},
    error::{Error, Kind},
};

const KEPT: Context<'static> = Context::new("snapshots", "kept", "");
const RAW: Context<'static> = Context::new("snapshots", "raw", "");

/// A configuration that was read, to be stored if the newest one of the device has another fingerprint or other components.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotWrite {
    /// The configuration.
    pub snapshot: SnapshotRecord,
    /// How it differs from another one. Where that is still the newest, it is not read again.
    pub since: Option<ChangesSince>,
    /// What is told when it is stored.
    pub event: Option<NewEvent>,
}

/// How the settings of a configuration differ from those of another one of its device.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangesSince {
    /// The other one.
    pub id: SnapshotId,
    /// Every setting that differs.
    pub settings: Vec<SettingChange>,
}

impl From<SnapshotRecord> for SnapshotWrite {
    fn from(snapshot: SnapshotRecord) -> Self {
        Self { snapshot, since: None, event: None }
    }
}

impl Store {
    /// Stores a configuration if it differs; says whether it did.
    pub async fn snapshot_append_if_changed(&self, write: SnapshotWrite) -> Result<Committed<bool>> {
        let sealed = self.seal_snapshot(write);
        write!(self, "store a configuration", snapshots::append_if_changed(&sealed))
    }

    /// A configuration, with the document as the device sent it.
    pub async fn snapshot_get(&self, id: SnapshotId) -> Result<Option<SnapshotRecord>> {
        let operation = "read a configuration";
        let found = read!(self, operation, snapshots::get(id))?;
        found.map(|stored| self.open_snapshot(stored)).transpose().map_err(|kind| Error::new(operation, kind))
    }

    /// The newest configuration of a device, without the document.
    pub async fn snapshot_latest(&self, mac: Mac) -> Result<Option<SnapshotRecord>> {
        let operation = "read the newest configuration";
        let found = read!(self, operation, snapshots::latest(mac))?;
        found.map(|stored| self.open_snapshot(stored)).transpose().map_err(|kind| Error::new(operation, kind))
    }

    /// Configurations that a device had, newest first, without the documents.
    pub async fn snapshots_page(&self, mac: Mac, page: PageRequest) -> Result<Page<SnapshotRecord>> {
        let operation = "read the history of a configuration";
        let Page { items, next } = read!(self, operation, snapshots::page(mac, &page))?;
        let items: Result<_, Kind> = items.into_iter().map(|stored| self.open_snapshot(stored)).collect();
        Ok(Page { items: items.map_err(|kind| Error::new(operation, kind))?, next })
    }

    pub(super) fn seal_snapshot(&self, write: SnapshotWrite) -> StoredWrite {
        let SnapshotWrite { mut snapshot, since, event } = write;
        let row = snapshot.id.to_string();
        let kept = serde_json::Value::from_iter(std::mem::take(&mut snapshot.kept));
        let raw = snapshot.raw.take();
        let stored = StoredSnapshot {
            kept: self.seal(&kept.to_string(), &Context { row: &row, ..KEPT }),
            raw: self.seal(&raw.to_string(), &Context { row: &row, ..RAW }),
            snapshot,
        };
        StoredWrite { stored, since, event }
    }

    fn open_snapshot(&self, stored: StoredSnapshot) -> Result<SnapshotRecord, Kind> {
        let StoredSnapshot { mut snapshot, kept, raw } = stored;
        let row = snapshot.id.to_string();
        snapshot.kept = decode_json("snapshots", "kept", &row, self.unseal(&kept, &KEPT, &row)?.expose())?;
        if !raw.is_empty() {
            snapshot.raw = decode_json("snapshots", "raw", &row, self.unseal(&raw, &RAW, &row)?.expose())?;
        }
        Ok(snapshot)
    }
}
