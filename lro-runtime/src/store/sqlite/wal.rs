//! The write-ahead log: when it is moved into the file, so that it never grows without bound.
//!
//! SQLite would do it in the midst of a commit, every 1,000 pages, while all writers wait. Here a reader's thread does it
//! beside the commits. What that cannot do is to begin the log anew: it needs an instant without readers, and readers
//! that overlap leave none. So above a limit the readers are held back for that instant.

use std::cell::Cell;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rusqlite::Connection;

use super::BUSY_TIMEOUT;
use super::queue::Queue;
use super::reader::Reading;

/// After how many more pages the log is moved into the file again.
const STEP: i32 = 2000;

/// From how many pages on the log is begun anew by force: 28 MB. After one more step, so that little is left to be moved while all
/// writers wait.
const LIMIT: i32 = 7000;

/// The most that is left of the log's file after it outgrew the limit, because of a reader in another process.
pub(super) const SIZE_LIMIT: i64 = LIMIT as i64 * 4096;

thread_local! {
    /// The pages in the log after the last commit of this thread: SQLite tells them to a plain function only.
    static PAGES: Cell<i32> = const { Cell::new(0) };
}

pub(super) struct Log {
    reads: Arc<Queue<Reading>>,
    /// Readers hold it shared while they read.
    gate: Arc<RwLock<()>>,
    /// At how many pages it was last moved.
    moved: i32,
    /// Whether it is being moved now.
    moving: Arc<AtomicBool>,
    /// From how many pages on it is begun anew.
    limit: i32,
}

impl Log {
    /// The log of this connection, which commits on the present thread.
    pub(super) fn watch(connection: &Connection, reads: Arc<Queue<Reading>>, gate: Arc<RwLock<()>>) -> Self {
        // In place of SQLite's own hook, which checkpoints.
        connection.wal_hook(Some(|_, pages| {
            PAGES.set(pages);
            Ok(())
        }));
        Self { reads, gate, moved: 0, moving: Arc::default(), limit: LIMIT }
    }

    /// Looks after the log; nobody waits for it.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let pages = PAGES.get();
        if pages < self.moved {
            (self.moved, self.limit) = (0, LIMIT);
        }
        let full = pages >= self.limit;
        if full && self.moved >= self.limit && !self.moving.load(Acquire) {
            let _no_readers = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            if !matches!(restart(connection), Ok(true)) {
                // A reader of another process stands in the way. Each attempt waits for it, so not at every commit.
                self.limit = pages.saturating_add(LIMIT);
            }
        } else if pages >= self.moved.saturating_add(STEP) || full && self.moved < self.limit {
            self.moved = pages;
            self.moving.store(true, Release);
            let moving = Arc::clone(&self.moving);
            self.reads.push(Box::new(move |connection| {
                // An error leaves the log as it is; the next step tries again.
                let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                moving.store(false, Release);
            }));
        }
    }
}

/// Moves what is left and lets the next commit begin the log anew, in the space that it has. `false` when somebody reads it.
fn restart(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::from_millis(50))?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    busy.map(|busy| !busy)
}
