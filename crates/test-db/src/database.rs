//! A database of a test, gone when it is dropped.

use std::path::Path;

use tempfile::TempDir;

use crate::{
    cluster::{self, Unavailable},
    schema::Schema,
};

/// A fresh, empty database. It is removed when this value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    home: Home,
}

/// Where it lives. Dropping this removes it.
#[derive(Debug)]
enum Home {
    Sqlite(TempDir),
    Postgres(Schema),
}

impl TestDatabase {
    /// A SQLite file in a temporary folder. The file itself is made by whoever opens it.
    ///
    /// # Panics
    ///
    /// When there is no place for temporary files: no test can go on then.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { url, home: Home::Sqlite(folder) }
    }

    /// An empty schema in a PostgreSQL server. The URL makes it the only one on the search path.
    pub fn postgres() -> Result<Self, Unavailable> {
        let schema = Schema::create(cluster::url()?)?;
        Ok(Self { url: schema.url(), home: Home::Postgres(schema) })
    }

    /// As [`TestDatabase::postgres`], for tests that pass where there is no PostgreSQL: prints the reason and gives none.
    ///
    /// # Panics
    ///
    /// When there is none although `CI=true`: there it must be proven.
    #[expect(clippy::print_stderr, reason = "this is for the person who reads the output of the tests")]
    pub fn postgres_or_skip() -> Option<Self> {
        match Self::postgres() {
            Ok(database) => Some(database),
            Err(reason) => {
                assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "PostgreSQL is needed: {reason}");
                eprintln!("skipped on PostgreSQL: {reason}");
                None
            }
        }
    }

    /// The URL of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that holds everything of a SQLite database; none on PostgreSQL.
    pub fn folder(&self) -> Option<&Path> {
        match &self.home {
            Home::Sqlite(folder) => Some(folder.path()),
            Home::Postgres(_) => None,
        }
    }

    /// The schema on PostgreSQL; none on SQLite.
    pub fn schema(&self) -> Option<&str> {
        match &self.home {
            Home::Sqlite(_) => None,
            Home::Postgres(schema) => Some(schema.name()),
        }
    }
}
