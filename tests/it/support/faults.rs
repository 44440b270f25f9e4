//! A store around another one, whose calls can be held at a gate, refused, or done without an answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Change, Changes, Created, Guard, NewRecord, Patch, Query, Record, Store, StoreError, WorkerId, Written,
};
use tokio::sync::{Semaphore, watch};

/// What the engine asks of a store, by purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Create,
    Get,
    /// An update that writes an outcome.
    Complete,
    /// An update that raises the attempt without ending the operation.
    Turn,
    /// An update that writes metadata alone.
    Progress,
    Cancel,
    Delete,
    List,
    /// A list of what has a request key.
    LookUp,
    Renew,
    Reap,
    Succeed,
}

#[derive(Debug, Clone)]
enum Fault {
    /// Nothing happens, and the caller is told so.
    Refuse,
    /// Nothing happens, but the caller cannot know.
    LoseRequest,
    /// It happens, but the caller cannot know.
    LoseReply,
    /// It waits at the gate, and then happens.
    HoldRequest(Gate),
    /// It happens, and the reply waits at the gate.
    HoldReply(Gate),
}

/// A place where one call waits until it is let through.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn new() -> Self {
        Self { arrived: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    async fn pass(&self) {
        self.arrived.add_permits(1);
        self.open.acquire().await.expect("the gate is never closed").forget();
    }

    /// Waits until the call is at the gate.
    pub(crate) async fn reached(&self) {
        self.arrived.acquire().await.expect("the gate is never closed").forget();
    }

    /// Whether a call has come to the gate.
    pub(crate) fn is_reached(&self) -> bool {
        self.arrived.available_permits() > 0
    }

    /// Lets the call through.
    pub(crate) fn release(&self) {
        self.open.add_permits(1);
    }
}

/// The disturbed store. Clones share their faults.
#[derive(Debug, Clone)]
pub(crate) struct FaultyStore {
    inner: Arc<dyn Store>,
    faults: Arc<Mutex<Faults>>,
    hanging: watch::Sender<bool>,
    deaf: bool,
}

#[derive(Debug, Default)]
struct Faults {
    next: VecDeque<(Call, Fault)>,
    outage: bool,
}

impl FaultyStore {
    pub(crate) fn new(inner: impl Store) -> Self {
        Self {
            inner: Arc::new(inner),
            faults: Arc::default(),
            hanging: watch::Sender::new(false),
            deaf: false,
        }
    }

    /// The same store with faults of its own: another replica's way to it.
    pub(crate) fn another_way(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            faults: Arc::default(),
            hanging: watch::Sender::new(false),
            deaf: false,
        }
    }

    /// The same store, whose notifications are all lost on the way.
    pub(crate) fn deaf(&self) -> Self {
        Self { deaf: true, ..self.another_way() }
    }

    /// Calls wait from now on, or go on.
    pub(crate) fn hang(&self, hang: bool) {
        self.hanging.send_replace(hang);
    }

    /// Every call is refused from now on, or none any more.
    pub(crate) fn outage(&self, outage: bool) {
        self.faults.lock().unwrap().outage = outage;
    }

    pub(crate) fn refuse_next(&self, call: Call) {
        self.add(call, Fault::Refuse);
    }

    pub(crate) fn lose_next_request(&self, call: Call) {
        self.add(call, Fault::LoseRequest);
    }

    pub(crate) fn lose_next_reply(&self, call: Call) {
        self.add(call, Fault::LoseReply);
    }

    pub(crate) fn hold_next_request(&self, call: Call) -> Gate {
        let gate = Gate::new();
        self.add(call, Fault::HoldRequest(gate.clone()));
        gate
    }

    pub(crate) fn hold_next_reply(&self, call: Call) -> Gate {
        let gate = Gate::new();
        self.add(call, Fault::HoldReply(gate.clone()));
        gate
    }

    fn add(&self, call: Call, fault: Fault) {
        self.faults.lock().unwrap().next.push_back((call, fault));
    }

    fn take(&self, call: Call) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        if faults.outage {
            return Some(Fault::Refuse);
        }
        let at = faults.next.iter().position(|(next, _)| *next == call)?;
        faults.next.remove(at).map(|(_, fault)| fault)
    }

    async fn disturb<T>(
        &self,
        call: Call,
        request: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        // The sender lives as long as this way.
        let _ = self.hanging.subscribe().wait_for(|hangs| !hangs).await;
        match self.take(call) {
            None => request.await,
            Some(Fault::Refuse) => Err(StoreError::unavailable("refused by the test")),
            Some(Fault::LoseRequest) => Err(StoreError::maybe_applied("the request was lost")),
            Some(Fault::LoseReply) => {
                request.await?;
                Err(StoreError::maybe_applied("the reply was lost"))
            }
            Some(Fault::HoldRequest(gate)) => {
                gate.pass().await;
                request.await
            }
            Some(Fault::HoldReply(gate)) => {
                let answer = request.await;
                gate.pass().await;
                answer
            }
        }
    }
}

fn purpose(patch: &Patch) -> Call {
    match patch {
        Patch { cancel: true, .. } => Call::Cancel,
        Patch { outcome: Some(_), .. } => Call::Complete,
        Patch { remove: true, .. } => Call::Delete,
        Patch { attempt: Some(_), .. } => Call::Turn,
        _ => Call::Progress,
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn create(&self, record: NewRecord, limit: Option<Duration>) -> Result<Created, StoreError> {
        self.disturb(Call::Create, self.inner.create(record, limit)).await
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        self.disturb(Call::Get, self.inner.get(names)).await
    }

    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError> {
        self.disturb(purpose(&patch), self.inner.update(name, guard, patch)).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        let call = if matches!(query, Query::Request { .. }) { Call::LookUp } else { Call::List };
        self.disturb(call, self.inner.list(query)).await
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        self.disturb(Call::Renew, self.inner.renew(worker, methods, lease, first)).await
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        self.disturb(Call::Reap, self.inner.reap(caller)).await
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.inner.retire(worker).await
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        self.disturb(Call::Succeed, self.inner.succeed(name, worker)).await
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        self.inner.purge(limit, keep_keys).await
    }

    fn changes(&self) -> Box<dyn Changes> {
        if self.deaf { Box::new(Silence) } else { self.inner.changes() }
    }

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        self.inner.put_descriptor(type_url, descriptor).await
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.inner.descriptors().await
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        self.inner.secret().await
    }
}

/// A change feed that never tells anything.
struct Silence;

#[async_trait]
impl Changes for Silence {
    async fn next(&mut self) -> Change {
        std::future::pending().await
    }
}
