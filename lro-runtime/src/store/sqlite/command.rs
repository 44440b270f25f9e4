//! What waits for the writer: it runs in the transaction of its group, and goes back to its caller, with its answer, after the commit.
//!
//! Back in its box: memory that one thread allocates and another one frees has both of them at one lock of the allocator.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;

use super::error::{is_corrupt, store_error};
use super::write::Transaction;
use crate::store::{Created, NewRecord, Record, StoreError};

/// A command. Creations are told from the others, since one statement does many of them.
pub(super) enum Command {
    Create(Box<Creation>),
    Other(Box<dyn Run>),
}

/// Why a group was not committed.
pub(super) struct GroupError {
    pub(super) source: Arc<rusqlite::Error>,
    pub(super) maybe_applied: bool,
}

impl GroupError {
    fn store_error(&self) -> StoreError {
        let source = self.source.clone();
        if is_corrupt(&source) {
            StoreError::corrupt(source)
        } else if self.maybe_applied {
            StoreError::maybe_applied(source)
        } else {
            StoreError::unavailable(source)
        }
    }
}

/// A record to be. It is dated and inserted where it lies, since it is hundreds of bytes.
pub(super) struct Creation {
    pub(super) record: Record,
    time_limit: Option<Duration>,
    refused: Option<Result<Created, StoreError>>,
    caller: Option<oneshot::Sender<Box<Self>>>,
}

impl Creation {
    pub(super) fn new(
        new: NewRecord,
        time_limit: Option<Duration>,
    ) -> (Box<Self>, oneshot::Receiver<Box<Self>>) {
        let (caller, answer) = oneshot::channel();
        let record = Record::create(new, SystemTime::UNIX_EPOCH, None);
        (Box::new(Self { record, time_limit, refused: None, caller: Some(caller) }), answer)
    }

    /// Says when it is created.
    pub(super) fn date(&mut self, now: SystemTime) {
        self.record.date(now, self.time_limit);
    }

    /// Says what stands against it.
    pub(super) fn refuse(&mut self, refused: Result<Created, StoreError>) {
        self.refused = Some(refused);
    }

    /// Answers that it is done, or what stands against it, or with the error of its group.
    pub(super) fn answer(mut self: Box<Self>, group: Result<(), &GroupError>) {
        if let Err(error) = group {
            self.refused = Some(Err(error.store_error()));
        }
        if let Some(caller) = self.caller.take() {
            // An error says that the caller has gone.
            let _ = caller.send(self);
        }
    }

    /// What came of it, when it is back.
    pub(super) fn into_result(self) -> Result<Created, StoreError> {
        self.refused.unwrap_or(Ok(Created::New(self.record)))
    }
}

/// Work, and then what came of it.
pub(super) struct Task<W, T> {
    work: Option<W>,
    result: Option<Result<T, StoreError>>,
    caller: Option<oneshot::Sender<Box<Self>>>,
}

impl<W, T> Task<W, T> {
    pub(super) fn new(work: W) -> (Box<Self>, oneshot::Receiver<Box<Self>>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { work: Some(work), result: None, caller: Some(caller) }), answer)
    }

    /// What came of it, when it is back. `None` when it was never run, nor answered.
    pub(super) fn into_result(self) -> Option<Result<T, StoreError>> {
        self.result
    }
}

/// A task made of a closure.
pub(super) trait Run: Send {
    /// Runs it. An error is the end of the whole group; an error of the task's own is kept for its answer.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()>;

    /// Answers it: with what it returned, or with the error of its group.
    fn answer(self: Box<Self>, group: Result<(), &GroupError>);
}

impl<W, T> Run for Task<W, T>
where
    W: FnOnce(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        let Some(work) = self.work.take() else { return Ok(()) };
        match work(transaction) {
            Err(error) if !transaction.goes_on(&error) => Err(error),
            result => {
                self.result = Some(result.map_err(store_error));
                Ok(())
            }
        }
    }

    fn answer(mut self: Box<Self>, group: Result<(), &GroupError>) {
        if let Err(error) = group {
            self.result = Some(Err(error.store_error()));
        }
        if let Some(caller) = self.caller.take() {
            // An error says that the caller has gone.
            let _ = caller.send(self);
        }
    }
}
