//! Why a schema does not pass its lock.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use super::Change;
use crate::data::payload::registry::RegistryError;

/// A schema breaks what is committed, or cannot be compared with it.
#[derive(Debug)]
#[non_exhaustive]
pub enum LockError {
    /// Old clients would stumble.
    Broken {
        /// What is committed.
        path: PathBuf,
        /// All that breaks.
        changes: Vec<Change>,
    },
    /// Nothing is committed yet.
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The path is one file, and the program has several packages.
    SeveralPackages {
        /// Their names.
        packages: Vec<String>,
    },
    /// The program has no types and no methods of its own.
    Nothing,
    /// What is committed is no schema.
    Unreadable {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The program's own schema breaks a rule of protobuf.
    Schema(RegistryError),
    /// A file cannot be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { path, changes } => {
                write!(f, "the schema breaks what is committed in `{}`:", path.display())?;
                changes.iter().try_for_each(|change| write!(f, "\n  {change}"))?;
                f.write_str("\nif that is meant, change the committed text by hand")
            }
            Self::Missing { path } => {
                write!(
                    f,
                    "no schema is committed in `{}`: `UPDATE_SCHEMA=1 cargo test` writes it",
                    path.display()
                )
            }
            Self::SeveralPackages { packages } => write!(
                f,
                "the schema has a file for each of its packages, {}: name a folder, or choose one, `Catalog::package(\"{}\")`",
                packages.join(", "),
                packages.first().map_or("…", String::as_str)
            ),
            Self::Nothing => {
                f.write_str("the program has no types and no methods of its own that could be locked")
            }
            // protox says where in its `Debug` form alone.
            Self::Unreadable { source } => write!(f, "the committed schema cannot be read: {source:?}"),
            Self::Schema(error) => error.fmt(f),
            Self::Io { path, source } => write!(f, "`{}`: {source}", path.display()),
        }
    }
}

impl Error for LockError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source } => Some(&**source),
            Self::Schema(error) => Some(error),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
