//! The writer: one thread, which commits all that waits in one transaction, with one fsync.

use std::sync::{Arc, RwLock};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode};

use super::command::{Command, Creation, GroupError, Run};
use super::queue::{Queue, Served};
use super::reader::Reading;
use super::wal::Log;
use super::write::Transaction;
use crate::store::Clock;
use crate::store::feed::Feed;

/// The most commands that share a transaction.
const GROUP: usize = 512;

/// After a group, the writer waits for as many commands as it has answered to come back, for at most this part of what the
/// group took. Without it callers who write one thing after another fall into two halves, of which each waits for the
/// other's commit: half the group for the same fsync, and twice the latency.
const PATIENCE: u32 = 4;

/// From so many commands on a group is large enough: half of it makes as much of its fsync, and the two halves of the callers work
/// while the other half is written.
const LARGE: usize = 64;

/// What shares a transaction. Its order is free: nobody in it has been answered, so nobody has seen another's write.
#[derive(Default)]
struct Group {
    #[expect(clippy::vec_box, reason = "they go back to their callers as they are")]
    creations: Vec<Box<Creation>>,
    others: Vec<Box<dyn Run>>,
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) feed: Arc<Feed>,
    /// For the write-ahead log: the readers, and what holds them back.
    pub(super) reads: Arc<Queue<Reading>>,
    pub(super) gate: Arc<RwLock<()>>,
}

impl Writer {
    /// Serves the queue until it is closed and empty.
    pub(super) fn run(self, queue: &Queue<Command>) {
        let _served = Served(queue);
        let mut waiting = Vec::new();
        let mut group = Group::default();
        let mut touched = Vec::new();
        let mut log = Log::watch(&self.connection, self.reads.clone(), self.gate.clone());
        while queue.take(GROUP, &mut waiting) {
            let (begun, count) = (Instant::now(), waiting.len());
            for command in waiting.drain(..) {
                match command {
                    Command::Create(task) => group.creations.push(task),
                    Command::Other(task) => group.others.push(task),
                }
            }
            let committed = self.commit(&mut group, &mut touched);
            let answer = committed.as_ref().map(drop);
            group.creations.drain(..).for_each(|task| task.answer(answer));
            group.others.drain(..).for_each(|task| task.answer(answer));
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

    fn commit(&self, group: &mut Group, touched: &mut Vec<u64>) -> Result<(), GroupError> {
        let result = self.execute("BEGIN IMMEDIATE").and_then(|()| {
            let mut transaction =
                Transaction { connection: &self.connection, now: self.clock.now(), touched };
            transaction.create(&mut group.creations, &*self.clock)?;
            for task in &mut group.others {
                transaction.now = self.clock.now();
                task.run(&mut transaction)?;
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
    use std::pin::pin;
    use std::sync::mpsc;

    use futures_util::future::{BoxFuture, join_all};
    use futures_util::{FutureExt as _, poll};
    use tempfile::TempDir;
    use tokio::sync::oneshot;
    use uuid::Uuid;

    use super::*;
    use crate::OperationName;
    use crate::data::payload::any::Any;
    use crate::store::{Created, Key, NewRecord, Record, SqliteStore, Store, StoreError, WorkerId};

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

    type Call<'s> = BoxFuture<'s, Result<Created, StoreError>>;

    /// Lets all of these calls come into one group, in their order: the writer is held by a command before them until they wait.
    async fn in_one_group<'s>(
        store: &SqliteStore,
        calls: impl IntoIterator<Item = Call<'s>>,
    ) -> Vec<Result<Created, StoreError>> {
        let (started, runs) = oneshot::channel();
        let (release, held) = mpsc::channel::<()>();
        let mut hold = pin!(store.write(move |_| {
            let _ = started.send(());
            let _ = held.recv();
            Ok(())
        }));
        assert!(poll!(&mut hold).is_pending());
        runs.await.unwrap();
        let mut calls: Vec<_> = calls.into_iter().collect();
        for call in &mut calls {
            assert!(poll!(call).is_pending());
        }
        drop(release);
        hold.await.unwrap();
        join_all(calls).await
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
        let calls = [("first", 10), ("large", 4 << 20), ("third", 10)]
            .map(|(id, size)| store.create(new(&format!("operations/{id}"), size), None));
        for result in in_one_group(&store, calls).await {
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
        let second = store.write(|transaction| {
            transaction.connection.execute("INSERT INTO lro_meta VALUES ('secret', '')", [])?;
            Ok(Created::New(Record::create(new("operations/second", 10), transaction.now, None)))
        });
        let [first, third] =
            ["operations/first", "operations/third"].map(|text| store.create(new(text, 10), None));
        let results = in_one_group(&store, [first, second.boxed(), third]).await;
        assert!(
            matches!(
                &results[..],
                [Ok(Created::New(_)), Err(StoreError::Invalid { .. }), Ok(Created::New(_))]
            ),
            "{results:?}"
        );
        assert!(exists(&store, "operations/first").await && exists(&store, "operations/third").await);
    }

    /// However many rows one statement has: each creation is refused for what stands against it alone, and before it in the group, too.
    #[tokio::test]
    async fn creations_of_one_group_are_refused_by_themselves() {
        let (_directory, store) = open().await;
        // As an application may have one, in a table of its own.
        let trigger = "CREATE TABLE audit (id); CREATE TRIGGER audited AFTER INSERT ON lro_operation
             BEGIN INSERT INTO audit VALUES (new.id); INSERT INTO audit VALUES (new.id); END";
        store.write(|transaction| transaction.connection.execute_batch(trigger)).await.unwrap();
        let there = |number| name(&format!("operations/{number}"));
        store.create(new("operations/7", 10), None).await.unwrap();
        for count in 1..40 {
            let prefix = |number| format!("folders/{count}/operations/{number}");
            let keyed = |number: u8, request: Option<u8>, exclusive: Option<u8>| {
                let key = |number: u8| Key([count, number].repeat(16).try_into().unwrap());
                let (request_key, exclusive_key) = (request.map(key), exclusive.map(key));
                store.create(NewRecord { request_key, exclusive_key, ..new(&prefix(number), 10) }, None)
            };
            let calls = (0..count).map(|number| match number {
                7 => store.create(new("operations/7", 10), None),
                20 => keyed(3, None, None),
                11 => keyed(11, None, Some(1)),
                30 => keyed(30, None, Some(1)),
                12 => keyed(12, Some(2), None),
                31 => keyed(31, Some(2), None),
                _ => keyed(number, None, None),
            });
            let results = in_one_group(&store, calls).await;
            for (number, result) in results.iter().enumerate() {
                let (found, expected) = match (number, result.as_ref().unwrap()) {
                    (7, Created::Name(found)) => (found, there(7)),
                    (20, Created::Name(found)) => (found, name(&prefix(3))),
                    (30, Created::Exclusive(found)) => (found, name(&prefix(11))),
                    (31, Created::Request(found)) => (found, name(&prefix(12))),
                    (number, Created::New(created)) if ![7, 20, 30, 31].contains(&number) => {
                        (created, name(&prefix(number as u8)))
                    }
                    other => panic!("{count}: {other:?}"),
                };
                assert_eq!(found.name, expected);
                let stored = store.get(std::slice::from_ref(&expected)).await.unwrap();
                assert_eq!(stored[0].as_ref(), Some(found));
            }
        }
    }

    /// An application may have triggers on the table. What they refuse fails alone, too, and what they swallow is not acknowledged.
    #[tokio::test]
    async fn what_a_trigger_refuses_is_not_there_and_the_others_are() {
        for (action, alone) in
            [("ABORT, 'no'", true), ("FAIL, 'no'", true), ("ROLLBACK, 'no'", false), ("IGNORE", false)]
        {
            let (_directory, store) = open().await;
            let trigger = format!(
                "CREATE TRIGGER choosy BEFORE INSERT ON lro_operation WHEN new.name = 'operations/unwanted'
                 BEGIN SELECT RAISE({action}); END"
            );
            store.write(move |transaction| transaction.connection.execute_batch(&trigger)).await.unwrap();
            let names =
                ["a", "b", "c", "unwanted", "d", "e", "f", "g", "h"].map(|id| format!("operations/{id}"));
            let results =
                in_one_group(&store, names.iter().map(|name| store.create(new(name, 10), None))).await;
            for (name, result) in names.iter().zip(results) {
                let wanted = alone && name != "operations/unwanted";
                assert_eq!(matches!(result, Ok(Created::New(_))), wanted, "{action}, {name}: {result:?}");
                assert_eq!(matches!(result, Err(StoreError::Invalid { .. })), alone && !wanted, "{result:?}");
                assert_eq!(exists(&store, name).await, wanted, "{action}, {name}");
            }
        }
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
