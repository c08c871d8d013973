//! The database of a journey.

use test_db::TestDatabase;

/// Where the manager of a journey keeps its data.
pub(crate) enum Database {
    /// In its data directory, as without any settings.
    Sqlite,
    /// In a schema of its own on a server; gone with this value.
    Postgres(TestDatabase),
    /// That of another manager, by its URL.
    Another(String),
}

impl Database {
    /// A fresh place on a PostgreSQL server; none where there is no server.
    pub(crate) fn postgres() -> Option<Self> {
        TestDatabase::postgres_or_skip().map(Self::Postgres)
    }

    /// The URL, if the manager has to be told.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(database) => Some(database.url()),
            Self::Another(url) => Some(url),
        }
    }
}
