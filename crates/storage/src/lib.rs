#![doc = include_str!("../README.md")]

mod columns;
mod error;
mod migrate;
mod postgres;
mod rows;
mod schema;
mod sqlite;
mod store;
mod tls;
mod url;

pub use error::{Error, Kind, Result};
pub use store::{Committed, DriftWrite, Options, StateWrite, StatusWrite, Store, UnitFinish};
pub use url::{DatabaseUrl, ParseUrlError, PostgresUrl};
