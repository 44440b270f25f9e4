//! The port to a durable table of operations: its contract, and the stores that come with the library.
//!
//! A store is a table. It keeps records, guards updates, lends leases and tells what changed; it never runs
//! handlers, retries or decides policy. To write one, implement [`Store`], and stamp the public suite of properties on it:
//! `store_conformance!`, of the feature `conformance`. A store that holds records as values has the rules from here:
//! [`Record::create`], [`apply`](Record::apply), [`as_of`](Record::as_of) and [`purge`](Record::purge), [`Guard::admits`],
//! [`Query::page`], [`Workers`], [`Record::encode`] and a [`Feed`]. The example `custom-store` is one.

mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod encoding;
mod feed;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
#[cfg(feature = "sqlite")]
mod sqlite;
mod workers;

use std::error::Error;
use std::fmt;
use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

pub use self::clock::{Clock, SystemClock};
pub use self::feed::Feed;
pub use self::memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresOptions, PostgresStore};
pub use self::query::Query;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;
pub use self::workers::Workers;
pub use crate::data::conditions::Conditions;
use crate::data::name::OperationName;
pub use crate::data::record::{Cursor, Guard, Head, Key, NewRecord, Patch, Purge, Record, WorkerId};

/// A durable table of operations.
///
/// The contract, for each method: when it returns `Ok`, what it did is durable and visible to every reader of the
/// same store. When it returns an error with `maybe_applied`, it may have happened, and the caller finds out by name.
/// When it returns any other error, nothing happened. Durations go in; instants come only from the store's own
/// clock, in whole microseconds. A dropped future may leave the write to happen later.
///
/// A record past its `expire_time` is not there for [`get`](Self::get), [`update`](Self::update) and [`list`](Self::list), from that
/// instant on and not only when it is purged. Its name and its request key still count for [`create`](Self::create), and its
/// request key for [`Query::Request`].
#[async_trait]
pub trait Store: Debug + Send + Sync + 'static {
    /// Creates a record, unless its name, its request key or its exclusivity key is taken: decided in that
    /// order, atomically. `time_limit` sets the deadline, counted from now.
    ///
    /// The record that stands against it is answered [as of](Record::as_of) now: one that has expired is a tombstone.
    async fn create(&self, record: NewRecord, time_limit: Option<Duration>) -> Result<Created, StoreError>;

    /// Reads records by name, in the order of the names: one answer a name. Removed records are returned with their
    /// `remove_time`. A thousand names in one call are usual.
    async fn get(&self, names: &[OperationName]) -> Result<Vec<Option<Record>>, StoreError>;

    /// Changes one record as [`Record::apply`] does, if the [guard admits](Guard::admits) its head: decision and change are one
    /// atomic step. A refused update changes nothing.
    async fn update(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, StoreError>;

    /// Reads one page of records. Short of `limit` only when there are no more.
    async fn list(&self, query: &Query) -> Result<Vec<Record>, StoreError>;

    /// Lends or extends the lease of a worker, from now, and notes the methods it can run again. The `first`
    /// call creates the worker's row, and may be repeated. Later ones revive a lapsed row; once [`reap`](Self::reap) or
    /// [`retire`](Self::retire) has deleted it they answer `false`, for ever: the worker is condemned.
    async fn renew(
        &self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
    ) -> Result<bool, StoreError>;

    /// Deletes the rows of workers whose lease has lapsed, except the caller's own, and says how many. What they
    /// ran can be claimed. Sparing the caller lets a sole worker that was paused past its lease keep its work.
    async fn reap(&self, caller: WorkerId) -> Result<usize, StoreError>;

    /// Deletes the row of a worker that has stopped. What it still owns can be claimed.
    async fn retire(&self, worker: WorkerId) -> Result<(), StoreError>;

    /// Notes that the worker of this stable name is this one from now on, and answers with the one before, if there was another: the
    /// predecessor, which whoever has the name now may [retire](Self::retire). Repeated for the same worker it answers the same.
    async fn succeed(&self, name: &str, worker: WorkerId) -> Result<Option<WorkerId>, StoreError>;

    /// Deletes records that are spent: expired, or removed and done. One that has a request key is kept as a tombstone until
    /// `keep_keys` after its removal or expiry; an expired one becomes it here, removed at its `expire_time`. Changes at most
    /// `limit` records, and says how many.
    async fn purge(&self, limit: usize, keep_keys: Duration) -> Result<usize, StoreError>;

    /// Subscribes to what changes from now on, by whichever process.
    fn changes(&self) -> Box<dyn Changes>;

    /// Keeps the descriptor of a payload type, for other builds that share the store. The last one wins.
    async fn put_descriptor(&self, type_url: &str, descriptor: Bytes) -> Result<(), StoreError>;

    /// Every descriptor that was kept, with its type URL, in no order.
    async fn descriptors(&self) -> Result<Vec<(String, Bytes)>, StoreError>;

    /// Thirty-two random bytes, made once in the life of the store and the same for every process that shares
    /// it. They seal page tokens (P-117), which must hold across replicas and restarts.
    async fn secret(&self) -> Result<[u8; 32], StoreError>;
}

/// The answer to a creation.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// The record was created.
    New(Record),
    /// There is a record of that name.
    Name(Record),
    /// There is a record, perhaps a tombstone, with that request key.
    Request(Record),
    /// There is an open record with that exclusivity key.
    Exclusive(Record),
}

/// The answer to an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was applied; this is the head after it.
    Applied(Head),
    /// The guard did not admit it; this is the head as it is.
    Refused(Head),
    /// There is no record of that name.
    Absent,
}

/// A stream of changes, for one subscriber.
#[async_trait]
pub trait Changes: Send {
    /// Waits for the next change. After the store is gone it never returns. Dropping the future loses nothing.
    async fn next(&mut self) -> Change;
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Records with these [name hashes](OperationName::hash64) ended, were removed, were cancelled or lost their owner.
    /// Progress is not told: it would wake everyone for nothing.
    Touched(Vec<u64>),
    /// Something may have been missed: read again whatever matters.
    Lost,
}

/// Why a store did not do what it was asked.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot answer now.
    Unavailable {
        /// Whether the write may have happened all the same.
        maybe_applied: bool,
        /// The cause, for the log.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store cannot keep what it was given.
    Invalid {
        /// The cause, for the log.
        source: Box<dyn Error + Send + Sync>,
    },
    /// What is stored cannot be read.
    Corrupt {
        /// The cause, for the log.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Thirty-two random bytes, for [`Store::secret`]. A store makes them once, and keeps them.
pub fn new_secret() -> [u8; 32] {
    use chacha20poly1305::KeyInit;
    chacha20poly1305::ChaCha20Poly1305::generate_key(chacha20poly1305::aead::OsRng).into()
}

impl StoreError {
    /// The store cannot answer, and nothing happened.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { maybe_applied: false, source: source.into() }
    }

    /// The reply is lost: the write may have happened.
    pub fn maybe_applied(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { maybe_applied: true, source: source.into() }
    }

    /// The store cannot keep what it was given.
    pub fn invalid(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Invalid { source: source.into() }
    }

    /// What is stored cannot be read.
    pub fn corrupt(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Corrupt { source: source.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable { maybe_applied: false, .. } => "the store cannot answer",
            Self::Unavailable { maybe_applied: true, .. } => "the store did not confirm the write",
            Self::Invalid { .. } => "the store cannot keep this",
            Self::Corrupt { .. } => "what is stored cannot be read",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable { source, .. } | Self::Invalid { source } | Self::Corrupt { source } => {
                Some(source.as_ref())
            }
        }
    }
}
