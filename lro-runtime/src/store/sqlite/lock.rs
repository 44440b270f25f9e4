//! One engine a file: an advisory lock on a side file, held as long as the store is open.
//!
//! Not on the database file itself: closing any handle of it would drop the locks that SQLite holds there.
//! The kernel frees the lock when the process ends, in whatever way.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::OpenError;

/// The lock. Dropping it frees it; the file stays, since deleting it could let two engines hold two locks.
#[derive(Debug)]
pub(super) struct SideLock {
    file: File,
}

impl SideLock {
    pub(super) fn acquire(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database, ".lock");
        let file = File::options().create(true).write(true).truncate(false).open(&path);
        match file.map(|file| file.try_lock().map(|()| file)) {
            Ok(Ok(file)) => Ok(Self { file }),
            Ok(Err(TryLockError::WouldBlock)) => Err(OpenError::InUse(database.into())),
            Ok(Err(TryLockError::Error(source))) | Err(source) => Err(OpenError::NoLockFile { path, source }),
        }
    }
}

impl Drop for SideLock {
    fn drop(&mut self) {
        // Closing alone is not enough: a child that is being forked meanwhile has the file open until it runs its program.
        // Should it fail, the close follows.
        let _ = self.file.unlock();
    }
}

/// The path of the database, the same for every way to write it: the lock must be the same too.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    if path == Path::new(":memory:") {
        return Err(OpenError::InMemory);
    }
    let Some(file) = path.file_name() else { return Err(OpenError::NoFileName(path.into())) };
    // Resolves links without opening the file, which must be left to SQLite.
    if let Ok(path) = path.canonicalize() {
        return Ok(path);
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match directory.unwrap_or(Path::new(".")).canonicalize() {
        Ok(directory) => Ok(directory.join(file)),
        Err(source) => Err(OpenError::NoDirectory { path: path.into(), source }),
    }
}

/// The path of a file that belongs to the database: its lock, its write-ahead log.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
