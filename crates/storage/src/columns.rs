//! Reads and writes what stands in columns: instants, words, numbers, JSON and sealed parts.

use std::str::FromStr;

use capability_config::SettingSelector;
use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use fleet_model::{JobId, LayerId, LayerRecord, NewEvent, SnapshotRecord};
use serde::{Serialize, de::DeserializeOwned};
use shelly_types::Mac;

use crate::{
    error::Kind,
    store::{ChangesSince, UnitProgress},
};

/// A snapshot whose `kept` and `raw` are still sealed.
#[derive(Debug)]
pub(crate) struct StoredSnapshot {
    /// The rest of it.
    pub(crate) snapshot: SnapshotRecord,
    /// Sealed JSON.
    pub(crate) kept: String,
    /// Sealed JSON.
    pub(crate) raw: String,
}

/// A snapshot to store.
#[derive(Debug)]
pub(crate) struct StoredWrite {
    pub(crate) stored: StoredSnapshot,
    pub(crate) since: Option<ChangesSince>,
    pub(crate) event: Option<NewEvent>,
}

/// Progress of a unit whose snapshot is sealed.
#[derive(Debug)]
pub(crate) struct StoredProgress {
    /// The rest of it.
    pub(crate) progress: UnitProgress,
    /// The configuration that was read.
    pub(crate) snapshot: Option<StoredWrite>,
    /// The records that move.
    pub(crate) records: Option<StoredRecords>,
}

/// Records that move from one device to another, or back.
#[derive(Debug)]
pub(crate) enum StoredRecords {
    Replace(StoredReplacement),
    PutBack { job: JobId, layer: LayerId, at: DateTime<Utc> },
}

/// A device that takes the place of another, with its wishes sealed.
#[derive(Debug)]
pub(crate) struct StoredReplacement {
    pub(crate) job: JobId,
    pub(crate) former: Mac,
    pub(crate) successor: Mac,
    pub(crate) layer: LayerId,
    pub(crate) wishes: Vec<StoredSetting>,
    pub(crate) at: DateTime<Utc>,
}

/// A layer whose settings are still as they stand in their rows.
#[derive(Debug)]
pub(crate) struct StoredLayer {
    /// The layer without settings.
    pub(crate) layer: LayerRecord,
    /// Its settings.
    pub(crate) settings: Vec<StoredSetting>,
}

/// A wish as it stands in its row.
#[derive(Debug)]
pub(crate) struct StoredSetting {
    /// What is set.
    pub(crate) selector: SettingSelector,
    /// JSON, or sealed text.
    pub(crate) value: String,
    /// Which of the two.
    pub(crate) sealed: bool,
}

/// The row and column that a value stands in, for the error when it does not fit.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Table.
    pub(crate) table: &'static str,
    /// Key of the row.
    pub(crate) id: &'a str,
}

impl Place<'_> {
    /// A word, id, MAC or path.
    pub(crate) fn parse<T>(self, column: &'static str, text: &str) -> Result<T, Kind>
    where
        T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        text.parse().map_err(|error| corrupt(self.table, column, self.id, error))
    }

    /// A number that must fit a smaller type.
    pub(crate) fn number<T>(self, column: &'static str, number: i64) -> Result<T, Kind>
    where
        T: TryFrom<i64, Error: std::error::Error + Send + Sync + 'static>,
    {
        T::try_from(number).map_err(|error| corrupt(self.table, column, self.id, error))
    }

    /// JSON.
    pub(crate) fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T, Kind> {
        decode_json(self.table, column, self.id, text)
    }
}

pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    id: &str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Kind {
    Kind::Corrupt { table, column, id: id.to_owned(), source: error.into() }
}

pub(crate) fn decode_json<T: DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    id: &str,
    text: &str,
) -> Result<T, Kind> {
    // The text of a JSON error can quote the value; the position alone is enough and shows no secret.
    serde_json::from_str(text).map_err(|error| {
        let position = format!("not the expected JSON, at line {} column {}", error.line(), error.column());
        corrupt(table, column, id, position)
    })
}

pub(crate) fn encode_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Kind> {
    serde_json::to_string(value).map_err(Kind::backend)
}

/// An instant as it is stored: UTC, whole microseconds.
pub(crate) fn time(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc().trunc_subsecs(6)
}

/// The number of something, as it is stored.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
