//! Explains errors of SQLite: which store, what to do. Never hides the cause.

use rusqlite::ErrorCode;

use crate::error::Error;
use crate::store::{StoreUrl, disk};

/// Why a statement failed: an error of SQLite still lacks the name of the store.
pub(super) enum SqliteFailure {
    Sqlite(rusqlite::Error),
    Ours(Error),
}

impl From<rusqlite::Error> for SqliteFailure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for SqliteFailure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl SqliteFailure {
    /// The error of a run.
    pub(super) fn into_error(self, url: &StoreUrl) -> Error {
        match self {
            Self::Sqlite(error) => explain(url, error),
            Self::Ours(error) => error,
        }
    }
}

/// Explains an error of SQLite.
pub(super) fn explain(url: &StoreUrl, error: rusqlite::Error) -> Error {
    let problem = match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => return Error::Interrupted,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another process has locked it for too long",
        Some(ErrorCode::DiskFull) => "the disk is full; nothing of the last batch was written",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the store is damaged; `elcano store doctor` says where"
        }
        Some(ErrorCode::ReadOnly) => "it is read-only",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "it cannot be opened",
        Some(ErrorCode::SystemIoFailure) if disk::has_no_room(url.path()) => {
            "the disk is full; nothing of the last batch was written"
        }
        Some(ErrorCode::SystemIoFailure) => "the disk fails: input/output error",
        _ => "SQLite refused",
    };
    url.because(problem, error)
}
