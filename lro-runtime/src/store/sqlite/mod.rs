//! The embedded store: one SQLite file, for one engine at a time.
//!
//! One thread writes, and commits in groups; a few threads read. The calls of the contract become closures for them, but for creations, of
//! which one statement does many.

mod command;
mod create;
mod error;
mod lock;
mod open;
mod queue;
mod read;
mod reader;
mod row;
mod schema;
mod wal;
mod write;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::command::{Command, Creation, Task};
use self::error::store_error;
use self::lock::SideLock;
use self::queue::Queue;
use self::reader::Reading;
use self::write::Transaction;
use super::feed::Feed;
use super::{
    Changes, Clock, Created, Guard, NewRecord, Patch, Query, Record, Store, StoreError, SystemClock,
    WorkerId, Written,
};
use crate::OperationName;

/// How long a connection waits for a lock, such as that of a program that writes its own tables in the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A store in one SQLite file. Clones share it.
///
/// Every write is durable when it is acknowledged: `journal_mode` is WAL and `synchronous` is FULL. Writes that arrive
/// together share one transaction and one fsync. Reads do not wait for writes.
///
/// The file belongs to one store at a time, by a lock on the file `{path}.lock` that stays beside it. The next holder finds
/// all work of the one before without a living worker, so it can be claimed at once. Other connections may read
/// the file, and may keep tables of their own in it; a write of theirs makes those of the store wait, five seconds at most.
///
/// When the last clone is dropped, what was asked for is still written, and the file and the lock are free when the drop
/// returns.
#[derive(Clone)]
pub struct SqliteStore(Arc<Inner>);

struct Inner {
    reads: Arc<Queue<Reading>>,
    writes: Arc<Queue<Command>>,
    clock: Arc<dyn Clock>,
    feed: Arc<Feed>,
    secret: [u8; 32],
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    // Invariant: freed last, after the threads have ended.
    _lock: SideLock,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.reads.close();
        for reader in self.readers.drain(..) {
            // An error says that the thread has panicked: it has ended too.
            let _ = reader.join();
        }
        // The writer's connection is closed last: SQLite then moves the whole write-ahead log into the file.
        self.writes.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl SqliteStore {
    /// Opens the store in this file, which is created if it does not exist. Its directory must exist.
    ///
    /// # Errors
    /// `Unavailable` when another store has the file open, or it cannot be read or written; `Invalid` when it belongs to
    /// another application or to a newer release; `Corrupt` when it is no database. The error's source is a
    /// sentence that says what to do.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with_clock(path, SystemClock).await
    }

    /// Opens the store with a clock other than the machine's.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with_clock(path: impl AsRef<Path>, clock: impl Clock) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let opened = tokio::task::spawn_blocking(move || open::open(&path, Arc::new(clock)));
        Ok(Self(Arc::new(opened.await.map_err(StoreError::unavailable)??)))
    }

    /// Writes in the writer's transaction. No `async fn`, which would keep the work twice.
    fn write<T, W>(&self, work: W) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        W: FnOnce(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (task, answer) = Task::new(work);
        let writes = &self.0.writes;
        async move {
            writes.push(Command::Other(task));
            answer.await.ok().and_then(|task| task.into_result()).unwrap_or_else(unanswered)
        }
    }

    async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection, SystemTime) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let clock = self.0.clock.clone();
        self.0.reads.push(Box::new(move |connection| {
            // Nobody waits any more when the caller was dropped.
            if !reply.is_closed() {
                let _ = reply.send(read(connection, clock.now()).map_err(store_error));
            }
        }));
        answer.await.unwrap_or_else(|ended| Err(StoreError::unavailable(ended)))
    }
}

/// Without an answer the writer has panicked, perhaps after the commit.
fn unanswered<T>() -> Result<T, StoreError> {
    Err(StoreError::maybe_applied("the writer has ended without an answer"))
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn create(&self, record: NewRecord, time_limit: Option<Duration>) -> Result<Created, StoreError> {
        let (creation, answer) = Creation::new(record, time_limit);
        self.0.writes.push(Command::Create(creation));
        answer.await.map_or_else(|_| unanswered(), |creation| creation.into_result())
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        let names = names.to_vec();
        self.read(move |connection, now| read::get(connection, &names, now)).await
    }

    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError> {
        let name = name.clone();
        self.write(move |transaction| transaction.update(&name, guard, patch)).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let query = query.clone();
        self.read(move |connection, now| read::list(connection, &query, now)).await
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        let methods = methods.join("\n");
        self.write(move |transaction| transaction.renew(worker, &methods, lease, first)).await
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        self.write(move |transaction| transaction.reap(caller)).await
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.write(move |transaction| transaction.retire(worker)).await
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        let name = name.to_owned();
        self.write(move |transaction| transaction.succeed(&name, worker)).await
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        self.write(move |transaction| transaction.purge(limit, keep_keys)).await
    }

    fn changes(&self) -> Box<dyn Changes> {
        self.0.feed.subscribe()
    }

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        let type_url = type_url.to_owned();
        self.write(move |transaction| transaction.put_descriptor(&type_url, &descriptor)).await
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.read(|connection, _| read::descriptors(connection)).await
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        Ok(self.0.secret)
    }
}
