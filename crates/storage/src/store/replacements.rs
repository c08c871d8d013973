//! Devices in the place of others.

use std::collections::{BTreeMap, BTreeSet};

use capability_config::{SettingSelector, SettingValue};
use chrono::{DateTime, Utc};
use fleet_model::{
    DeviceRecord, JobId, LayerId, LayerRecord, LayerScope, ProfileId, ReplacementRecord, VariableRecord,
};
use shelly_types::Mac;

use super::{Result, Store, read, with_connection};
use crate::{
    columns::{StoredRecords, StoredReplacement},
    error::{Error, Kind},
};

/// Records that move with the end of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordsMove {
    /// The device of the unit takes the place of another.
    Replace(ReplacementWrite),
    /// What a job did is put back.
    PutBack {
        /// The job.
        job: JobId,
        /// Id of a layer that may have to be made.
        layer: LayerId,
        /// Now.
        at: DateTime<Utc>,
    },
}

/// A device that takes the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplacementWrite {
    /// The job that does it.
    pub job: JobId,
    /// The device that is retired.
    pub former: Mac,
    /// The device that takes its place.
    pub successor: Mac,
    /// Wishes of the former device alone, as they are for the other one.
    pub wishes: BTreeMap<SettingSelector, SettingValue>,
    /// Id of the layer that these become, if there is none yet.
    pub layer: LayerId,
    /// Now.
    pub at: DateTime<Utc>,
}

/// What a device would be and be under if it took the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// Its record.
    pub record: DeviceRecord,
    /// The layers it would be under.
    pub layers: Vec<LayerRecord>,
    /// The profiles it would be under.
    pub profiles: BTreeSet<ProfileId>,
    /// Every variable.
    pub variables: Vec<VariableRecord>,
}

impl Store {
    /// What a device would be if it took the place of another: does it, looks, and takes it back. None when one of both is
    /// not there.
    pub async fn replacement_foresee(&self, write: ReplacementWrite) -> Result<Option<Foreseen>> {
        let operation = "foresee a replacement";
        let at = |kind: Kind| Error::new(operation, kind);
        let write = self.seal_replacement(write).map_err(at)?;
        let seen = with_connection!(self, operation, writer, side, connection => {
            let mut transaction = side::Transaction::begin(connection, false).await?;
            let seen = side::replacements::foresee(transaction.connection(), &write).await;
            let seen = seen.map(|seen| seen.map(|seen| (seen.record, seen.layers, seen.profiles, seen.variables)));
            transaction.take_back(seen).await
        })?;
        let Some((record, layers, profiles, variables)) = seen else { return Ok(None) };
        let layers: Result<_, Kind> = layers.into_iter().map(|layer| self.open_layer(layer)).collect();
        let variables: Result<_, Kind> = variables.iter().map(|row| self.open_variable(row)).collect();
        Ok(Some(Foreseen { record, layers: layers.map_err(at)?, profiles, variables: variables.map_err(at)? }))
    }

    /// Replacements that a device was part of, newest first.
    pub async fn replacements_of(&self, mac: Mac) -> Result<Vec<ReplacementRecord>> {
        read!(self, "list replacements", replacements::of(mac))
    }

    /// A device, also one that was retired because another took its place.
    pub async fn device_kept(&self, mac: Mac) -> Result<Option<DeviceRecord>> {
        read!(self, "read a device", replacements::kept(mac))
    }

    pub(super) fn seal_records(&self, records: RecordsMove) -> Result<StoredRecords, Kind> {
        Ok(match records {
            RecordsMove::Replace(write) => StoredRecords::Replace(self.seal_replacement(write)?),
            RecordsMove::PutBack { job, layer, at } => StoredRecords::PutBack { job, layer, at },
        })
    }

    fn seal_replacement(&self, write: ReplacementWrite) -> Result<StoredReplacement, Kind> {
        let ReplacementWrite { job, former, successor, wishes, layer, at } = write;
        let scope = LayerScope::Device(successor);
        let sealed = wishes.into_iter().map(|(selector, value)| self.seal_setting(scope, selector, value));
        let wishes = sealed.collect::<Result<_, Kind>>()?;
        Ok(StoredReplacement { job, former, successor, layer, wishes, at })
    }
}
