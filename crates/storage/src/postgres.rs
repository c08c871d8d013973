//! The PostgreSQL side: a pool of connections, and the queries compiled for them.

mod among;
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

use std::time::Duration;

use among::among;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool},
    },
};
use futures::{FutureExt, future::BoxFuture};
use tokio_postgres::NoTls;

use crate::{Options, error::Kind, store::ended, tls::Encryption, url::PostgresUrl};

/// A connection; the queries are written against this name.
pub(crate) type Connection = AsyncPgConnection;
/// The database; the queries are written against this name.
pub(crate) type Backend = diesel::pg::Pg;

type Manager = <Connection as AsyncConnection>::TransactionManager;

/// The connections to one server.
pub(crate) struct Pools {
    pool: Pool<Connection>,
    acquire_timeout: Duration,
}

/// A connection within a transaction.
pub(crate) struct Transaction {
    connection: Object<Connection>,
}

/// Connects to the server, encrypted when the URL asks for it.
pub(crate) async fn connect(url: &PostgresUrl) -> ConnectionResult<Connection> {
    let bad = |error: tokio_postgres::Error| ConnectionError::BadConnection(chain(&error));
    if let Some(trust) = url.tls.clone() {
        let encryption = tokio::task::spawn_blocking(move || Encryption::new(&trust)).await;
        let encryption = encryption
            .map_err(|error| ConnectionError::BadConnection(error.to_string()))?
            .map_err(|error| ConnectionError::BadConnection(chain(&error)))?;
        let (client, connection) = url.config.connect(encryption).await.map_err(bad)?;
        Connection::try_from_client_and_connection(client, connection).await
    } else {
        let (client, connection) = url.config.connect(NoTls).await.map_err(bad)?;
        Connection::try_from_client_and_connection(client, connection).await
    }
}

impl Pools {
    #[expect(clippy::unused_async, reason = "the SQLite side opens its first connection here")]
    pub(crate) async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, Kind> {
        let mut config = ManagerConfig::default();
        // A server may hang up at any time, so a connection is tried out before it is used.
        config.recycling_method = RecyclingMethod::Verified;
        let target = url.clone();
        config.custom_setup = Box::new(move |_| {
            let url = target.clone();
            async move { connect(&url).await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(url.to_string(), config);
        let pool = Pool::builder(manager).max_size(options.connections.max(2)).build().map_err(Kind::backend)?;
        Ok(Self { pool, acquire_timeout: options.acquire_timeout })
    }

    pub(crate) async fn reader(&self) -> Result<Object<Connection>, Kind> {
        match tokio::time::timeout(self.acquire_timeout, self.pool.get()).await {
            Ok(connection) => connection.map_err(Kind::backend),
            Err(_) => Err(Kind::Busy),
        }
    }

    /// A connection that writes.
    pub(crate) async fn writer(&self) -> Result<Object<Connection>, Kind> {
        self.reader().await
    }
}

/// Runs a query to its end even when the caller goes away. All queries with the same outcome are one kind of task, which
/// keeps the program small.
pub(crate) async fn to_the_end<T: Send + 'static>(work: BoxFuture<'static, Result<T, Kind>>) -> Result<T, Kind> {
    ended(tokio::spawn(work).await)
}

impl Transaction {
    /// Begins. What a `relaxed` one commits may be lost when the server fails.
    pub(crate) async fn begin(mut connection: Object<Connection>, relaxed: bool) -> Result<Self, Kind> {
        Manager::begin_transaction(&mut *connection).await?;
        if relaxed {
            connection.batch_execute("SET LOCAL synchronous_commit = off").await?;
        }
        Ok(Self { connection })
    }

    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Commits what went well and takes back what did not.
    pub(crate) async fn finish<T>(mut self, result: Result<T, Kind>) -> Result<T, Kind> {
        let ended = if result.is_ok() {
            Manager::commit_transaction(&mut *self.connection).await
        } else {
            Manager::rollback_transaction(&mut *self.connection).await
        };
        let value = result?;
        ended?;
        Ok(value)
    }

    /// Takes everything back, and gives what was seen meanwhile.
    pub(crate) async fn take_back<T>(mut self, result: Result<T, Kind>) -> Result<T, Kind> {
        let ended = Manager::rollback_transaction(&mut *self.connection).await;
        let value = result?;
        ended?;
        Ok(value)
    }
}

/// Diesel keeps only the text of a failed connection, and tokio-postgres says the cause only in its source.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
