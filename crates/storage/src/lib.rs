#![doc = include_str!("../README.md")]
#![expect(clippy::duplicate_mod, reason = "the queries are written once and compiled for each database")]

mod columns;
mod error;
mod kept;
mod migrate;
mod postgres;
mod rows;
mod schema;
mod sqlite;
mod store;
mod tls;
mod url;

pub use error::{Error, Kind, Result};
pub use store::{
    Amount, ChangesSince, Claim, Committed, DriftWrite, Foreseen, JobWrite, NewestSettings, Old, Options, RecordsMove,
    RepairClaim, RepairsSeen, ReplacementWrite, SnapshotWrite, StateWrite, StatusWrite, Store, TaskSecrets, UnitFinish,
    UnitHold, UnitProgress, UnitStep, UpkeepClaim,
};
pub use url::{DatabaseUrl, ParseUrlError, PostgresUrl};
