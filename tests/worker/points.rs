//! Named fail points: a store around another one, which kills its own process at a durable write, before it or after it.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lro_runtime::OperationName;
use lro_runtime::store::{
    Changes, Created, Guard, NewRecord, Patch, Query, Record, Store, StoreError, WorkerId, Written,
};
use rustix::process::{Signal, getpid, kill_process};

/// The fail point at which the process dies, `complete.after`, and when it is passed for the n-th time, `checkpoint.before:2`.
#[derive(Clone, Debug)]
pub(crate) struct Death {
    write: String,
    after: bool,
    pass: u32,
}

impl FromStr for Death {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (point, pass) = text.split_once(':').unwrap_or((text, "1"));
        let (write, when) = point.split_once('.').ok_or("a point is a write and a time")?;
        if !WRITES.contains(&write) || !["before", "after"].contains(&when) {
            return Err("there is no such point");
        }
        let pass = pass.parse().map_err(|_| "the pass is a number")?;
        Ok(Self { write: write.to_owned(), after: when == "after", pass })
    }
}

/// The durable writes.
const WRITES: [&str; 9] =
    ["create", "claim", "turn", "progress", "checkpoint", "complete", "cancel", "delete", "handover"];

/// What a write is for.
fn purpose(patch: &Patch) -> &'static str {
    match patch {
        Patch { outcome: Some(_), .. } => "complete",
        Patch { cancel: true, .. } => "cancel",
        Patch { remove: true, .. } => "delete",
        Patch { worker: Some(None), .. } => "handover",
        Patch { attempt: Some(_), worker: Some(_), .. } => "claim",
        Patch { attempt: Some(_), .. } => "turn",
        Patch { state: Some(_), .. } => "checkpoint",
        _ => "progress",
    }
}

/// The store with fail points.
#[derive(Debug)]
pub(crate) struct FailPoints<S> {
    inner: S,
    death: Option<Death>,
    passed: AtomicU32,
}

impl<S: Store> FailPoints<S> {
    pub(crate) fn new(inner: S, death: Option<Death>) -> Self {
        Self { inner, death, passed: AtomicU32::new(0) }
    }

    async fn pass<T>(
        &self,
        write: &str,
        request: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.reach(write, false);
        let answer = request.await?;
        self.reach(write, true);
        Ok(answer)
    }

    fn reach(&self, write: &str, after: bool) {
        let Some(death) = self.death.as_ref().filter(|death| death.write == write && death.after == after)
        else {
            return;
        };
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == death.pass {
            // Not a statement of this process runs after it: the signal cannot be caught, and every thread has it on return.
            kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
        }
    }
}

#[async_trait]
impl<S: Store> Store for FailPoints<S> {
    async fn create(&self, record: NewRecord, limit: Option<Duration>) -> Result<Created, StoreError> {
        self.pass("create", self.inner.create(record, limit)).await
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        self.inner.get(names).await
    }

    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError> {
        self.pass(purpose(&patch), self.inner.update(name, guard, patch)).await
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        self.inner.list(query).await
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        self.inner.renew(worker, methods, lease, first).await
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        self.inner.reap(caller).await
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        self.inner.retire(worker).await
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        self.inner.succeed(name, worker).await
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        self.inner.purge(limit, keep_keys).await
    }

    fn changes(&self) -> Box<dyn Changes> {
        self.inner.changes()
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
