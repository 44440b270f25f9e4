//! The rows of the workers, as values.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::WorkerId;
use super::clock::later;

/// The rows of the workers, for stores that hold them as values: what [`Store`](super::Store) says of `renew`, `reap`, `retire`
/// and `succeed`, at an instant of the store's clock.
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
pub struct Workers {
    rows: HashMap<WorkerId, Row>,
    /// By stable name: its worker, and the one before.
    names: HashMap<String, (WorkerId, Option<WorkerId>)>,
}

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
            self.rows.insert(worker, Row { lease_end: later(now, lease), methods: methods.to_vec() });
        }
        alive
    }

    /// Deletes the rows whose lease has lapsed, except the caller's, and says how many.
    pub fn reap(&mut self, caller: WorkerId, now: SystemTime) -> usize {
        let before = self.rows.len();
        let lives = |row: &Row| row.lease_end.is_none_or(|lease_end| lease_end > now);
        self.rows.retain(|worker, row| *worker == caller || lives(row));
        before - self.rows.len()
    }

    /// Deletes the row of a worker that has stopped.
    pub fn retire(&mut self, worker: WorkerId) {
        self.rows.remove(&worker);
    }

    /// Notes that the worker of a stable name is this one, and answers with the one before.
    pub fn succeed(&mut self, name: &str, worker: WorkerId) -> Option<WorkerId> {
        let row = self.names.entry(name.to_owned()).or_insert((worker, None));
        if row.0 != worker {
            *row = (worker, Some(row.0));
        }
        row.1
    }

    /// Whether a worker has a row, lapsed or not.
    pub(super) fn contains(&self, worker: WorkerId) -> bool {
        self.rows.contains_key(&worker)
    }

    /// Whether a worker with a row can run a method again.
    pub(super) fn can_run(&self, method: &str) -> bool {
        self.rows.values().flat_map(|row| &row.methods).any(|other| other == method)
    }
}
