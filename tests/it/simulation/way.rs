//! One replica's way to the shared table: what its engine takes for the store.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use fastrand::Rng;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Change, Changes, Created, Guard, NewRecord, Patch, Query, Record, Store, StoreError, WorkerId, Written,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot::{Sender, channel};
use uuid::Uuid;

use super::history::{Op, What};
use super::link::Link;
use super::sabotage::Sabotage;
use super::weather::{Fate, Kind, Trip};
use super::world::World;

#[derive(Clone)]
pub(super) struct Way {
    world: Arc<World>,
    link: Arc<Link>,
}

/// Where the answer goes; taken by the first one.
type Reply<T> = Arc<Mutex<Option<Sender<Result<T, StoreError>>>>>;

/// For calls that are about no operation, or about many.
const NONE: Op = Op { call: u32::MAX, nth: 0 };

impl Way {
    pub(super) fn new(world: &Arc<World>, link: &Arc<Link>) -> Self {
        Self { world: Arc::clone(world), link: Arc::clone(link) }
    }

    /// Sends a request to the table, and waits for the reply: whatever becomes of either.
    async fn call<T: Send + 'static>(
        &self,
        kind: Kind,
        op: Op,
        request: impl FnOnce(&Arc<World>) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.link.awake().await;
        let mut rng = self.link.draw(self.world.seed, kind, op);
        let trip = self.world.trip(&self.link, kind, &mut rng);
        self.note(kind, trip);
        let (reply, answered) = channel();
        let reply = Arc::new(Mutex::new(Some(reply)));
        let lost = || Err(StoreError::maybe_applied("nobody answered"));
        if trip.fate == Fate::Late {
            let reply = Arc::clone(&reply);
            self.world.network.send(trip.back, rng.u64(..), move || answer(&reply, lost()));
        }
        let (world, link) = (Arc::clone(&self.world), Arc::clone(&self.link));
        arrive(world, link, trip, rng, reply, request);
        // Without an answer, it never goes on: the sender is gone with the simulation.
        let Ok(result) = answered.await else { return std::future::pending().await };
        self.link.awake().await;
        result
    }

    /// A renewal that does not come through as it should is no fault of the protocol.
    fn note(&self, kind: Kind, trip: Trip) {
        let usual = Duration::from_millis(500);
        if kind == Kind::Renew && (trip.fate != Fate::Delivered || trip.there + trip.back > usual) {
            let until = self.world.network.now() + trip.there + trip.back;
            self.world.log(What::Disturbed { replica: self.link.id, until });
        }
    }

    fn op(&self, names: &[OperationName]) -> Op {
        if let [name] = names { self.world.op(name) } else { NONE }
    }

    async fn update_once(
        &self,
        name: &OperationName,
        guard: Guard,
        patch: Patch,
    ) -> Result<Written, StoreError> {
        let (by, op, name) = (self.link.id, self.world.op(name), name.clone());
        self.call(kind(&patch), op, move |world| world.update(by, &name, guard, patch)).await
    }

    /// The id that the table knows this worker by: that of the host, where ids are kept.
    fn outward(&self, worker: WorkerId) -> WorkerId {
        let kept = self.world.sabotage.is_some_and(Sabotage::keeps_worker_ids);
        if kept { WorkerId(Uuid::from_u128(u128::from(self.link.host) + 1)) } else { worker }
    }

    fn inward(&self, mut record: Record) -> Record {
        let own = *self.link.worker.lock().unwrap();
        if let (Some(worker), Some(own)) = (record.worker, own)
            && worker == self.outward(own)
        {
            record.worker = Some(own);
        }
        record
    }
}

/// Lets a request arrive when it is due, or when nothing stands in its way any more, and then sends the reply.
fn arrive<T: Send + 'static>(
    world: Arc<World>,
    link: Arc<Link>,
    trip: Trip,
    mut rng: Rng,
    reply: Reply<T>,
    request: impl FnOnce(&Arc<World>) -> T + Send + 'static,
) {
    let network = &Arc::clone(&world).network;
    network.send(trip.there, rng.u64(..), move || {
        let lost = |reply: &Reply<T>| answer(reply, Err(StoreError::maybe_applied("nobody answered")));
        match world.obstacle(&link) {
            Some(obstacle) if obstacle.hangs => {
                let there = obstacle.until.saturating_sub(world.network.now()) + Trip::fair(&mut rng).there;
                return arrive(world, link, Trip { there, ..trip }, rng, reply, request);
            }
            Some(_) => {
                let refused = move || answer(&reply, Err(StoreError::unavailable("there is an outage")));
                return world.network.send(trip.back, rng.u64(..), refused);
            }
            None => {}
        }
        if trip.fate == Fate::RequestLost {
            return world.network.send(trip.back, rng.u64(..), move || lost(&reply));
        }
        let result = request(&world);
        let network = &Arc::clone(&world).network;
        network.send(trip.back, rng.u64(..), move || {
            // What has happened cannot be told.
            if trip.fate == Fate::ReplyLost || world.obstacle(&link).is_some() {
                lost(&reply);
            } else {
                answer(&reply, Ok(result));
            }
        });
    });
}

fn answer<T>(reply: &Reply<T>, result: Result<T, StoreError>) {
    if let Some(reply) = reply.lock().unwrap().take() {
        // The caller may have hung up.
        let _ = reply.send(result);
    }
}

fn kind(patch: &Patch) -> Kind {
    match patch {
        Patch { cancel: true, .. } => Kind::Mark,
        Patch { remove: true, outcome: None, .. } => Kind::Mark,
        Patch { attempt: None, outcome: None, worker: None, .. } => Kind::Progress,
        _ => Kind::Fenced,
    }
}

#[async_trait]
impl Store for Way {
    async fn create(&self, new: NewRecord, limit: Option<Duration>) -> Result<Created, StoreError> {
        let (by, op) = (self.link.id, self.world.op(&new.name));
        let new = NewRecord { worker: self.outward(new.worker), ..new };
        let created = self.call(Kind::Create, op, move |world| world.create(by, new, limit)).await?;
        Ok(match created {
            Created::New(record) => Created::New(self.inward(record)),
            Created::Name(record) => Created::Name(self.inward(record)),
            other => other,
        })
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        let (op, names) = (self.op(names), names.to_vec());
        let records = self.call(Kind::Get, op, move |world| world.get(&names)).await?;
        Ok(records.into_iter().map(|record| record.map(|record| self.inward(record))).collect())
    }

    async fn update(
        &self,
        name: &OperationName,
        guard: Guard,
        mut patch: Patch,
    ) -> Result<Written, StoreError> {
        patch.worker = patch.worker.map(|worker| worker.map(|worker| self.outward(worker)));
        let Some(attempt) = patch.attempt.filter(|_| self.world.is(Sabotage::ClaimThenFail)) else {
            return self.update_once(name, guard, patch).await;
        };
        let Some(outcome) = patch.outcome.take() else {
            return self.update_once(name, guard, patch).await;
        };
        let retention = patch.retention.take();
        let claimed = self.update_once(name, guard, patch).await?;
        if !matches!(claimed, Written::Applied(_)) {
            return Ok(claimed);
        }
        let end = Patch { outcome: Some(outcome), retention, ..Patch::default() };
        self.update_once(name, Guard::Attempt(attempt), end).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let mut query = query.clone();
        if let Query::OwnedBy { worker, .. } = &mut query {
            *worker = self.outward(*worker);
        }
        let by = self.link.id;
        let found = self.call(Kind::List, NONE, move |world| world.list(by, &query)).await?;
        Ok(found.into_iter().map(|record| self.inward(record)).collect())
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        let (by, known, methods) = (self.link.id, self.outward(worker), methods.to_vec());
        self.world.worker(known, by);
        if first {
            *self.link.worker.lock().unwrap() = Some(worker);
        }
        self.call(Kind::Renew, NONE, move |world| world.renew(by, known, &methods, lease, first)).await
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        let (by, caller, asked) = (self.link.id, self.outward(caller), self.world.network.now());
        self.call(Kind::Reap, NONE, move |world| world.reap(by, caller, asked)).await
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        let worker = self.outward(worker);
        self.call(Kind::Retire, NONE, move |world| world.retire(worker)).await
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        let (name, worker) = (name.to_owned(), self.outward(worker));
        self.world.worker(worker, self.link.id);
        self.call(Kind::Succeed, NONE, move |world| world.succeed(&name, worker)).await
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        self.call(Kind::Purge, NONE, move |world| world.purge(limit, keep_keys)).await
    }

    fn changes(&self) -> Box<dyn Changes> {
        let (ear, told) = unbounded_channel();
        *self.link.ear.lock().unwrap() = Some(ear);
        Box::new(Heard { link: Arc::clone(&self.link), told, next: None })
    }

    // What is asked once, when an engine opens, is no part of the protocol.

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        self.world.table.store.put_descriptor(type_url, descriptor).await
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.world.table.store.descriptors().await
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        self.world.table.store.secret().await
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way").field("replica", &self.link.id).finish_non_exhaustive()
    }
}

/// What one replica hears of changes.
struct Heard {
    link: Arc<Link>,
    told: UnboundedReceiver<Change>,
    /// What was told, and perhaps not passed on, since the replica is paused.
    next: Option<Change>,
}

#[async_trait]
impl Changes for Heard {
    async fn next(&mut self) -> Change {
        loop {
            if self.next.is_none() {
                self.next = self.told.recv().await;
            }
            self.link.awake().await;
            match self.next.take() {
                Some(change) => return change,
                None => std::future::pending().await,
            }
        }
    }
}
