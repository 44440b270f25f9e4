//! What the tests share: a clock that tokio's paused time drives, a store whose calls can be held, failed or unconfirmed, servers.

pub(crate) mod any_message;
pub(crate) mod faults;
pub(crate) mod http;
pub(crate) mod keyed;
pub(crate) mod kinds;
pub(crate) mod postgres;
pub(crate) mod programs;
pub(crate) mod proxy;
pub(crate) mod restarts;
pub(crate) mod works;

use std::time::{Duration, SystemTime};

use lro_runtime::store::{Clock, MemoryStore, SqliteStore};
use lro_runtime::{Builder, Code, Operations, Outcome, Snapshot, Status};
use tokio::time::Instant;

pub(crate) use self::faults::{Call, FaultyStore};

/// A store's clock that goes with tokio's, so that pausing and advancing one moves both.
#[derive(Debug)]
pub(crate) struct TokioClock {
    start: Instant,
}

impl TokioClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }

    /// What it says when it is made.
    pub(crate) fn epoch() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }
}

impl Clock for TokioClock {
    fn now(&self) -> SystemTime {
        Self::epoch() + self.start.elapsed()
    }
}

/// A memory store on tokio's clock, whose calls can be disturbed.
pub(crate) fn store() -> FaultyStore {
    FaultyStore::new(MemoryStore::with_clock(TokioClock::new()))
}

/// A fresh store of each kind, on the machine's clock, with the folder that it may need.
pub(crate) async fn each_store() -> [(&'static str, FaultyStore, tempfile::TempDir); 2] {
    let folder = || tempfile::tempdir().expect("a temporary folder");
    let sqlite = folder();
    let opened = SqliteStore::open(sqlite.path().join("operations.db")).await.expect("the store opens");
    [("memory", FaultyStore::new(MemoryStore::new()), folder()), ("sqlite", FaultyStore::new(opened), sqlite)]
}

/// An engine on a fresh store.
pub(crate) async fn engine() -> (Operations, FaultyStore) {
    let store = store();
    (open(&store, |builder| builder).await, store)
}

/// An engine on this store: one of several replicas, perhaps.
pub(crate) async fn open(store: &FaultyStore, set: impl FnOnce(Builder) -> Builder) -> Operations {
    set(Operations::builder()).open_store(store.clone()).await.expect("the engine opens")
}

/// Waits for the end of an operation, however long.
pub(crate) async fn end(operations: &Operations, name: &str) -> Result<Snapshot, Status> {
    loop {
        let snapshot = operations.wait(name, None).await?;
        if snapshot.is_done() {
            return Ok(snapshot);
        }
    }
}

/// The error that an operation ended with.
pub(crate) fn error(snapshot: &Snapshot) -> (Code, String) {
    match &snapshot.outcome {
        Some(Outcome::Error(error)) => (error.code(), error.reason().unwrap_or_default()),
        other => panic!("an error was expected, not {other:?}"),
    }
}

/// Lets every task that can run do so, until all of them wait for something.
///
/// With a paused clock the smallest sleep ends only when nothing else can go on.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
