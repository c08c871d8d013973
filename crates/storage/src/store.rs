//! The one door to the database: a cloneable handle whose methods begin with the noun.

mod agent_sightings;
mod agent_tasks;
mod agents;
mod credentials;
mod devices;
mod drift;
mod events;
mod expected;
mod groups;
mod jobs;
mod layers;
mod locations;
mod networks;
mod passwords;
mod profiles;
mod proofs;
mod repairs;
mod replacements;
mod retention;
mod rules;
mod scans;
mod sightings;
mod snapshots;
mod status;
mod tokens;
mod variables;

use std::{path::PathBuf, sync::Arc, time::Duration};

use fleet_model::EventRecord;
use secrets::{Context, Keyring, Sealed, Secret};

pub use agent_tasks::TaskSecrets;
pub use devices::{DriftWrite, StateWrite};
pub use jobs::{Claim, JobWrite, UnitFinish, UnitHold, UnitProgress, UnitStep};
pub(crate) use passwords::PasswordEnd;
pub use repairs::{RepairClaim, RepairsSeen};
pub use replacements::{Foreseen, RecordsMove, ReplacementWrite};
pub use retention::{Amount, Old, UpkeepClaim};
pub use rules::NewestSettings;
pub use snapshots::{ChangesSince, SnapshotWrite};
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

/// Does `$work` with a connection of either database, to its end even when the caller goes away: an interrupted
/// statement would leave its connection unusable. `$side` is the module of the database.
macro_rules! with_connection {
    ($store:expr, $operation:expr, $get:ident, $side:ident, $connection:ident => $work:expr) => {{
        let done = match &$store.pools {
            $crate::store::Pools::Sqlite(pools) => {
                use $crate::sqlite as $side;
                match pools.$get().await {
                    Ok($connection) => $side::to_the_end(Box::pin(async move { $work })).await,
                    Err(kind) => Err(kind),
                }
            }
            $crate::store::Pools::Postgres(pools) => {
                use $crate::postgres as $side;
                match pools.$get().await {
                    Ok($connection) => $side::to_the_end(Box::pin(async move { $work })).await,
                    Err(kind) => Err(kind),
                }
            }
        };
        done.map_err(|kind| $crate::Error::new($operation, kind))
    }};
}

/// Runs a query on a connection that reads.
macro_rules! read {
    ($store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::with_connection!($store, $operation, reader, side, connection => {
            let mut connection = connection;
            side::$module::$query(&mut connection, $($argument),*).await
        })
    };
}

/// Runs a query in a transaction.
macro_rules! write {
    ($store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::write!(@ $store, $operation, false, $module::$query($($argument),*))
    };
    (relaxed $store:expr, $operation:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::write!(@ $store, $operation, true, $module::$query($($argument),*))
    };
    (@ $store:expr, $operation:expr, $relaxed:expr, $module:ident::$query:ident($($argument:expr),*)) => {
        $crate::store::with_connection!($store, $operation, writer, side, connection => {
            let mut transaction = side::Transaction::begin(connection, $relaxed).await?;
            let result = side::$module::$query(transaction.connection(), $($argument),*).await;
            transaction.finish(result).await
        })
    };
}

/// Runs a query in a transaction and appends `events` in the same one.
macro_rules! write_with_events {
    ($store:expr, $operation:expr, $events:expr, $module:ident::$query:ident($($argument:expr),* $(,)?)) => {
        $crate::store::with_connection!($store, $operation, writer, side, connection => {
            let mut transaction = side::Transaction::begin(connection, false).await?;
            let connection = transaction.connection();
            let result = match side::$module::$query(connection, $($argument),*).await {
                Ok(value) => side::events::append(connection, &$events)
                    .await
                    .map(|events| $crate::Committed { value, events }),
                Err(error) => Err(error),
            };
            transaction.finish(result).await
        })
    };
}

use with_connection;
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
        let store = Self { pools, keyring };
        while store.index_renew_some().await? > 0 {}
        Ok(store)
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

    /// Derives anew what queries look for, for some devices of an older program; says how many.
    async fn index_renew_some(&self) -> Result<usize> {
        write!(self, "index devices", index::renew_some())
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

/// What became of work that ran on its own; a panic goes on in its caller.
pub(crate) fn ended<T>(joined: Result<Result<T, Kind>, tokio::task::JoinError>) -> Result<T, Kind> {
    match joined.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(cancelled)) => Err(Kind::Backend(Box::new(cancelled))),
    }
}
