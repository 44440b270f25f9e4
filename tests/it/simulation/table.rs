//! The shared store: a table in memory, and what arrives there, one after the other, with a note of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Clock, Created, Guard, MemoryStore, NewRecord, Patch, Query, Record, Store as _, StoreError, WorkerId,
    Written,
};

use super::history::{Op, ReplicaId, Request, Row, What, Write};
use super::sabotage::Sabotage;
use super::spoil::Spoils;
use super::world::World;
use crate::support::TokioClock;

pub(super) struct Table {
    pub(super) store: MemoryStore,
    pub(super) clock: TokioClock,
    /// Until when each worker has its lease, if it has a row.
    leases: Mutex<BTreeMap<WorkerId, SystemTime>>,
    /// What is open.
    open: Mutex<BTreeMap<Op, OperationName>>,
    pub(super) spoils: Mutex<Spoils>,
}

/// A store in memory answers at once.
pub(super) fn now<T>(answer: impl Future<Output = Result<T, StoreError>>) -> T {
    answer.now_or_never().expect("it does not wait").expect("it does not fail")
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            store: MemoryStore::with_clock(TokioClock::new()),
            clock: TokioClock::new(),
            leases: Mutex::default(),
            open: Mutex::default(),
            spoils: Mutex::default(),
        }
    }

    /// The operations that have not ended.
    pub(super) fn open(&self) -> Vec<OperationName> {
        self.open.lock().unwrap().values().cloned().collect()
    }

    /// The workers whose leases have lapsed, and who still have their rows.
    pub(super) fn lapsed(&self) -> Vec<WorkerId> {
        let at = self.clock.now();
        let leases = self.leases.lock().unwrap();
        leases.iter().filter(|(_, end)| **end <= at).map(|(worker, _)| *worker).collect()
    }

    fn read(&self, name: &OperationName) -> Option<Record> {
        let record = now(self.store.get(std::slice::from_ref(name))).pop().flatten();
        record.map(|record| self.spoils.lock().unwrap().end(record))
    }
}

/// What arrives.
impl World {
    pub(super) fn create(&self, by: ReplicaId, new: NewRecord, limit: Option<Duration>) -> Created {
        let name = new.name.clone();
        let request = Request::Create { request_key: new.request_key, exclusive_key: new.exclusive_key };
        let before = self.table.read(&name);
        let created = self.spoiled_create(new, limit);
        self.wrote(by, &name, request, before, matches!(created, Created::New(_)));
        created
    }

    pub(super) fn update(
        self: &Arc<Self>,
        by: ReplicaId,
        name: &OperationName,
        guard: Guard,
        patch: Patch,
    ) -> Written {
        let before = self.table.read(name);
        let told = patch.is_told();
        let written = self.spoiled_update(before.as_ref(), name, guard, patch);
        let accepted = matches!(written, Written::Applied(_));
        self.wrote(by, name, Request::Update(guard), before, accepted);
        if accepted && told {
            self.tell(name);
        }
        written
    }

    pub(super) fn get(&self, names: &[OperationName]) -> Vec<Option<Record>> {
        self.spoiled_get(names, now(self.table.store.get(names)))
    }

    pub(super) fn list(&self, by: ReplicaId, query: &Query) -> Vec<Record> {
        if self.is(Sabotage::CondemnAtOnce)
            && matches!(query, Query::Claimable { .. })
            && let Some(worker) = self.worker_of(by)
        {
            self.reap(by, worker, self.network.now());
        }
        self.spoiled_list(query, now(self.table.store.list(query)))
    }

    pub(super) fn renew(
        &self,
        by: ReplicaId,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> bool {
        let alive = now(self.table.store.renew(worker, methods, lease, first));
        if alive {
            self.table.leases.lock().unwrap().insert(worker, self.table.clock.now() + lease);
        }
        let worker = self.worker(worker, by);
        self.log(What::Renewed { worker, alive });
        alive || self.is(Sabotage::TellNobody)
    }

    pub(super) fn reap(&self, by: ReplicaId, caller: WorkerId, asked: Duration) -> usize {
        let mut gone = self.table.lapsed();
        gone.retain(|worker| *worker != caller);
        self.table.leases.lock().unwrap().retain(|worker, _| !gone.contains(worker));
        let reaped = now(self.table.store.reap(caller));
        assert_eq!(reaped, gone.len(), "the store condemns those whose leases have lapsed");
        let gone = gone.into_iter().map(|worker| self.known_worker(worker)).collect();
        self.log(What::Reaped { by, asked, gone });
        reaped
    }

    pub(super) fn retire(&self, worker: WorkerId) {
        let had_row = self.table.leases.lock().unwrap().remove(&worker).is_some();
        now(self.table.store.retire(worker));
        // Who has no row is not condemned by that: the first renewal of an engine that did not open may still be on its way, and the
        // row that it then makes is nobody's.
        if had_row {
            self.log(What::Retired { worker: self.known_worker(worker) });
        }
    }

    pub(super) fn succeed(&self, name: &str, worker: WorkerId) -> Option<WorkerId> {
        now(self.table.store.succeed(name, worker))
    }

    pub(super) fn purge(&self, limit: usize, keep_keys: Duration) -> usize {
        now(self.table.store.purge(limit, keep_keys))
    }

    fn wrote(
        &self,
        by: ReplicaId,
        name: &OperationName,
        request: Request,
        before: Option<Record>,
        accepted: bool,
    ) {
        let op = self.op(name);
        let after = self.table.read(name);
        let mut open = self.table.open.lock().unwrap();
        match &after {
            Some(record) if record.outcome.is_none() => open.insert(op, name.clone()),
            _ => open.remove(&op),
        };
        drop(open);
        let [before, after] = [before, after].map(|record| record.map(|record| self.row(record)));
        let now = self.table.clock.now();
        self.log(What::Wrote(Box::new(Write { by, op, request, accepted, before, after, now })));
    }

    fn row(&self, record: Record) -> Row {
        Row {
            worker: record.worker.map(|worker| self.known_worker(worker)),
            attempt: record.attempt,
            interruptions: record.interruptions,
            outcome: record.outcome,
            restartable: record.restartable,
            cancelled: record.cancel_time.is_some(),
            removed: record.remove_time.is_some(),
            deadline: record.deadline,
            expires: record.expire_time,
        }
    }
}
