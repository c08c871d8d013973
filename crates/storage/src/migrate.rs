//! Brings a database to the schema of this program, or refuses one that is newer.

use std::{
    error::Error as StdError,
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use diesel::{
    Connection as _, RunQueryDsl, SqliteConnection,
    backend::Backend,
    connection::SimpleConnection,
    migration::{MigrationSource, MigrationVersion},
    sql_types::Text,
};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{DatabaseUrl, Options, error::Kind, postgres, sqlite};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number will do that no other program on the server uses: held while migrating, so that two starters take turns.
const POSTGRES_LOCK: i64 = 0x7368_656c_6c79;

/// What comes when a migration fails.
type Failure = Box<dyn StdError + Send + Sync>;

/// What is to be done to a database.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing: it is of this program.
    Current,
    /// It is new or of an older program.
    Pending {
        /// It holds data.
        has_data: bool,
        /// Newest migration of this program.
        target: String,
    },
}

/// Runs the pending migrations.
pub(crate) async fn run(url: &DatabaseUrl, options: &Options) -> Result<(), Kind> {
    let url = url.clone();
    let copies = options.copies.clone();
    let busy_timeout = options.busy_timeout;
    match url {
        DatabaseUrl::Sqlite(path) => {
            let work = move || -> Result<(), Kind> {
                let _turn = turn(&path)?;
                let mut connection =
                    SqliteConnection::establish(sqlite::text(&path)?).map_err(|error| cannot_open(&path, error))?;
                connection.batch_execute(&sqlite::setup(busy_timeout, false))?;
                migrate_sqlite(&mut connection, &path, copies.as_deref())
            };
            joined(tokio::task::spawn_blocking(work).await)
        }
        DatabaseUrl::Postgres(url) => {
            let connection = postgres::connect(&url).await.map_err(Kind::backend)?;
            joined(tokio::task::spawn_blocking(move || migrate_postgres(connection)).await)
        }
    }
}

fn joined(result: Result<Result<(), Kind>, tokio::task::JoinError>) -> Result<(), Kind> {
    result.unwrap_or_else(|error| Err(Kind::backend(error)))
}

fn migrate_sqlite(connection: &mut SqliteConnection, path: &Path, copies: Option<&Path>) -> Result<(), Kind> {
    let Verdict::Pending { has_data, target } = judge(connection, &SQLITE)? else {
        return Ok(());
    };
    if has_data {
        copy(connection, path, copies, &target)?;
    }
    connection.run_pending_migrations(SQLITE).map(drop).map_err(Kind::Backend)
}

/// Waits until no other starter looks at the schema of this file; the turn ends when dropped. SQLite itself has no lock
/// around several migrations. The lock is a file beside the database, which stays.
fn turn(path: &Path) -> Result<Option<File>, Kind> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options().create(true).append(true).open(name).map_err(|error| cannot_open(path, error))?;
    match file.lock() {
        Ok(()) => Ok(Some(file)),
        // Some network file systems have none. Two starters at the same moment are rare enough there.
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(cannot_open(path, error)),
    }
}

fn migrate_postgres(connection: AsyncPgConnection) -> Result<(), Kind> {
    let mut connection: AsyncConnectionWrapper<AsyncPgConnection> = connection.into();
    diesel::sql_query(format!("SELECT pg_advisory_lock({POSTGRES_LOCK})")).execute(&mut connection)?;
    let done = match judge(&mut connection, &POSTGRES)? {
        Verdict::Current => Ok(()),
        Verdict::Pending { .. } => connection.run_pending_migrations(POSTGRES).map(drop).map_err(Kind::Backend),
    };
    diesel::sql_query(format!("SELECT pg_advisory_unlock({POSTGRES_LOCK})")).execute(&mut connection)?;
    done
}

/// Compares what the database has with what this program knows.
fn judge<DB: Backend>(
    database: &mut impl MigrationHarness<DB>,
    known: &impl MigrationSource<DB>,
) -> Result<Verdict, Kind> {
    let known = versions(known).map_err(Kind::Backend)?;
    let mut applied = database.applied_migrations().map_err(Kind::Backend)?;
    applied.sort();
    let newest_known = known.last().map(MigrationVersion::as_owned);
    let newest_applied = applied.last().map(MigrationVersion::as_owned);
    let text = |version: Option<MigrationVersion<'static>>| version.map_or_else(String::new, |v| v.to_string());
    match newest_applied {
        Some(applied) if newest_known.as_ref().is_none_or(|known| applied > *known) => {
            Err(Kind::NewerSchema { database: applied.to_string(), program: text(newest_known) })
        }
        _ if known.iter().all(|version| applied.contains(version)) => Ok(Verdict::Current),
        newest_applied => Ok(Verdict::Pending { has_data: newest_applied.is_some(), target: text(newest_known) }),
    }
}

fn versions<DB: Backend>(source: &impl MigrationSource<DB>) -> Result<Vec<MigrationVersion<'static>>, Failure> {
    let mut versions: Vec<_> =
        source.migrations()?.iter().map(|migration| migration.name().version().as_owned()).collect();
    versions.sort();
    Ok(versions)
}

/// Copies a SQLite file that is about to be changed.
fn copy(connection: &mut SqliteConnection, path: &Path, copies: Option<&Path>, target: &str) -> Result<(), Kind> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-{target}"));
    let copy = copies.map_or_else(|| path.with_file_name(&name), |folder| folder.join(&name));
    if let Err(error) = std::fs::remove_file(&copy)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(Kind::backend(error));
    }
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(sqlite::text(&copy)?).execute(connection)?;
    Ok(())
}

fn cannot_open(path: &Path, error: impl Into<Failure>) -> Kind {
    Kind::backend(CannotOpen { path: path.to_owned(), source: error.into() })
}

#[derive(Debug, thiserror::Error)]
#[error("open {path}")]
struct CannotOpen {
    path: PathBuf,
    #[source]
    source: Failure,
}
