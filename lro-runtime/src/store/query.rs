//! What is read of a store, and which records that is.

use std::cmp::Reverse;
use std::time::SystemTime;

use super::{Conditions, Cursor, Key, Record, WorkerId, Workers};
use crate::data::name::OperationName;

/// Which records are read. A page begins after `after`, exclusive, and has at most `limit` records.
///
/// Every store must answer every query, so a new one is a break that the compiler tells: the enum is not `non_exhaustive`.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// What clients may list: records that are neither removed nor expired, the newest first, then by name, descending.
    Public {
        /// The parent whose own operations are listed, by its whole text: `Some("")` is the root, `None` is everywhere.
        parent: Option<String>,
        /// What they must be, beside.
        conditions: Conditions,
        /// Where the previous page ended.
        after: Option<Cursor>,
        /// The most records to return.
        limit: usize,
    },
    /// Open records without a living worker, hidden ones included, by name: those that cannot run again, and those whose
    /// method is listed.
    Claimable {
        /// The methods that the caller can run again.
        methods: Vec<String>,
        /// The last name of the previous page.
        after: Option<OperationName>,
        /// The most records to return.
        limit: usize,
    },
    /// Open records of one worker, hidden ones included, by name.
    OwnedBy {
        /// The worker.
        worker: WorkerId,
        /// The last name of the previous page.
        after: Option<OperationName>,
        /// The most records to return.
        limit: usize,
    },
    /// Open restartable records without a living worker whose method no worker with a row can run again, hidden ones included, by name.
    Unregistered {
        /// The last name of the previous page.
        after: Option<OperationName>,
        /// The most records to return.
        limit: usize,
    },
    /// The record that has a request key, if there is one, [as of](Record::as_of) now: what stands against a
    /// [creation](super::Store::create) with that key, a tombstone perhaps.
    Request {
        /// The key.
        key: Key,
    },
    /// Open records past their deadline, hidden ones included, by name.
    Overdue {
        /// The last name of the previous page.
        after: Option<OperationName>,
        /// The most records to return.
        limit: usize,
    },
}

impl Query {
    /// Whether a record is on one of the query's pages: all that it asks, but for where the page begins and how long it is. Stores that
    /// hold records as values call it; stores that speak SQL say the same in SQL.
    pub fn admits(&self, record: &Record, workers: &Workers, now: SystemTime) -> bool {
        let open = record.outcome.is_none();
        let abandoned = || !record.worker.is_some_and(|worker| workers.contains(worker));
        match self {
            Self::Public { parent, conditions, .. } => {
                record.remove_time.is_none()
                    && !record.is_expired(now)
                    && parent.as_deref().is_none_or(|parent| record.name.parent() == parent)
                    && conditions.admit(record)
            }
            Self::Claimable { methods, .. } => {
                let listed = || methods.iter().any(|method| **method == *record.method);
                open && abandoned() && (!record.restartable || listed())
            }
            Self::OwnedBy { worker, .. } => open && record.worker == Some(*worker),
            Self::Unregistered { .. } => {
                open && record.restartable && abandoned() && !workers.can_run(&record.method)
            }
            Self::Request { key } => record.request_key == Some(*key),
            Self::Overdue { .. } => open && record.deadline.is_some_and(|deadline| deadline <= now),
        }
    }

    /// The whole answer, out of all records of a store, in any order. It looks at each of them: a store with many finds the few that
    /// [`admits`](Self::admits) needs to see by an index.
    pub fn page<'r>(
        &self,
        records: impl IntoIterator<Item = &'r Record>,
        workers: &Workers,
        now: SystemTime,
    ) -> Vec<Record> {
        let mut page: Vec<_> =
            records.into_iter().filter(|record| self.admits(record, workers, now)).collect();
        let limit = match self {
            Self::Public { after, limit, .. } => {
                let after = after.as_ref().map(|after| (after.create_time, &after.name));
                page.retain(|record| after.is_none_or(|after| (record.create_time, &record.name) < after));
                page.sort_unstable_by_key(|record| Reverse((record.create_time, &record.name)));
                limit
            }
            Self::Claimable { after, limit, .. }
            | Self::OwnedBy { after, limit, .. }
            | Self::Unregistered { after, limit }
            | Self::Overdue { after, limit } => {
                page.retain(|record| after.as_ref().is_none_or(|after| record.name > *after));
                page.sort_unstable_by_key(|record| &record.name);
                limit
            }
            Self::Request { .. } => return page.into_iter().map(|record| record.as_of(now)).collect(),
        };
        page.into_iter().take(*limit).cloned().collect()
    }
}
