//! A store in memory, for tests and quick starts, and the shortest reading of the contract.
//!
//! One table behind one lock. What may be written to a record, and what becomes of it, is said in `record`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;

use super::feed::Feed;
use super::{
    Changes, Clock, Created, Guard, Key, NewRecord, Patch, Purge, Query, Record, Store, StoreError,
    SystemClock, WorkerId, Workers, Written, new_secret,
};
use crate::OperationName;

/// A store in memory: everything is gone with the last handle. Clones share their records, as replicas would.
#[derive(Clone)]
pub struct MemoryStore(Arc<Shared>);

struct Shared {
    clock: Box<dyn Clock>,
    table: Mutex<Table>,
    feed: Feed,
    secret: [u8; 32],
}

#[derive(Default)]
struct Table {
    records: BTreeMap<OperationName, Record>,
    /// Every record, in the order in which clients list, backwards.
    order: BTreeSet<(SystemTime, OperationName)>,
    /// The records that are not done.
    open: BTreeSet<OperationName>,
    /// The request keys of all records, tombstones included.
    requests: HashMap<Key, OperationName>,
    /// The exclusivity keys of the open records.
    exclusives: HashMap<Key, OperationName>,
    workers: Workers,
    descriptors: BTreeMap<String, Bytes>,
}

impl MemoryStore {
    /// An empty store on the machine's clock.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty store on this clock.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self(Arc::new(Shared {
            clock: Box::new(clock),
            table: Mutex::default(),
            feed: Feed::new(),
            secret: new_secret(),
        }))
    }

    /// The table, and the instant at which it is looked at.
    fn lock(&self) -> (MutexGuard<'_, Table>, SystemTime) {
        let table = self.0.table.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock: an instant from before a long wait for it could call a lapsed lease valid.
        let now = self.0.clock.now();
        (table, now)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, new: NewRecord, time_limit: Option<Duration>) -> Result<Created, StoreError> {
        let (mut table, now) = self.lock();
        Ok(table.create(new, time_limit, now))
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        let (table, now) = self.lock();
        let read = |name| table.records.get(name).filter(|record| !record.is_expired(now)).cloned();
        Ok(names.iter().map(read).collect())
    }

    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError> {
        let told = patch.is_told();
        let (mut table, now) = self.lock();
        let written = table.update(name, guard, patch, now);
        if told && matches!(written, Written::Applied(_)) {
            // Under the lock, so that changes are told in the order in which they happened.
            self.0.feed.tell(&[name.hash64()]);
        }
        Ok(written)
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let (table, now) = self.lock();
        Ok(table.list(query, now))
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        let (mut table, now) = self.lock();
        Ok(table.workers.renew(worker, methods, lease, first, now))
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        let (mut table, now) = self.lock();
        Ok(table.workers.reap(caller, now))
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.lock().0.workers.retire(worker);
        Ok(())
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        Ok(self.lock().0.workers.succeed(name, worker))
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        let (mut table, now) = self.lock();
        Ok(table.purge(limit, keep_keys, now))
    }

    fn changes(&self) -> Box<dyn Changes> {
        self.0.feed.subscribe()
    }

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        self.lock().0.descriptors.insert(type_url.to_owned(), descriptor);
        Ok(())
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        let (table, _) = self.lock();
        Ok(table.descriptors.iter().map(|(url, bytes)| (url.clone(), bytes.clone())).collect())
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        Ok(self.0.secret)
    }
}

impl Table {
    fn create(&mut self, new: NewRecord, time_limit: Option<Duration>, now: SystemTime) -> Created {
        let taken = |name: &OperationName| self.records.get(name).map(|record| record.as_of(now));
        if let Some(record) = taken(&new.name) {
            return Created::Name(record);
        }
        if let Some(record) = new.request_key.and_then(|key| self.requests.get(&key)).and_then(taken) {
            return Created::Request(record);
        }
        if let Some(record) = new.exclusive_key.and_then(|key| self.exclusives.get(&key)).and_then(taken) {
            return Created::Exclusive(record);
        }
        let record = Record::create(new, now, time_limit);
        let name = record.name.clone();
        if let Some(key) = record.request_key {
            self.requests.insert(key, name.clone());
        }
        if let Some(key) = record.exclusive_key {
            self.exclusives.insert(key, name.clone());
        }
        self.order.insert((record.create_time, name.clone()));
        self.open.insert(name.clone());
        self.records.insert(name, record.clone());
        Created::New(record)
    }

    fn update(&mut self, name: &OperationName, guard: Guard, patch: Patch, now: SystemTime) -> Written {
        let Some(record) = self.records.get_mut(name).filter(|record| !record.is_expired(now)) else {
            return Written::Absent;
        };
        if !guard.admits(&record.head()) {
            return Written::Refused(record.head());
        }
        record.apply(patch, now);
        let head = record.head();
        if head.done
            && self.open.remove(name)
            && let Some(key) = record.exclusive_key
        {
            self.exclusives.remove(&key);
        }
        Written::Applied(head)
    }

    fn list(&self, query: &Query, now: SystemTime) -> Vec<Record> {
        match query {
            Query::Public { after, limit, .. } => {
                let page = match after {
                    Some(cursor) => self.order.range(..(cursor.create_time, cursor.name.clone())),
                    None => self.order.range(..),
                };
                self.read(page.rev().map(|(_, name)| name), query, *limit, now)
            }
            Query::Claimable { after, limit, .. }
            | Query::OwnedBy { after, limit, .. }
            | Query::Unregistered { after, limit }
            | Query::Overdue { after, limit } => {
                let page = self.open.range((after.as_ref().map_or(Unbounded, Excluded), Unbounded));
                self.read(page, query, *limit, now)
            }
            Query::Request { key } => {
                let record = self.requests.get(key).and_then(|name| self.records.get(name));
                record.map(|record| record.as_of(now)).into_iter().collect()
            }
        }
    }

    /// The first of these records that the query admits.
    fn read<'n>(
        &self,
        names: impl Iterator<Item = &'n OperationName>,
        query: &Query,
        limit: usize,
        now: SystemTime,
    ) -> Vec<Record> {
        names
            .filter_map(|name| self.records.get(name))
            .filter(|record| query.admits(record, &self.workers, now))
            .take(limit)
            .cloned()
            .collect()
    }

    fn purge(&mut self, limit: usize, keep_keys: Duration, now: SystemTime) -> usize {
        let mut gone = Vec::new();
        let mut changed = 0;
        for record in self.records.values_mut() {
            if changed == limit {
                break;
            }
            match record.purge(now, keep_keys) {
                Purge::Keep => continue,
                Purge::Entomb => *record = record.as_of(now),
                Purge::Delete => gone.push(record.name.clone()),
            }
            changed += 1;
        }
        for name in gone {
            if let Some(record) = self.records.remove(&name) {
                if let Some(key) = record.request_key {
                    self.requests.remove(&key);
                }
                self.order.remove(&(record.create_time, name));
            }
        }
        changed
    }
}
