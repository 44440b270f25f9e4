//! What waits for a thread: the writer takes all of it at once, readers take one at a time.
//!
//! Not a channel of the standard library, whose receivers cannot be shared: behind a mutex each message would wake two readers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// How many must wait before a thread is woken.
    wanted: usize,
    /// How many threads sleep: a notification is a system call, whether anybody hears it or not.
    asleep: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: VecDeque::new(), wanted: 1, asleep: 0, closed: false };
        Self { state: Mutex::new(state), ready: Condvar::new() }
    }

    /// Hands over an item. A closed queue drops it.
    pub(super) fn push(&self, item: T) {
        let mut state = self.lock();
        if !state.closed {
            state.waiting.push_back(item);
            if state.asleep > 0 && state.waiting.len() >= state.wanted {
                drop(state);
                self.ready.notify_one();
            }
        }
    }

    /// Waits for items and moves at most this many into the batch. `false` when the queue is closed and empty.
    pub(super) fn take(&self, most: usize, batch: &mut Vec<T>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return false;
            }
            state.asleep += 1;
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.asleep -= 1;
        }
        let count = state.waiting.len().min(most);
        batch.extend(state.waiting.drain(..count));
        true
    }

    /// Waits, but not longer than this, until so many more items wait. For a queue that one thread serves.
    pub(super) fn gather(&self, more: usize, most: usize, patience: Duration) {
        let mut state = self.lock();
        state.wanted = (state.waiting.len() + more).min(most);
        state.asleep += 1;
        let missing = |state: &mut State<T>| state.waiting.len() < state.wanted && !state.closed;
        let waited = self.ready.wait_timeout_while(state, patience, missing);
        (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.asleep -= 1;
        state.wanted = 1;
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

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const FOR_EVER: Duration = Duration::from_secs(3600);

    #[test]
    fn items_are_taken_in_order_and_in_groups() {
        let queue = Queue::new();
        (0..5).for_each(|item| queue.push(item));
        queue.close();
        queue.push(5);
        let mut batch = Vec::new();
        assert!(queue.take(3, &mut batch));
        assert_eq!(batch, [0, 1, 2]);
        assert!(queue.take(3, &mut batch));
        assert_eq!(batch, [0, 1, 2, 3, 4]);
        assert!(!queue.take(3, &mut batch));
    }

    #[test]
    fn gathering_ends_with_what_it_waits_for_or_with_its_patience_or_with_the_queue() {
        let queue = Queue::new();
        queue.gather(1, 10, Duration::ZERO);
        thread::scope(|scope| {
            // However many come before it begins: ten end it.
            scope.spawn(|| queue.gather(3, 10, FOR_EVER));
            (0..10).for_each(|item| queue.push(item));
        });
        queue.gather(3, 10, FOR_EVER);
        thread::scope(|scope| {
            scope.spawn(|| queue.gather(3, 20, FOR_EVER));
            queue.close();
        });
    }

    #[test]
    fn a_thread_that_ends_drops_what_waits_for_it() {
        let queue = Queue::new();
        let item = std::sync::Arc::new(());
        queue.push(item.clone());
        drop(Served(&queue));
        queue.push(item.clone());
        assert_eq!(std::sync::Arc::strong_count(&item), 1);
    }
}
