//! A connection to a file. Its statements run where they are asked for: what may block is moved as a whole, see
//! [`to_the_end`](super::to_the_end).

use std::{
    future::{Future, Ready, ready},
    vec,
};

use diesel::{
    ConnectionResult, QueryResult, SqliteConnection,
    connection::{
        AnsiTransactionManager, CacheSize, Connection as _, Instrumentation, LoadConnection, SimpleConnection,
        TransactionManager as _, TransactionManagerStatus,
    },
    query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId},
    row::IntoOwnedRow,
    sql_types::Untyped,
    sqlite::Sqlite,
};
use diesel_async::{
    AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection, TransactionManager,
    pooled_connection::PoolableConnection,
};
use futures::stream;

#[diesel::declare_sql_function]
extern "SQL" {
    /// How many rows the last change touched.
    fn changes() -> diesel::sql_types::BigInt;
}

/// A connection; the queries are written against this name.
pub(crate) struct Connection(SqliteConnection);

/// A row that outlives its statement.
type OwnedRow =
    <<SqliteConnection as LoadConnection>::Row<'static, 'static> as IntoOwnedRow<'static, Sqlite>>::OwnedRow;

impl Connection {
    /// What has to be said to SQLite itself.
    pub(super) fn inner(&mut self) -> &mut SqliteConnection {
        &mut self.0
    }

    /// Runs a change whose text decides nothing about keeping it: diesel asks that of a reference to the statement, which
    /// answers for what is in it. Says how many rows were changed.
    pub(super) fn change<Q: QueryFragment<Sqlite> + QueryId>(&mut self, statement: Q) -> QueryResult<usize> {
        for row in self.0.load(AsIs(statement))? {
            drop(row?);
        }
        let changed: i64 = diesel::RunQueryDsl::get_result(diesel::select(changes()), &mut self.0)?;
        usize::try_from(changed).map_err(|error| diesel::result::Error::DeserializationError(error.into()))
    }

    fn rows<Q: Query + QueryFragment<Sqlite> + QueryId>(
        &mut self,
        query: Q,
    ) -> QueryResult<Vec<QueryResult<OwnedRow>>> {
        let mut cache = None;
        let rows = self.0.load(AsIs(query))?;
        rows.map(|row| Ok(Ok(row?.into_owned(&mut cache)))).collect()
    }
}

impl SimpleAsyncConnection for Connection {
    fn batch_execute(&mut self, statements: &str) -> impl Future<Output = QueryResult<()>> + Send {
        ready(self.0.batch_execute(statements))
    }
}

impl AsyncConnectionCore for Connection {
    type ExecuteFuture<'conn, 'query> = Ready<QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = Ready<QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = stream::Iter<vec::IntoIter<QueryResult<OwnedRow>>>;
    type Row<'conn, 'query> = OwnedRow;
    type Backend = Sqlite;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Sqlite> + QueryId + 'query,
    {
        ready(self.rows(source.as_query()).map(stream::iter))
    }

    fn execute_returning_count<'conn, 'query, T>(&'conn mut self, source: T) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Sqlite> + QueryId + 'query,
    {
        ready(self.0.execute_returning_count(&source))
    }
}

impl AsyncConnection for Connection {
    type TransactionManager = Transactions;

    fn establish(path: &str) -> impl Future<Output = ConnectionResult<Self>> + Send {
        ready(SqliteConnection::establish(path).map(Self))
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        self.0.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.0.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.0.set_prepared_statement_cache_size(size);
    }
}

impl PoolableConnection for Connection {}

/// The transactions of a connection.
pub(crate) struct Transactions;

impl TransactionManager<Connection> for Transactions {
    type TransactionStateData = AnsiTransactionManager;

    fn begin_transaction(connection: &mut Connection) -> impl Future<Output = QueryResult<()>> + Send {
        ready(AnsiTransactionManager::begin_transaction(connection.inner()))
    }

    fn rollback_transaction(connection: &mut Connection) -> impl Future<Output = QueryResult<()>> + Send {
        ready(AnsiTransactionManager::rollback_transaction(connection.inner()))
    }

    fn commit_transaction(connection: &mut Connection) -> impl Future<Output = QueryResult<()>> + Send {
        ready(AnsiTransactionManager::commit_transaction(connection.inner()))
    }

    fn transaction_manager_status_mut(connection: &mut Connection) -> &mut TransactionManagerStatus {
        AnsiTransactionManager::transaction_manager_status_mut(connection.inner())
    }
}

/// A query whose columns are read by those who know their types.
struct AsIs<Q>(Q);

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for AsIs<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, backend: &Sqlite) -> QueryResult<bool> {
        self.0.is_safe_to_cache_prepared(backend)
    }
}

impl<Q: QueryId> QueryId for AsIs<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
    const IS_WINDOW_FUNCTION: bool = Q::IS_WINDOW_FUNCTION;
}

impl<Q> Query for AsIs<Q> {
    type SqlType = Untyped;
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use diesel::{ExpressionMethods, QueryDsl, connection::InstrumentationEvent};
    use futures::executor::block_on;

    use super::*;
    use crate::kept::kept;

    diesel::table! {
        lamps (id) {
            id -> BigInt,
            level -> BigInt,
        }
    }

    #[test]
    fn a_change_is_prepared_once_and_counts_its_rows() {
        let mut connection = block_on(Connection::establish(":memory:")).unwrap();
        let lamps = "CREATE TABLE lamps (id BIGINT PRIMARY KEY, level BIGINT NOT NULL); \
                     INSERT INTO lamps VALUES (1, 0), (2, 0), (3, 0)";
        block_on(SimpleAsyncConnection::batch_execute(&mut connection, lamps)).unwrap();
        let kept = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&kept);
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { .. } = event {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        for (least, rows) in [(2, 2), (3, 1), (4, 0)] {
            let brighter = diesel::update(lamps::table.filter(lamps::id.ge(least))).set(lamps::level.eq(least));
            assert_eq!(connection.change(kept!(brighter)).unwrap(), rows);
        }
        assert_eq!(kept.load(Ordering::Relaxed), 2, "the change, and the question how many rows it changed");
    }
}
