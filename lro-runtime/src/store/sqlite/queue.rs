//! What waits for a thread: the writer takes all of it at once, readers take one at a time.
//!
//! Not a channel of the standard library, whose receivers cannot be shared: behind a mutex each message would wake two readers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), ready: Condvar::new() }
    }

    /// Hands over an item. A closed queue drops it.
    pub(super) fn push(&self, item: T) {
        let mut state = self.lock();
        if !state.closed {
            state.waiting.push_back(item);
            drop(state);
            self.ready.notify_one();
        }
    }

    /// Waits for items and moves at most this many into the batch. `false` when the queue is closed and empty.
    pub(super) fn take(&self, most: usize, batch: &mut Vec<T>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return false;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(most);
        batch.extend(state.waiting.drain(..count));
        true
    }

    /// Lets threads take what waits and then end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a queue whose thread has ended, by a panic too, and drops what waits: nobody waits for an answer for ever.
pub(super) struct Served<'q, T>(pub(super) &'q Queue<T>);

impl<T> Drop for Served<'_, T> {
    fn drop(&mut self) {
        self.0.close();
        self.0.lock().waiting.clear();
    }
}
