//! Says what was attempted on the database, and of which kind the failure is.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What a method of the store gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation on the database failed.
#[derive(Debug, thiserror::Error)]
#[error("{operation}")]
pub struct Error {
    operation: &'static str,
    #[source]
    kind: Kind,
}

/// Why an operation on the database failed.
#[derive(Debug, thiserror::Error)]
pub enum Kind {
    /// The row to change is not there.
    #[error("there is no such row")]
    NotFound,
    /// Another writer was faster, or the name is taken.
    #[error("it was changed meanwhile, or exists already")]
    Conflict,
    /// The database is busy with another writer, or every connection is taken. Trying again helps.
    #[error("the database is busy")]
    Busy,
    /// The caller asked for something that cannot be.
    #[error("{reason}")]
    Invalid {
        /// What is wrong.
        reason: &'static str,
    },
    /// A stored value that this program cannot read.
    #[error("the column {table}.{column} of the row {id} holds something unexpected")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row.
        id: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer program has written this database.
    #[error(
        "the database has schema {database}, this program knows schemas up to {program}; start the newer program, \
         or restore the copy that was made before the migration"
    )]
    NewerSchema {
        /// Newest migration of the database.
        database: String,
        /// Newest migration of this program.
        program: String,
    },
    /// Anything else that the database says.
    #[error("the database refused")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn new(operation: &'static str, kind: Kind) -> Self {
        Self { operation, kind }
    }

    /// What was attempted.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Why it failed.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether another writer was faster, or a name is taken.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, Kind::Conflict)
    }

    /// Whether the row is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, Kind::NotFound)
    }
}

impl Kind {
    pub(crate) fn backend(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Backend(error.into())
    }
}

impl From<DieselError> for Kind {
    fn from(error: DieselError) -> Self {
        match error {
            // A row that refers to one that is not there: the device or group was removed meanwhile.
            DieselError::NotFound | DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::NotFound
            }
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Conflict,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            DieselError::DatabaseError(_, ref details) if is_lock(details.message()) => Self::Busy,
            error => Self::backend(error),
        }
    }
}

/// SQLite and PostgreSQL say it in words only.
fn is_lock(message: &str) -> bool {
    message.contains("database is locked")
        || message.contains("database table is locked")
        || message.contains("deadlock detected")
}

impl From<fleet_model::BadCursor> for Kind {
    fn from(_: fleet_model::BadCursor) -> Self {
        Self::Invalid { reason: "the cursor does not belong to this list; begin again without one" }
    }
}
