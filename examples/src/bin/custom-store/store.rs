//! The store: the contract over a table that is kept in a log.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Changes, Clock, Created, Guard, NewRecord, Patch, Purge, Query, Record, Store, StoreError, WorkerId,
    Written,
};

use crate::table::{Table, descriptor_line, purged_line, record_line};

/// A store in a log. It looks at all records for the few that it wants: an index is the first thing that a busy store would add.
#[derive(Debug, Clone)]
pub(crate) struct LogStore {
    clock: Arc<dyn Clock>,
    table: Arc<Mutex<Table>>,
}

impl LogStore {
    /// Opens the store in a folder. Waits for the process that has it.
    pub(crate) fn open(folder: &Path, clock: impl Clock) -> io::Result<Self> {
        Ok(Self { clock: Arc::new(clock), table: Arc::new(Mutex::new(Table::open(folder)?)) })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on a thread that may wait for the disk. What was begun is carried through, even if nobody waits for it any more.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Table, SystemTime) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut table = store.lock();
            let now = store.clock.now();
            work(&mut table, now)
        });
        done.await.map_err(StoreError::maybe_applied)?.map_err(StoreError::maybe_applied)
    }
}

#[async_trait]
impl Store for LogStore {
    async fn create(&self, new: NewRecord, time_limit: Option<Duration>) -> Result<Created, StoreError> {
        self.work(move |table, now| {
            let find = |wanted: &dyn Fn(&Record) -> bool| {
                table.records.values().find(|record| wanted(record)).map(|record| record.as_of(now))
            };
            if let Some(found) = find(&|record| record.name == new.name) {
                return Ok(Created::Name(found));
            }
            if new.request_key.is_some()
                && let Some(found) = find(&|record| record.request_key == new.request_key)
            {
                return Ok(Created::Request(found));
            }
            if new.exclusive_key.is_some()
                && let Some(found) =
                    find(&|record| record.exclusive_key == new.exclusive_key && record.outcome.is_none())
            {
                return Ok(Created::Exclusive(found));
            }
            let record = Record::create(new, now, time_limit);
            table.write(&record_line(&record))?;
            Ok(Created::New(record))
        })
        .await
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        let names = names.to_vec();
        self.work(move |table, now| Ok(names.iter().map(|name| table.get(name, now).cloned()).collect()))
            .await
    }

    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError> {
        let name = name.clone();
        self.work(move |table, now| {
            let Some(mut record) = table.get(&name, now).cloned() else { return Ok(Written::Absent) };
            if !guard.admits(&record.head()) {
                return Ok(Written::Refused(record.head()));
            }
            let told = patch.is_told();
            record.apply(patch, now);
            table.write(&record_line(&record))?;
            if told {
                table.feed.tell(&[name.hash64()]);
            }
            Ok(Written::Applied(record.head()))
        })
        .await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let query = query.clone();
        self.work(move |table, now| Ok(query.page(table.records.values(), &table.workers, now))).await
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        let methods = methods.to_vec();
        self.work(move |table, now| Ok(table.workers.renew(worker, &methods, lease, first, now))).await
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        self.work(move |table, now| Ok(table.workers.reap(caller, now))).await
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.work(move |table, _| {
            table.workers.retire(worker);
            Ok(())
        })
        .await
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        let name = name.to_owned();
        self.work(move |table, _| Ok(table.workers.succeed(&name, worker))).await
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        self.work(move |table, now| {
            let line = |record: &Record| match record.purge(now, keep_keys) {
                Purge::Keep => None,
                Purge::Entomb => Some(record_line(&record.as_of(now))),
                Purge::Delete => Some(purged_line(&record.name)),
            };
            let lines: Vec<_> = table.records.values().filter_map(line).take(limit).collect();
            table.write(&lines.concat())?;
            Ok(lines.len())
        })
        .await
    }

    fn changes(&self) -> Box<dyn Changes> {
        self.lock().feed.subscribe()
    }

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        let line = descriptor_line(type_url, &descriptor);
        self.work(move |table, _| table.write(&line)).await
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.work(|table, _| Ok(table.descriptors.clone().into_iter().collect())).await
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        self.work(|table, _| Ok(table.secret)).await
    }
}
