//! The SQLite side: one connection that writes, several that read, and the queries compiled for them.

mod among;
mod connection;
mod dialect;

#[path = "queries/agent_sightings.rs"]
pub(crate) mod agent_sightings;
#[path = "queries/agent_tasks.rs"]
pub(crate) mod agent_tasks;
#[path = "queries/agents.rs"]
pub(crate) mod agents;
#[path = "queries/credentials.rs"]
pub(crate) mod credentials;
#[path = "queries/devices.rs"]
pub(crate) mod devices;
#[path = "queries/drift.rs"]
pub(crate) mod drift;
#[path = "queries/events.rs"]
pub(crate) mod events;
#[path = "queries/expected.rs"]
pub(crate) mod expected;
#[path = "queries/groups.rs"]
pub(crate) mod groups;
#[path = "queries/index.rs"]
pub(crate) mod index;
#[path = "queries/jobs.rs"]
pub(crate) mod jobs;
#[path = "queries/layers.rs"]
pub(crate) mod layers;
#[path = "queries/locations.rs"]
pub(crate) mod locations;
#[path = "queries/membership.rs"]
mod membership;
#[path = "queries/networks.rs"]
pub(crate) mod networks;
#[path = "queries/passwords.rs"]
pub(crate) mod passwords;
#[path = "queries/profiles.rs"]
pub(crate) mod profiles;
#[path = "queries/proofs.rs"]
pub(crate) mod proofs;
#[path = "queries/repairs.rs"]
pub(crate) mod repairs;
#[path = "queries/replacements.rs"]
pub(crate) mod replacements;
#[path = "queries/retention.rs"]
pub(crate) mod retention;
#[path = "queries/rules.rs"]
pub(crate) mod rules;
#[path = "queries/scans.rs"]
pub(crate) mod scans;
#[path = "queries/selection.rs"]
mod selection;
#[path = "queries/sightings.rs"]
pub(crate) mod sightings;
#[path = "queries/snapshots.rs"]
pub(crate) mod snapshots;
#[path = "queries/status.rs"]
pub(crate) mod status;
#[path = "queries/tokens.rs"]
pub(crate) mod tokens;
#[path = "queries/units.rs"]
pub(crate) mod units;
#[path = "queries/upkeep.rs"]
pub(crate) mod upkeep;
#[path = "queries/variables.rs"]
pub(crate) mod variables;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use among::among;
pub(crate) use connection::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel_async::{
    AsyncConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use futures::{FutureExt, future::BoxFuture};

use crate::{Options, error::Kind, store::ended};

/// The database; the queries are written against this name.
pub(crate) type Backend = diesel::sqlite::Sqlite;

/// Runs a query on a thread that may block, to its end even when the caller goes away.
pub(crate) async fn to_the_end<T: Send + 'static>(work: BoxFuture<'static, Result<T, Kind>>) -> Result<T, Kind> {
    ended(tokio::task::spawn_blocking(move || futures::executor::block_on(work)).await)
}

/// What was committed is on disk.
const DURABLE: &str = "PRAGMA synchronous = FULL";
/// What was committed may still be lost when the power fails; the file stays whole.
const RELAXED: &str = "PRAGMA synchronous = NORMAL";

/// Pages that a connection keeps in memory. The system keeps the file in memory as well, for all of them.
const READER_CACHE_KIB: u32 = 256;
const WRITER_CACHE_KIB: u32 = 1024;

/// The connections to one file.
pub(crate) struct Pools {
    writer: Pool<Connection>,
    readers: Pool<Connection>,
    acquire_timeout: Duration,
    is_relaxed: Arc<AtomicBool>,
}

/// The writing connection, and whether its last transaction was a relaxed one: then the next of that kind need not say so.
pub(crate) struct Writer {
    connection: Object<Connection>,
    is_relaxed: Arc<AtomicBool>,
}

/// The writing connection within a transaction.
pub(crate) struct Transaction {
    connection: Object<Connection>,
}

impl Pools {
    pub(crate) async fn open(path: &Path, options: &Options) -> Result<Self, Kind> {
        let pools = Self {
            writer: pool(text(path)?, 1, setup(options.busy_timeout, false))?,
            readers: pool(text(path)?, options.connections.max(1), setup(options.busy_timeout, true))?,
            acquire_timeout: options.acquire_timeout,
            is_relaxed: Arc::default(),
        };
        drop(pools.get(&pools.writer).await?);
        Ok(pools)
    }

    pub(crate) async fn reader(&self) -> Result<Object<Connection>, Kind> {
        self.get(&self.readers).await
    }

    /// The connection that writes.
    pub(crate) async fn writer(&self) -> Result<Writer, Kind> {
        Ok(Writer { connection: self.get(&self.writer).await?, is_relaxed: Arc::clone(&self.is_relaxed) })
    }

    async fn get(&self, pool: &Pool<Connection>) -> Result<Object<Connection>, Kind> {
        match tokio::time::timeout(self.acquire_timeout, pool.get()).await {
            Ok(connection) => connection.map_err(Kind::backend),
            Err(_) => Err(Kind::Busy),
        }
    }
}

impl Transaction {
    /// Begins. What a `relaxed` one commits may be lost when the power fails; the file stays whole.
    #[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server")]
    pub(crate) async fn begin(writer: Writer, relaxed: bool) -> Result<Self, Kind> {
        let Writer { mut connection, is_relaxed } = writer;
        // A connection in the place of a broken one begins as a durable one, which is never too little.
        if is_relaxed.load(Ordering::Relaxed) != relaxed {
            connection.inner().batch_execute(if relaxed { RELAXED } else { DURABLE })?;
            is_relaxed.store(relaxed, Ordering::Relaxed);
        }
        // Taking the lock at once lets SQLite wait for another program; taking it at the first write would not.
        AnsiTransactionManager::begin_transaction_sql(connection.inner(), "BEGIN IMMEDIATE")?;
        Ok(Self { connection })
    }

    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Commits what went well and takes back what did not.
    #[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server")]
    pub(crate) async fn finish<T>(mut self, result: Result<T, Kind>) -> Result<T, Kind> {
        let ended = if result.is_ok() {
            AnsiTransactionManager::commit_transaction(self.connection.inner())
        } else {
            AnsiTransactionManager::rollback_transaction(self.connection.inner())
        };
        let value = result?;
        ended?;
        Ok(value)
    }

    /// Takes everything back, and gives what was seen meanwhile.
    #[expect(clippy::unused_async, reason = "PostgreSQL has to ask its server")]
    pub(crate) async fn take_back<T>(mut self, result: Result<T, Kind>) -> Result<T, Kind> {
        let ended = AnsiTransactionManager::rollback_transaction(self.connection.inner());
        let value = result?;
        ended?;
        Ok(value)
    }
}

/// The path as diesel takes it.
pub(crate) fn text(path: &Path) -> Result<&str, Kind> {
    path.to_str().ok_or(Kind::Invalid { reason: "the path of the database is not UTF-8" })
}

/// What every connection begins with.
pub(crate) fn setup(busy_timeout: Duration, read_only: bool) -> String {
    format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; PRAGMA query_only = {};",
        busy_timeout.as_millis(),
        if read_only { READER_CACHE_KIB } else { WRITER_CACHE_KIB },
        if read_only { "ON" } else { "OFF" },
    )
}

fn pool(path: &str, size: usize, setup: String) -> Result<Pool<Connection>, Kind> {
    let mut config = ManagerConfig::default();
    // A file does not hang up, so a connection is not tried out before each use.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let (path, setup) = (path.to_owned(), setup.clone());
        async move {
            let mut connection = Connection::establish(&path).await?;
            let ready = connection.batch_execute(&setup).await;
            ready.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(path, config);
    Pool::builder(manager).max_size(size).build().map_err(Kind::backend)
}
