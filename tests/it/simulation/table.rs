//! The shared store: a table in memory, and what arrives there, one after the other, with a note of each. Some sabotage is done here.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Clock, Created, Guard, Key, MemoryStore, NewRecord, Patch, Query, Record, Store as _, StoreError,
    WorkerId, Written,
};

use super::history::{Op, ReplicaId, Request, Row, What, Write};
use super::sabotage::Sabotage;
use super::world::World;
use crate::support::TokioClock;

pub(super) struct Table {
    pub(super) store: MemoryStore,
    clock: TokioClock,
    /// Until when each worker has its lease, if it has a row.
    leases: Mutex<BTreeMap<WorkerId, SystemTime>>,
    /// What is open.
    open: Mutex<BTreeMap<Op, OperationName>>,
    spoils: Mutex<Spoils>,
}

/// What sabotage needs to remember.
#[derive(Default)]
struct Spoils {
    /// The record before its last change.
    previous: HashMap<OperationName, Record>,
    /// What workers had that was taken from them.
    taken: HashMap<WorkerId, BTreeMap<OperationName, Record>>,
    reads: u64,
}

/// A store in memory answers at once.
fn now<T>(answer: impl Future<Output = Result<T, StoreError>>) -> T {
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

    fn read(&self, name: &OperationName) -> Option<Record> {
        now(self.store.get(std::slice::from_ref(name))).pop().flatten()
    }
}

/// What arrives.
impl World {
    pub(super) fn create(&self, by: ReplicaId, new: NewRecord, limit: Option<Duration>) -> Created {
        let (name, op) = (new.name.clone(), self.op(&new.name));
        let (request_key, exclusive_key) = (new.request_key, new.exclusive_key);
        let before = self.table.read(&name);
        let mut created = if self.is(Sabotage::LoseCreations) && op.call % 4 == 0 {
            Created::New(Record::create(new.clone(), self.table.clock.now(), limit))
        } else {
            now(self.table.store.create(new.clone(), limit))
        };
        if self.is(Sabotage::FreeDeletedKeys)
            && matches!(&created, Created::Exclusive(found) if found.remove_time.is_some())
        {
            let Key(mut bytes) = new.exclusive_key.expect("it was taken");
            bytes[0] ^= 1;
            let exclusive_key = Some(Key(bytes));
            created = now(self.table.store.create(NewRecord { exclusive_key, ..new }, limit));
        }
        let accepted = matches!(created, Created::New(_));
        let request = Request::Create { request_key, exclusive_key };
        self.wrote(by, &name, request, before, accepted);
        created
    }

    pub(super) fn update(
        self: &Arc<Self>,
        by: ReplicaId,
        name: &OperationName,
        guard: Guard,
        mut patch: Patch,
    ) -> Written {
        let before = self.table.read(name);
        let told = patch.is_told();
        let guard = self.spoil_update(before.as_ref(), guard, &mut patch);
        let mut written = now(self.table.store.update(name, guard.1, patch.clone()));
        let accepted = matches!(written, Written::Applied(_));
        if self.is(Sabotage::ForgetCancels)
            && patch.attempt.is_some()
            && let Written::Applied(head) = &mut written
        {
            head.cancelled = false;
        }
        if let Some(before) = &before
            && accepted
        {
            let mut spoils = self.table.spoils.lock().unwrap();
            spoils.previous.insert(name.clone(), before.clone());
            if let (Some(worker), Some(_)) = (before.worker, patch.attempt) {
                spoils.taken.entry(worker).or_default().insert(name.clone(), before.clone());
            }
        }
        self.wrote(by, name, Request::Update(guard.0), before, accepted);
        if accepted && told {
            self.tell(name);
        }
        written
    }

    pub(super) fn get(&self, names: &[OperationName]) -> Vec<Option<Record>> {
        let mut records = now(self.table.store.get(names));
        if self.is(Sabotage::ShowDeleted) {
            records.iter_mut().flatten().for_each(|record| record.remove_time = None);
        }
        if self.is(Sabotage::ReadThePast) {
            let mut spoils = self.table.spoils.lock().unwrap();
            spoils.reads += 1;
            if spoils.reads.is_multiple_of(5) {
                let past = |name| spoils.previous.get(name).cloned();
                records
                    .iter_mut()
                    .zip(names)
                    .for_each(|(record, name)| *record = past(name).or(record.take()));
            }
        }
        records
    }

    pub(super) fn list(&self, by: ReplicaId, query: &Query) -> Vec<Record> {
        if self.is(Sabotage::CondemnAtOnce)
            && matches!(query, Query::Claimable { .. })
            && let Some(worker) = self.worker_of(by)
        {
            self.reap(by, worker, self.network.now());
        }
        let mut found = now(self.table.store.list(query));
        match (self.sabotage, query) {
            (Some(sabotage), Query::OwnedBy { .. }) if sabotage.hides_leftovers() => found.clear(),
            (Some(Sabotage::TellNobody), Query::OwnedBy { worker, .. }) => {
                let spoils = self.table.spoils.lock().unwrap();
                found.extend(spoils.taken.get(worker).into_iter().flat_map(BTreeMap::values).cloned());
            }
            (Some(Sabotage::ForgetCancels), Query::Claimable { .. }) => {
                found.iter_mut().for_each(|record| record.cancel_time = None);
            }
            (Some(Sabotage::ClaimByExpiry), Query::Claimable { methods, .. }) => {
                let at = self.table.clock.now();
                let leases = self.table.leases.lock().unwrap().clone();
                for (worker, _) in leases.into_iter().filter(|(_, end)| *end <= at) {
                    let owned = Query::OwnedBy { worker, after: None, limit: usize::MAX };
                    let owned = now(self.table.store.list(&owned)).into_iter();
                    found.extend(owned.filter(|record| {
                        !record.restartable || methods.contains(&record.method.to_string())
                    }));
                }
            }
            _ => {}
        }
        found
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
        let at = self.table.clock.now();
        let lapsed = |worker: &WorkerId, end: &SystemTime| *worker != caller && *end <= at;
        let mut leases = self.table.leases.lock().unwrap();
        let gone: Vec<_> =
            leases.iter().filter(|(worker, end)| lapsed(worker, end)).map(|(worker, _)| *worker).collect();
        leases.retain(|worker, end| !lapsed(worker, end));
        let reaped = now(self.table.store.reap(caller));
        assert_eq!(reaped, gone.len(), "the store condemns those whose leases have lapsed");
        let gone = gone.into_iter().map(|worker| self.known_worker(worker)).collect();
        self.log(What::Reaped { by, asked, gone });
        reaped
    }

    pub(super) fn retire(&self, worker: WorkerId) {
        self.table.leases.lock().unwrap().remove(&worker);
        now(self.table.store.retire(worker));
        self.log(What::Retired { worker: self.known_worker(worker) });
    }

    pub(super) fn succeed(&self, name: &str, worker: WorkerId) -> Option<WorkerId> {
        now(self.table.store.succeed(name, worker))
    }

    pub(super) fn purge(&self, limit: usize, keep_keys: Duration) -> usize {
        now(self.table.store.purge(limit, keep_keys))
    }

    /// The guard that was given, and the one that counts.
    fn spoil_update(&self, before: Option<&Record>, guard: Guard, patch: &mut Patch) -> (Guard, Guard) {
        let mut counts = guard;
        match self.sabotage {
            Some(Sabotage::IgnoreAttempts) => {
                if let (Some(before), Guard::Attempt(_)) = (before, guard) {
                    counts = Guard::Attempt(before.attempt);
                }
            }
            Some(Sabotage::KeepAttempts)
                if patch.outcome.is_none() && before.is_some_and(|row| row.attempt > 0) =>
            {
                patch.attempt = None;
            }
            Some(Sabotage::CountHandOvers) if patch.worker == Some(None) && patch.interruptions.is_none() => {
                patch.interruptions = before.map(|record| record.interruptions + 1);
            }
            Some(Sabotage::LoseCheckpoints) => patch.state = None,
            _ => {}
        }
        (guard, counts)
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
