//! The rows of the workers, as values.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::WorkerId;
use super::clock::later;

/// The rows of the workers, for stores that hold them as values: what [`Store`](super::Store) says of `renew`, `reap` and `retire`, at an
/// instant of the store's clock.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use lro_runtime::store::{WorkerId, Workers};
///
/// let (mut workers, now, lease) = (Workers::default(), SystemTime::now(), Duration::from_secs(15));
/// let [a, b] = [1, 2].map(|id| WorkerId(uuid::Uuid::from_u128(id)));
/// assert!(workers.renew(a, &[], lease, true, now));
/// assert_eq!(workers.reap(b, now + lease), 1);
/// assert!(!workers.renew(a, &[], lease, false, now + lease), "it is condemned");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Workers(HashMap<WorkerId, Row>);

#[derive(Debug, Clone)]
struct Row {
    /// Never, when there is no such instant.
    lease_end: Option<SystemTime>,
    methods: Vec<String>,
}

impl Workers {
    /// Lends or extends a lease from now; `false` says that the worker is condemned.
    pub fn renew(
        &mut self,
        worker: WorkerId,
        methods: &[String],
        lease: Duration,
        first: bool,
        now: SystemTime,
    ) -> bool {
        let alive = first || self.contains(worker);
        if alive {
            self.0.insert(worker, Row { lease_end: later(now, lease), methods: methods.to_vec() });
        }
        alive
    }

    /// Deletes the rows whose lease has lapsed, except the caller's, and says how many.
    pub fn reap(&mut self, caller: WorkerId, now: SystemTime) -> usize {
        let before = self.0.len();
        let lives = |row: &Row| row.lease_end.is_none_or(|lease_end| lease_end > now);
        self.0.retain(|worker, row| *worker == caller || lives(row));
        before - self.0.len()
    }

    /// Deletes the row of a worker that has stopped.
    pub fn retire(&mut self, worker: WorkerId) {
        self.0.remove(&worker);
    }

    /// Whether a worker has a row, lapsed or not.
    pub(super) fn contains(&self, worker: WorkerId) -> bool {
        self.0.contains_key(&worker)
    }

    /// Whether a worker with a row can run a method again.
    pub(super) fn can_run(&self, method: &str) -> bool {
        self.0.values().flat_map(|row| &row.methods).any(|other| other == method)
    }
}
