//! What went wrong, by SQLite's result codes: never by the text of a message.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Whether only the statement failed, because of what it was given. Its transaction goes on.
pub(super) fn is_invalid(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, ParameterOutOfRange, TooBig, TypeMismatch};
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ConstraintViolation | ParameterOutOfRange | TooBig | TypeMismatch),
        None => matches!(error, rusqlite::Error::ToSqlConversionFailure(_)),
    }
}

pub(super) fn is_corrupt(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
        None => matches!(
            error,
            E::FromSqlConversionFailure(..)
                | E::IntegralValueOutOfRange(..)
                | E::InvalidColumnType(..)
                | E::Utf8Error(..)
        ),
    }
}

/// The error of a call that changed nothing.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    if is_invalid(&error) {
        StoreError::invalid(error)
    } else if is_corrupt(&error) {
        StoreError::corrupt(error)
    } else {
        StoreError::unavailable(error)
    }
}

/// Why a file cannot be opened as a store: sentences for whoever starts the program.
#[derive(Debug)]
pub(super) enum OpenError {
    InMemory,
    NoFileName(PathBuf),
    NoDirectory { path: PathBuf, source: std::io::Error },
    NoLockFile { path: PathBuf, source: std::io::Error },
    InUse(PathBuf),
    NotADatabase { path: PathBuf, source: rusqlite::Error },
    Foreign { path: PathBuf, application_id: i32, version: i32 },
    Newer { path: PathBuf, found: i32, known: i32 },
    NoWriteAheadLog(PathBuf),
    NotSynchronous(PathBuf),
    NoThread(std::io::Error),
    Database { path: PathBuf, source: rusqlite::Error },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InMemory => {
                f.write_str("a SQLite store is a file: for a store in memory use `MemoryStore`")
            }
            Self::NoFileName(path) => {
                write!(f, "`{}` names no file: give the path of the database file", path.display())
            }
            Self::NoDirectory { path, .. } => write!(
                f,
                "the directory of `{}` cannot be used: create it, and let this process write there",
                path.display()
            ),
            Self::NoLockFile { path, .. } => write!(
                f,
                "the lock file `{}` cannot be used: it must be on a local disk, where this process can write",
                path.display()
            ),
            Self::InUse(path) => write!(
                f,
                "the store `{}` is in use by another process, or by another engine of this one: stop that one, or use \
                 another file. A store that several processes share is a server's, such as PostgreSQL",
                path.display()
            ),
            Self::NotADatabase { path, .. } => write!(
                f,
                "`{}` is not a SQLite database, or is damaged: use another file, or restore it from a backup",
                path.display()
            ),
            Self::Foreign { path, application_id, version } => write!(
                f,
                "`{}` belongs to another application (application_id {application_id}, user_version {version}): use a \
                 file of its own for the store",
                path.display()
            ),
            Self::Newer { path, found, known } => write!(
                f,
                "the store `{}` was written by a newer release (schema {found}; this one knows {known}): upgrade this \
                 program, or use another file",
                path.display()
            ),
            Self::NoWriteAheadLog(path) => write!(
                f,
                "the file system of `{}` does not support SQLite's write-ahead log: use a local disk",
                path.display()
            ),
            Self::NotSynchronous(path) => {
                write!(
                    f,
                    "SQLite does not write `{}` synchronously: writes would not be durable",
                    path.display()
                )
            }
            Self::NoThread(_) => f.write_str("the store's threads cannot be started"),
            Self::Database { path, .. } => write!(f, "the store `{}` cannot be opened", path.display()),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoDirectory { source, .. } | Self::NoLockFile { source, .. } | Self::NoThread(source) => {
                Some(source)
            }
            Self::NotADatabase { source, .. } | Self::Database { source, .. } => Some(source),
            Self::InMemory
            | Self::NoFileName(_)
            | Self::InUse(_)
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::NoWriteAheadLog(_)
            | Self::NotSynchronous(_) => None,
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::NotADatabase { .. } => Self::corrupt(error),
            OpenError::Database { source, .. } if is_corrupt(source) => Self::corrupt(error),
            OpenError::NoDirectory { .. }
            | OpenError::NoLockFile { .. }
            | OpenError::InUse(_)
            | OpenError::NoThread(_)
            | OpenError::Database { .. } => Self::unavailable(error),
            OpenError::InMemory
            | OpenError::NoFileName(_)
            | OpenError::Foreign { .. }
            | OpenError::Newer { .. }
            | OpenError::NoWriteAheadLog(_)
            | OpenError::NotSynchronous(_) => Self::invalid(error),
        }
    }
}
