//! What waits for the writer: it runs in the transaction of its group, and goes back to its caller, with its answer, after the commit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::{is_corrupt, is_invalid, store_error};
use super::write::Transaction;
use crate::store::{Created, NewRecord, StoreError};

/// A command. Creations are told from the others, since one statement does many of them.
pub(super) enum Command {
    Create(Creation),
    Other(Box<dyn Run>),
}

pub(super) type Creation = Box<Task<NewRow, Created>>;

/// A record to be.
pub(super) struct NewRow {
    pub(super) record: NewRecord,
    pub(super) time_limit: Option<Duration>,
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

/// Work, and then what came of it. It goes back to its caller with that: memory that one thread allocates and another one frees has both
/// of them at one lock of the allocator.
pub(super) struct Task<W, T> {
    state: State<W, T>,
    caller: Option<oneshot::Sender<Box<Self>>>,
}

/// One place for both, since a creation's work and its answer are hundreds of bytes each.
enum State<W, T> {
    Asked(W),
    Begun,
    Settled(Result<T, StoreError>),
}

impl<W, T> Task<W, T> {
    pub(super) fn new(work: W) -> (Box<Self>, oneshot::Receiver<Box<Self>>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { state: State::Asked(work), caller: Some(caller) }), answer)
    }

    /// The work, once.
    pub(super) fn work(&mut self) -> Option<W> {
        match std::mem::replace(&mut self.state, State::Begun) {
            State::Asked(work) => Some(work),
            State::Begun | State::Settled(_) => None,
        }
    }

    /// Keeps what came of it. An error of its own is its answer; any other is the end of the whole group, and is returned.
    pub(super) fn settle(
        &mut self,
        result: rusqlite::Result<T>,
        transaction: &Transaction<'_>,
    ) -> rusqlite::Result<()> {
        match result {
            // SQLite ends a transaction by itself when the disk is full, say. What follows would commit alone.
            Err(error) if !is_invalid(&error) || transaction.connection.is_autocommit() => Err(error),
            result => {
                self.state = State::Settled(result.map_err(store_error));
                Ok(())
            }
        }
    }

    /// Answers with what came of it, or with the error of its group.
    pub(super) fn answer(mut self: Box<Self>, group: Result<(), &GroupError>) {
        if let Err(error) = group {
            self.state = State::Settled(Err(error.store_error()));
        }
        if let Some(caller) = self.caller.take() {
            // An error says that the caller has gone.
            let _ = caller.send(self);
        }
    }

    /// What came of it, when it is back. `None` when it was never run, nor answered.
    pub(super) fn into_result(self) -> Option<Result<T, StoreError>> {
        match self.state {
            State::Settled(result) => Some(result),
            State::Asked(_) | State::Begun => None,
        }
    }
}

/// A task made of a closure.
pub(super) trait Run: Send {
    /// Runs it. An error is the end of the whole group.
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()>;

    /// [`Task::answer`].
    fn answer(self: Box<Self>, group: Result<(), &GroupError>);
}

impl<W, T> Run for Task<W, T>
where
    W: FnOnce(&mut Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        let Some(work) = self.work() else { return Ok(()) };
        let result = work(transaction);
        self.settle(result, transaction)
    }

    fn answer(self: Box<Self>, group: Result<(), &GroupError>) {
        Task::answer(self, group);
    }
}
