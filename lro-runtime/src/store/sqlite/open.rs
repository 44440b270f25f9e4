//! Opening: the lock, the connections and what each of them must be set to, the threads.

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::error::OpenError;
use super::lock::{SideLock, resolve};
use super::queue::Queue;
use super::writer::Writer;
use super::{BUSY_TIMEOUT, Inner, reader, schema, wal};
use crate::store::feed::Feed;
use crate::store::{Clock, new_secret};

/// How many statements a connection keeps prepared: more than there are.
const STATEMENTS: usize = 64;

pub(super) fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Inner, OpenError> {
    let path = &resolve(path)?;
    let lock = SideLock::acquire(path)?;
    let connection = open_writer(path)?;
    let database = |source| OpenError::Database { path: path.clone(), source };
    let secret = begin(&connection).map_err(database)?;

    let feed = Arc::new(Feed::new());
    let gate = Arc::new(RwLock::new(()));
    let (reads, writes) = (Arc::new(Queue::new()), Arc::new(Queue::new()));
    let mut inner = Inner {
        reads: reads.clone(),
        writes: writes.clone(),
        clock: clock.clone(),
        feed: feed.clone(),
        secret,
        readers: Vec::new(),
        writer: None,
        _lock: lock,
    };
    let readers = thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4));
    for _ in 0..readers {
        let connection = open_reader(path)?;
        let (reads, gate) = (reads.clone(), gate.clone());
        inner.readers.push(spawn("lro-sqlite-reader", move || reader::run(&connection, &reads, &gate))?);
    }
    let writer = Writer { connection, clock, feed, reads, gate };
    inner.writer = Some(spawn("lro-sqlite-writer", move || writer.run(&writes))?);
    Ok(inner)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    thread::Builder::new().name(name.into()).spawn(run).map_err(OpenError::NoThread)
}

/// The connection that writes: checked first, so that a file that is not ours is not touched, then set up, then migrated.
fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let database = |source| OpenError::Database { path: path.into(), source };
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
    schema::check(&connection, path)?;
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(database)?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog(path.into()));
    }
    connection.pragma_update(None, "journal_size_limit", wal::SIZE_LIMIT).map_err(database)?;
    schema::migrate(&mut connection, path)?;
    Ok(connection)
}

/// A connection that reads, and moves the write-ahead log into the file: a read-only one could not.
fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path, OpenFlags::empty())?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|source| OpenError::Database { path: path.into(), source })?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let database = |source| OpenError::Database { path: path.into(), source };
    // Without SQLITE_OPEN_URI: a path is a path.
    let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(database)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(database)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Of the connection, not of the file: set on each, and read back, since SQLite ignores what it does not know.
    let synchronous = connection
        .pragma_update(None, "synchronous", "full")
        .and_then(|()| connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i32>(0)));
    match synchronous {
        Ok(2) => Ok(connection),
        Ok(_) => Err(OpenError::NotSynchronous(path.into())),
        Err(source) if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(OpenError::NotADatabase { path: path.into(), source })
        }
        Err(source) => Err(database(source)),
    }
}

/// What the holder of the lock does first. No other process runs handlers on this file, so every worker's row is a dead
/// one's: without them recovery need not wait for a lease. Answers with the secret, which the first holder makes.
fn begin(connection: &Connection) -> rusqlite::Result<[u8; 32]> {
    connection.execute("DELETE FROM lro_worker", [])?;
    let read = || {
        let mut statement = connection.prepare("SELECT value FROM lro_meta WHERE key = 'secret'")?;
        statement.query_row([], |row| row.get(0)).optional()
    };
    if let Some(secret) = read()? {
        return Ok(secret);
    }
    let secret = new_secret();
    connection.execute("INSERT INTO lro_meta (key, value) VALUES ('secret', ?1)", [secret])?;
    Ok(secret)
}
