//! The store that many replicas share: tables in one schema of a PostgreSQL database.
//!
//! Two tasks take turns to write, in batches, and two to read by name; one listens. The calls of the contract become
//! entries of a batch, or statements of their own.

mod batch;
mod error;
mod listener;
mod open;
mod options;
mod read;
mod reader;
mod row;
mod schema;
mod session;
mod tls;
mod upkeep;
mod write;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use self::batch::{Create, Entry, Update};
use self::error::Failure;
pub use self::options::PostgresOptions;
use self::reader::Reading;
use self::session::Sessions;
use super::feed::Feed;
use super::{Changes, Created, Guard, NewRecord, Patch, Query, Record, Store, StoreError, WorkerId, Written};
use crate::OperationName;

/// How often a write is tried whose reason to be refused was gone when it was looked for.
const TRIES: usize = 16;

/// A store in a PostgreSQL database, for any number of replicas. Clones share it.
///
/// Every write is durable when it is acknowledged: `synchronous_commit` is at least `on`. Writes that arrive together share one
/// transaction, and one notification to all replicas. All instants are the server's.
///
/// While the database is away calls answer `Unavailable`, within seconds, and work again when it is back; subscribers are told
/// [`Change::Lost`](super::Change::Lost) then. It is connected to directly, or through a pooler that keeps sessions: prepared statements and
/// LISTEN do not survive one that shares a session between transactions.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

struct Inner {
    sessions: Sessions,
    reads: mpsc::UnboundedSender<Reading>,
    writes: mpsc::UnboundedSender<Entry>,
    feed: Arc<Feed>,
    secret: [u8; 32],
    listener: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The readers and the writers end by themselves, when nothing waits any more.
        self.listener.abort();
    }
}

impl PostgresStore {
    /// Opens the store that a URL names, as [`PostgresOptions::new`] reads it, and brings its tables up to date. Replicas that start at the same
    /// time wait for each other there.
    ///
    /// # Errors
    /// `Invalid` when the URL or an option makes no sense, or the schema belongs to a newer release or to somebody else;
    /// `Unavailable` when the server cannot be reached, or refuses. The error's source is a sentence that says what to do; it never shows
    /// the password.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        PostgresOptions::new(url)?.connect().await
    }

    /// Hands an entry to the writer, and waits for its answer.
    async fn write<T>(
        &self,
        entry: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Entry,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        // An error drops the entry, and with it the sender of the answer. Without an answer the writer has ended with its runtime,
        // perhaps after the commit.
        let _ = self.0.writes.send(entry(reply));
        answer.await.unwrap_or_else(|ended| Err(StoreError::maybe_applied(ended)))
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

/// What stands in the way of a write comes and goes faster than it can be looked at.
fn contended() -> StoreError {
    StoreError::unavailable("other writes kept getting in between")
}

#[async_trait]
impl Store for PostgresStore {
    async fn create(
        &self,
        mut record: NewRecord,
        time_limit: Option<Duration>,
    ) -> Result<Created, StoreError> {
        for _ in 0..TRIES {
            let entry = |reply| Entry::Create(Create { new: record, time_limit, reply });
            let (new, inserted) = self.write(entry).await?;
            if let Some(inserted) = inserted {
                return Ok(Created::New(inserted.record(new)));
            }
            if let Some(taken) = read::taken(&self.0.sessions, &new).await.map_err(Failure::of_reading)? {
                return Ok(taken);
            }
            record = new;
        }
        Err(contended())
    }

    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        // As in `write`.
        let _ = self.0.reads.send(Reading { names: names.to_vec(), reply });
        answer.await.unwrap_or_else(|ended| Err(StoreError::unavailable(ended)))
    }

    async fn update(
        &self,
        name: &OperationName,
        guard: Guard,
        mut patch: Patch,
    ) -> Result<Written, StoreError> {
        for _ in 0..TRIES {
            let entry = |reply| Entry::Update(Update { name: name.clone(), guard, patch, reply });
            let (same, head) = self.write(entry).await?;
            if let Some(head) = head {
                return Ok(Written::Applied(head));
            }
            match read::get_head(&self.0.sessions, name).await.map_err(Failure::of_reading)? {
                None => return Ok(Written::Absent),
                Some(head) if !guard.admits(&head) => return Ok(Written::Refused(head)),
                Some(_) => patch = same,
            }
        }
        Err(contended())
    }

    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError> {
        read::list(&self.0.sessions, query).await.map_err(Failure::of_reading)
    }

    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError> {
        upkeep::renew(&self.0.sessions, worker, methods, lease, first).await.map_err(Failure::of_writing)
    }

    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError> {
        upkeep::reap(&self.0.sessions, caller).await.map_err(Failure::of_writing)
    }

    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError> {
        upkeep::retire(&self.0.sessions, worker).await.map_err(Failure::of_writing)
    }

    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError> {
        upkeep::succeed(&self.0.sessions, name, worker).await.map_err(Failure::of_writing)
    }

    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError> {
        upkeep::purge(&self.0.sessions, limit, keep_keys).await.map_err(Failure::of_writing)
    }

    fn changes(&self) -> Box<dyn Changes> {
        self.0.feed.subscribe()
    }

    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError> {
        upkeep::put_descriptor(&self.0.sessions, type_url, &descriptor).await.map_err(Failure::of_writing)
    }

    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError> {
        read::descriptors(&self.0.sessions).await.map_err(Failure::of_reading)
    }

    async fn secret(&self) -> Result<[u8; 32], StoreError> {
        Ok(self.0.secret)
    }
}
