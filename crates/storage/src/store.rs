//! The one door to the database: a cloneable handle whose methods begin with the noun.

mod credentials;
mod devices;
mod events;
mod groups;
mod layers;
mod plans;
mod proofs;
mod scans;
mod sightings;
mod snapshots;
mod status;
mod tokens;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use fleet_model::EventRecord;
use secrets::{Context, Keyring, Sealed, Secret};

pub use devices::{DriftWrite, StateWrite};
pub use plans::{UnitFinish, UnitProgress, UnitStep};
pub use status::StatusWrite;

use crate::{
    DatabaseUrl,
    columns::corrupt,
    error::{Error, Kind, Result},
    migrate, postgres, sqlite,
};

/// The database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    keyring: Keyring,
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections that only read (SQLite), or all connections (PostgreSQL).
    pub connections: usize,
    /// How long a write waits for another program that writes to the same file (SQLite).
    pub busy_timeout: Duration,
    /// How long a caller waits for a free connection.
    pub acquire_timeout: Duration,
    /// Where the copy is put that is made before a SQLite file is migrated; beside the file when absent.
    pub copies: Option<PathBuf>,
}

/// A write that was committed.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "events that were committed want to be published"]
pub struct Committed<T> {
    /// What the write gives.
    pub value: T,
    /// The events that were appended with it, with their sequence numbers.
    pub events: Vec<EventRecord>,
}

#[derive(Clone)]
enum Pools {
    Sqlite(Arc<sqlite::Pools>),
    Postgres(Arc<postgres::Pools>),
}

/// Runs a query on a connection that reads.
macro_rules! read {
    ($store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut connection = pools.reader().await?;
                    $crate::sqlite::$module::$query(&mut connection, $($argument),*).await
                })
                .await
            }
            $crate::store::Pools::Postgres(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut connection = pools.reader().await?;
                    $crate::postgres::$module::$query(&mut connection, $($argument),*).await
                })
                .await
            }
        }
    };
}

/// Runs a query in a transaction. With `events`, they are appended in it and the answer is a [`Committed`].
macro_rules! write {
    ($store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::write!(@ $store, $operation, writer, connection,
            $module::$query(connection, $($argument),*))
    };
    (relaxed $store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::write!(@ $store, $operation, relaxed_writer, connection,
            $module::$query(connection, $($argument),*))
    };
    (@ $store:expr, $operation:expr, $writer:ident, $connection:ident,
        $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut transaction = pools.$writer().await?;
                    let $connection = transaction.connection();
                    let result = $crate::sqlite::$module::$query($($argument),*).await;
                    transaction.finish(result).await
                })
                .await
            }
            $crate::store::Pools::Postgres(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut transaction = pools.$writer().await?;
                    let $connection = transaction.connection();
                    let result = $crate::postgres::$module::$query($($argument),*).await;
                    transaction.finish(result).await
                })
                .await
            }
        }
    };
}

/// Runs a query in a transaction and appends `events` in the same one.
macro_rules! write_with_events {
    ($store:expr, $operation:expr, $events:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        match &$store.pools {
            $crate::store::Pools::Sqlite(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut transaction = pools.writer().await?;
                    let connection = transaction.connection();
                    let result = match $crate::sqlite::$module::$query(connection, $($argument),*).await {
                        Ok(value) => $crate::sqlite::events::append(connection, &$events)
                            .await
                            .map(|events| $crate::Committed { value, events }),
                        Err(error) => Err(error),
                    };
                    transaction.finish(result).await
                })
                .await
            }
            $crate::store::Pools::Postgres(pools) => {
                let pools = std::sync::Arc::clone(pools);
                $crate::store::detached($operation, async move {
                    let mut transaction = pools.writer().await?;
                    let connection = transaction.connection();
                    let result = match $crate::postgres::$module::$query(connection, $($argument),*).await {
                        Ok(value) => $crate::postgres::events::append(connection, &$events)
                            .await
                            .map(|events| $crate::Committed { value, events }),
                        Err(error) => Err(error),
                    };
                    transaction.finish(result).await
                })
                .await
            }
        }
    };
}

use {read, write, write_with_events};

impl Store {
    /// Opens the database, after bringing its schema up to this program.
    ///
    /// A database of a newer program is refused ([`Kind::NewerSchema`]).
    pub async fn open(url: &DatabaseUrl, keyring: Keyring, options: Options) -> Result<Self> {
        let operation = "open the database";
        let at = |kind| Error::new(operation, kind);
        migrate::run(url, &options).await.map_err(at)?;
        let pools = match url {
            DatabaseUrl::Sqlite(path) => {
                Pools::Sqlite(Arc::new(sqlite::Pools::open(path, &options).await.map_err(at)?))
            }
            DatabaseUrl::Postgres(config) => {
                Pools::Postgres(Arc::new(postgres::Pools::open(config, &options).await.map_err(at)?))
            }
        };
        Ok(Self { pools, keyring })
    }

    /// The keys that seal what is stored.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Which database it is: `sqlite` or `postgres`.
    pub fn database_kind(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite(_) => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    fn seal(&self, plaintext: &str, context: &Context<'_>) -> String {
        self.keyring.seal(plaintext, context, &mut rand::rng()).as_str().to_owned()
    }

    fn unseal(&self, sealed: &str, context: &Context<'static>, row: &str) -> Result<Secret<String>, Kind> {
        let (table, column) = (context.table, context.column);
        self.keyring
            .open_sealed(&Sealed::from_stored(sealed), &Context { row, ..*context })
            .map_err(|error| corrupt(table, column, row, error))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("database", &self.database_kind()).finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 4,
            busy_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(30),
            copies: None,
        }
    }
}

impl<T> Committed<T> {
    /// The same write with its value changed by `change`.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Committed<U> {
        Committed { value: change(self.value), events: self.events }
    }
}

/// Runs `work` to its end even when the caller goes away: an interrupted statement would leave its connection unusable.
async fn detached<T: Send + 'static>(
    operation: &'static str,
    work: impl Future<Output = Result<T, Kind>> + Send + 'static,
) -> Result<T> {
    match tokio::spawn(work).await {
        Ok(result) => result.map_err(|kind| Error::new(operation, kind)),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Err(Error::new(operation, Kind::Backend(Box::new(cancelled)))),
        },
    }
}
