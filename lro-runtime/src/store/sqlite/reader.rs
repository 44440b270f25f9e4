//! Readers: threads with a connection each, so that readings do not queue behind writes.

use std::sync::{PoisonError, RwLock};

use rusqlite::Connection;

use super::queue::{Queue, Served};

/// A reading, which answers by itself.
pub(super) type Reading = Box<dyn FnOnce(&Connection) + Send>;

/// Serves the queue until it is closed and empty.
pub(super) fn run(connection: &Connection, queue: &Queue<Reading>, gate: &RwLock<()>) {
    let _served = Served(queue);
    let mut one = Vec::new();
    while queue.take(1, &mut one) {
        let _reading = gate.read().unwrap_or_else(PoisonError::into_inner);
        for reading in one.drain(..) {
            reading(connection);
        }
    }
}
