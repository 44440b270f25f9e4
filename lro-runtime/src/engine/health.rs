//! How long the store has answered without a break, as far as this worker knows.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// After a break longer than a lease every worker needs the time to renew before anybody is condemned: who comes first must not rob the
/// others.
#[derive(Debug)]
pub(crate) struct Health {
    /// The longest between two answered renewals that is no break.
    gap: Duration,
    unbroken: Mutex<Option<Unbroken>>,
}

/// Renewals, none of them long after the one before.
#[derive(Debug, Clone, Copy)]
struct Unbroken {
    first: Instant,
    last: Instant,
}

impl Health {
    /// Of a store that has just answered.
    pub(crate) fn new(beat: Duration) -> Self {
        let now = Instant::now();
        // A renewal that was due a beat after the last one has taken another beat: a store that hangs and then answers fails nobody,
        // and has still kept everyone from renewing.
        Self { gap: beat * 2, unbroken: Mutex::new(Some(Unbroken { first: now, last: now })) }
    }

    /// A renewal was answered.
    pub(crate) fn answered(&self) {
        let now = Instant::now();
        let mut unbroken = self.unbroken();
        let before = unbroken.filter(|before| before.last.elapsed() <= self.gap);
        *unbroken = Some(Unbroken { first: before.map_or(now, |before| before.first), last: now });
    }

    /// The store has failed to answer.
    pub(crate) fn failed(&self) {
        *self.unbroken() = None;
    }

    /// Whether it has answered for this long, and still does.
    pub(crate) fn has_lasted(&self, time: Duration) -> bool {
        self.unbroken()
            .is_some_and(|unbroken| unbroken.first.elapsed() >= time && unbroken.last.elapsed() <= self.gap)
    }

    /// A poisoned lock guards a plain value: go on with it.
    fn unbroken(&self) -> MutexGuard<'_, Option<Unbroken>> {
        self.unbroken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
