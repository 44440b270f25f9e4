//! A record: one row of a store, and the changes that can be asked of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use uuid::Uuid;

use super::instant::{later, whole_micros};
use super::name::OperationName;
use super::operation::Outcome;
use super::payload::any::Any;
use super::status::Status;

/// One incarnation of a process that runs handlers. Minted at every start, never kept over a restart:
/// a worker id that survived would make a dead process's work look alive for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub Uuid);

/// SHA-256 of (caller's scope, method, the caller's key): hashed, so that no key is too long for an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 32]);

/// What a record is created with. The store adds the instants.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    /// The operation's name: unique for ever, since the ids of removed operations are never used again (P-066).
    pub name: OperationName,
    /// The full name of the method, `acme.disks.v1.Snapshots/TakeSnapshot`.
    pub method: Arc<str>,
    /// Whether a later attempt may run the handler again from `request`.
    pub restartable: bool,
    /// The stored request of a restartable method.
    pub request: Option<Any>,
    /// The hash of the normalised request, to tell the same request under a request key from another one.
    pub request_hash: Option<[u8; 32]>,
    /// The idempotency key: unique while the row exists, tombstones included.
    pub request_key: Option<Key>,
    /// The exclusivity key: unique among the records that are not done, hidden ones included.
    pub exclusive_key: Option<Key>,
    /// The first metadata (P-091).
    pub metadata: Any,
    /// The worker that runs the operation, or has it waiting.
    pub worker: WorkerId,
    /// 0 for an operation that waits its turn, 1 for one that runs at once.
    pub attempt: u32,
}

/// One row: an operation and all that the engine must know to run, end and forget it.
///
/// Invariants that every store keeps: a done record never changes its outcome; `attempt` only rises; a removed
/// record never becomes visible again; a record that is both removed and done has no payloads.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The operation's name.
    pub name: OperationName,
    /// The full name of the method.
    pub method: Arc<str>,
    /// Whether a later attempt may run the handler again.
    pub restartable: bool,
    /// The stored request of a restartable method.
    pub request: Option<Any>,
    /// The hash of the normalised request.
    pub request_hash: Option<[u8; 32]>,
    /// The idempotency key.
    pub request_key: Option<Key>,
    /// The exclusivity key.
    pub exclusive_key: Option<Key>,
    /// The newest metadata that was written.
    pub metadata: Any,
    /// The handler's private checkpoint. Clients never see it.
    pub state: Option<Bytes>,
    /// The worker that runs the operation or has it waiting; `None` once it was handed over.
    pub worker: Option<WorkerId>,
    /// Which run of the handler owns the record: 0 before the first.
    pub attempt: u32,
    /// How many runs ended by an interruption. Hand-overs do not count.
    pub interruptions: u32,
    /// How the operation ended; `None` while it is open.
    pub outcome: Option<Outcome>,
    /// When the record was created.
    pub create_time: SystemTime,
    /// When the outcome was written.
    pub end_time: Option<SystemTime>,
    /// From when on the record is not there any more. Only done records have one (P-194).
    pub expire_time: Option<SystemTime>,
    /// When the operation is to be ended with DEADLINE_EXCEEDED.
    pub deadline: Option<SystemTime>,
    /// When a cancel was first asked for.
    pub cancel_time: Option<SystemTime>,
    /// When the record was hidden by Delete.
    pub remove_time: Option<SystemTime>,
}

impl Record {
    /// The part of the record that decides what may be written to it.
    pub fn head(&self) -> Head {
        Head {
            attempt: self.attempt,
            done: self.outcome.is_some(),
            cancelled: self.cancel_time.is_some(),
            removed: self.remove_time.is_some(),
        }
    }
}

/// What every write answers with, so that each write also delivers a cancel and the loss of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The record's attempt.
    pub attempt: u32,
    /// Whether it has an outcome.
    pub done: bool,
    /// Whether a cancel was asked for.
    pub cancelled: bool,
    /// Whether it was removed by Delete.
    pub removed: bool,
}

/// The condition of an update, decided in the same transaction as the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Not done, and this attempt; passes on removed records. Progress, checkpoint, completion, claim.
    Attempt(u32),
    /// Not done and not removed. Cancel.
    Open,
    /// Not removed. Delete.
    Visible,
}

impl Guard {
    /// Whether a record with this head may be changed.
    pub fn admits(self, head: &Head) -> bool {
        match self {
            Self::Attempt(attempt) => !head.done && head.attempt == attempt,
            Self::Open => !head.done && !head.removed,
            Self::Visible => !head.removed,
        }
    }
}

/// A change to one record. What is `None` or `false` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// A new owner, or none: `Some(None)` hands the operation over.
    pub worker: Option<Option<WorkerId>>,
    /// The attempt of the new owner. One that is lower than the record's changes nothing.
    pub attempt: Option<u32>,
    /// The new count of interruptions.
    pub interruptions: Option<u32>,
    /// Newer metadata.
    pub metadata: Option<Any>,
    /// A newer private checkpoint.
    pub state: Option<Bytes>,
    /// The outcome, unless there is one: the store also sets `end_time`, and frees the exclusivity key.
    pub outcome: Option<Outcome>,
    /// With `outcome`: how long from now the record is kept. `None` is for ever.
    pub retention: Option<Duration>,
    /// Sets `cancel_time`, unless it is set.
    pub cancel: bool,
    /// Sets `remove_time`; a record that is done, or becomes so, loses its payloads.
    pub remove: bool,
}

impl Patch {
    /// Whether the change feed tells of it: the end, the removal, a cancel, a hand-over.
    pub fn is_told(&self) -> bool {
        self.outcome.is_some() || self.remove || self.cancel || self.worker == Some(None)
    }
}

impl Record {
    /// The record of a creation at this instant.
    pub fn create(new: NewRecord, now: SystemTime, time_limit: Option<Duration>) -> Self {
        let mut record = Self {
            name: new.name,
            method: new.method,
            restartable: new.restartable,
            request: new.request,
            request_hash: new.request_hash,
            request_key: new.request_key,
            exclusive_key: new.exclusive_key,
            metadata: new.metadata,
            state: None,
            worker: Some(new.worker),
            attempt: new.attempt,
            interruptions: 0,
            outcome: None,
            create_time: now,
            end_time: None,
            expire_time: None,
            deadline: None,
            cancel_time: None,
            remove_time: None,
        };
        record.date(now, time_limit);
        record
    }

    /// Says when it is created, and by when it must have ended.
    pub(crate) fn date(&mut self, now: SystemTime, time_limit: Option<Duration>) {
        self.create_time = whole_micros(now);
        self.deadline = time_limit.and_then(|limit| later(self.create_time, limit));
    }

    /// Changes the record as an admitted update says, at this instant of the store's clock.
    ///
    /// Stores that hold records as values call it; stores that speak SQL say the same in SQL, and the
    /// conformance suite holds both to it.
    pub fn apply(&mut self, patch: Patch, now: SystemTime) {
        let now = whole_micros(now);
        if let Some(worker) = patch.worker {
            self.worker = worker;
        }
        self.attempt = self.attempt.max(patch.attempt.unwrap_or(0));
        self.interruptions = patch.interruptions.unwrap_or(self.interruptions);
        if let Some(metadata) = patch.metadata {
            self.metadata = metadata;
        }
        if patch.state.is_some() {
            self.state = patch.state;
        }
        if let Some(outcome) = patch.outcome
            && self.outcome.is_none()
        {
            self.outcome = Some(outcome);
            // Invariant: an end never stands before its beginning, even when the clock steps back (P-106).
            self.end_time = Some(now.max(self.create_time));
            self.expire_time = patch.retention.and_then(|retention| later(now, retention));
        }
        if patch.cancel {
            self.cancel_time.get_or_insert(now);
        }
        if patch.remove {
            self.remove_time.get_or_insert(now);
        }
        if self.remove_time.is_some() && self.outcome.is_some() {
            self.clear_payloads();
        }
    }

    /// Whether the record is past its `expire_time`: then only its name and its keys still count.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expire_time.is_some_and(|time| time <= now)
    }

    /// The record as a creation meets it at this instant: one that has expired is a tombstone, removed when it expired,
    /// even before it was purged.
    #[must_use]
    pub fn as_of(&self, now: SystemTime) -> Self {
        let mut record = self.clone();
        if record.is_expired(now) {
            record.remove_time = record.remove_time.or(record.expire_time);
            record.clear_payloads();
        }
        record
    }

    /// What a purge at this instant does with the record. One with a request key is spent, but kept, until `keep_keys` after its
    /// removal or expiry.
    pub fn purge(&self, now: SystemTime, keep_keys: Duration) -> Purge {
        let expired = self.expire_time.filter(|time| *time <= now);
        let Some(spent) = self.remove_time.or(expired).filter(|_| self.outcome.is_some()) else {
            return Purge::Keep;
        };
        if self.request_key.is_none() || later(spent, keep_keys).is_some_and(|key_end| key_end <= now) {
            Purge::Delete
        } else if self.remove_time.is_none() {
            Purge::Entomb
        } else {
            Purge::Keep
        }
    }

    /// What is left of a record that is removed and done: a tombstone, by which its keys live on.
    fn clear_payloads(&mut self) {
        self.metadata.value = Bytes::new();
        self.state = None;
        self.request = None;
        match &mut self.outcome {
            Some(Outcome::Response(response)) => response.value = Bytes::new(),
            Some(Outcome::Error(error)) => *error = Status::new(error.code(), ""),
            None => {}
        }
    }
}

/// What a purge does with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// It stays as it is.
    Keep,
    /// It becomes a tombstone: what it is [as of](Record::as_of) that instant.
    Entomb,
    /// It goes.
    Delete,
}

/// The place of a record in the public order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The record's creation time, in whole microseconds: what every store keeps of an instant.
    pub create_time: SystemTime,
    /// The record's name.
    pub name: OperationName,
}
