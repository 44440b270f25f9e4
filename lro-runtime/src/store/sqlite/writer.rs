//! The writer: one thread, which commits all that waits in one transaction, with one fsync.

use std::sync::{Arc, RwLock};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::error::{is_corrupt, is_invalid, store_error};
use super::queue::{Queue, Served};
use super::reader::Reading;
use super::wal::Log;
use super::write::Transaction;
use crate::store::feed::Feed;
use crate::store::{Clock, StoreError};

/// The most commands that share a transaction.
const GROUP: usize = 512;

/// After a group, the writer waits for as many commands as it has answered to come back, for at most this part of what the
/// group took. Without it callers who write one thing after another fall into two halves, of which each waits for the
/// other's commit: half the group for the same fsync, and twice the latency.
const PATIENCE: u32 = 4;

/// From so many commands on a group is large enough: half of it makes as much of its fsync, and the two halves of the callers work
/// while the other half is written.
const LARGE: usize = 64;

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) feed: Arc<Feed>,
    /// For the write-ahead log: the readers, and what holds them back.
    pub(super) reads: Arc<Queue<Reading>>,
    pub(super) gate: Arc<RwLock<()>>,
}

/// A command: it runs in the transaction of its group, and is answered after the commit.
pub(super) trait Command: Send {
    /// Runs it. An error is the end of the whole group; an error of the command's own is kept for its answer.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()>;

    /// Answers it: with what it returned, or with the error of its group.
    fn answer(self: Box<Self>, group: Result<(), &GroupError>);
}

/// Why a group was not committed.
pub(super) struct GroupError {
    source: Arc<rusqlite::Error>,
    maybe_applied: bool,
}

impl GroupError {
    fn store_error(&self) -> StoreError {
        let source = self.source.clone();
        if is_corrupt(&source) {
            StoreError::corrupt(source)
        } else if self.maybe_applied {
            StoreError::maybe_applied(source)
        } else {
            StoreError::unavailable(source)
        }
    }
}

/// A command made of a closure. After [`run`](Command::run) it holds its result, and goes back to its caller with it: memory that one
/// thread allocates and another one frees has both of them at one lock of the allocator.
pub(super) struct Task<W, T> {
    work: Option<W>,
    result: Option<Result<T, StoreError>>,
    caller: Option<oneshot::Sender<Box<Self>>>,
}

impl<W, T> Task<W, T> {
    pub(super) fn new(work: W) -> (Box<Self>, oneshot::Receiver<Box<Self>>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { work: Some(work), result: None, caller: Some(caller) }), answer)
    }

    /// What came of it, when it is back. `None` when it was never run, nor answered.
    pub(super) fn into_result(self) -> Option<Result<T, StoreError>> {
        self.result
    }
}

impl<W, T> Command for Task<W, T>
where
    W: FnOnce(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        let Some(work) = self.work.take() else { return Ok(()) };
        match work(transaction) {
            // SQLite ends a transaction by itself when the disk is full, say. What follows would commit alone.
            Err(error) if !is_invalid(&error) || transaction.connection.is_autocommit() => Err(error),
            result => {
                self.result = Some(result.map_err(store_error));
                Ok(())
            }
        }
    }

    fn answer(mut self: Box<Self>, group: Result<(), &GroupError>) {
        if let Err(error) = group {
            self.result = Some(Err(error.store_error()));
        }
        if let Some(caller) = self.caller.take() {
            // An error says that the caller has gone.
            let _ = caller.send(self);
        }
    }
}

impl Writer {
    /// Serves the queue until it is closed and empty.
    pub(super) fn run(self, queue: &Queue<Box<dyn Command>>) {
        let _served = Served(queue);
        let mut group = Vec::new();
        let mut touched = Vec::new();
        let mut log = Log::watch(&self.connection, self.reads.clone(), self.gate.clone());
        while queue.take(GROUP, &mut group) {
            let (begun, count) = (Instant::now(), group.len());
            let committed = self.commit(&mut group, &mut touched);
            for command in group.drain(..) {
                command.answer(committed.as_ref().map(drop));
            }
            if committed.is_ok() {
                self.feed.tell(&touched);
            }
            touched.clear();
            let patience = begun.elapsed() / PATIENCE;
            log.after_commit(&self.connection);
            if count < LARGE {
                queue.gather(count, GROUP, patience);
            }
        }
    }

    fn commit(&self, group: &mut [Box<dyn Command>], touched: &mut Vec<u64>) -> Result<(), GroupError> {
        let result = self.execute("BEGIN IMMEDIATE").and_then(|()| {
            let mut transaction = Transaction::new(&self.connection, self.clock.now(), touched)?;
            for command in group {
                transaction.now = self.clock.now();
                command.run(&mut transaction)?;
            }
            Ok(())
        });
        let result = match result {
            Ok(()) => self.execute("COMMIT").map_err(|source| {
                // A full disk and a lock stop a commit before its last page. After another error, of the fsync, say,
                // nobody knows what a crash would leave.
                let maybe_applied = !matches!(
                    source.sqlite_error_code(),
                    Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy)
                );
                GroupError { source: source.into(), maybe_applied }
            }),
            Err(source) => Err(GroupError { source: source.into(), maybe_applied: false }),
        };
        if result.is_err() && !self.connection.is_autocommit() {
            // When it fails too, the next BEGIN fails, and so on: nothing is acknowledged that is not durable.
            let _ = self.execute("ROLLBACK");
        }
        result
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::OperationName;
    use crate::data::payload::any::Any;
    use crate::store::{Created, NewRecord, SqliteStore, Store, WorkerId};

    async fn open() -> (TempDir, SqliteStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("operations.db")).await.unwrap();
        (directory, store)
    }

    fn name(text: &str) -> OperationName {
        OperationName::parse(text).unwrap()
    }

    fn new(text: &str, size: usize) -> NewRecord {
        NewRecord {
            name: name(text),
            method: "acme.v1.Disks/Copy".into(),
            restartable: false,
            request: None,
            request_hash: None,
            request_key: None,
            exclusive_key: None,
            metadata: Any::new("acme.v1.Metadata", vec![1; size]),
            worker: WorkerId(Uuid::nil()),
            attempt: 1,
        }
    }

    /// Runs three commands in one group: the writer is held by a command before them until all three wait.
    async fn in_one_group<T: Send + 'static>(
        store: &SqliteStore,
        second: impl FnOnce(&mut Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> (Result<Created, StoreError>, Result<T, StoreError>, Result<Created, StoreError>) {
        let (started, runs) = oneshot::channel();
        let (release, held) = mpsc::channel::<()>();
        let hold = store.write(move |_| {
            let _ = started.send(());
            let _ = held.recv();
            Ok(())
        });
        let group = async {
            runs.await.unwrap();
            tokio::join!(
                biased;
                store.create(new("operations/first", 10), None),
                store.write(second),
                store.create(new("operations/third", 10), None),
                async move { drop(release) },
            )
        };
        let (held, (first, second, third, ())) = tokio::join!(hold, group);
        held.unwrap();
        (first, second, third)
    }

    async fn exists(store: &SqliteStore, text: &str) -> bool {
        store.get(&[name(text)]).await.unwrap()[0].is_some()
    }

    async fn allow_pages(store: &SqliteStore, pages: i64) {
        let set = move |transaction: &mut Transaction<'_>| {
            // A query, since it answers with the new value.
            transaction.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        };
        store.write(set).await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_fails_the_whole_group_and_nothing_of_it_stays() {
        let (_directory, store) = open().await;
        allow_pages(&store, 100).await;
        let (first, large, third) =
            in_one_group(&store, |transaction| transaction.create(new("operations/large", 4 << 20), None))
                .await;
        for result in [first, large, third] {
            assert!(
                matches!(result, Err(StoreError::Unavailable { maybe_applied: false, .. })),
                "{result:?}"
            );
        }
        for text in ["operations/first", "operations/large", "operations/third"] {
            assert!(!exists(&store, text).await, "{text}");
        }
        store.create(new("operations/small", 10), None).await.expect("there is room for a small one");
        allow_pages(&store, 1 << 30).await;
        store.create(new("operations/large", 4 << 20), None).await.expect("there is room again");
        assert!(exists(&store, "operations/small").await && exists(&store, "operations/large").await);
    }

    #[tokio::test]
    async fn a_command_that_is_invalid_fails_alone() {
        let (_directory, store) = open().await;
        let (first, second, third) = in_one_group(&store, |transaction| {
            transaction.connection.execute("INSERT INTO lro_meta VALUES ('secret', '')", [])
        })
        .await;
        assert!(matches!(second, Err(StoreError::Invalid { .. })), "{second:?}");
        assert!(matches!((first, third), (Ok(Created::New(_)), Ok(Created::New(_)))));
        assert!(exists(&store, "operations/first").await && exists(&store, "operations/third").await);
    }

    #[tokio::test]
    async fn after_a_panic_of_the_writer_calls_fail_and_do_not_wait() {
        let (_directory, store) = open().await;
        for _ in 0..2 {
            let result = store.write(|_| -> rusqlite::Result<()> { panic!("a defect") }).await;
            assert!(matches!(result, Err(StoreError::Unavailable { maybe_applied: true, .. })), "{result:?}");
        }
    }
}
