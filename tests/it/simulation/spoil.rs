//! The sabotage that is done at the table. Without any, what is asked for is what happens.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use lro_runtime::store::{
    Clock as _, Created, Guard, Head, Key, NewRecord, Patch, Query, Record, Store as _, WorkerId, Written,
};
use lro_runtime::{OperationName, Outcome};

use super::sabotage::Sabotage;
use super::table::now;
use super::world::World;

/// What sabotage needs to remember.
#[derive(Default)]
pub(super) struct Spoils {
    /// The records before their last changes.
    previous: HashMap<OperationName, Record>,
    /// What workers had that was taken from them.
    taken: HashMap<WorkerId, BTreeMap<OperationName, Record>>,
    /// What was claimed though it was cancelled.
    forgotten: HashSet<OperationName>,
    /// The ends that replaced other ones.
    ends: HashMap<OperationName, Outcome>,
    reads: u64,
}

impl Spoils {
    /// A record with the end that has replaced its own.
    pub(super) fn end(&self, mut record: Record) -> Record {
        if let Some(end) = self.ends.get(&record.name) {
            record.outcome = Some(end.clone());
        }
        record
    }
}

impl World {
    pub(super) fn spoiled_create(&self, new: NewRecord, limit: Option<Duration>) -> Created {
        let some = self.op(&new.name).call.is_multiple_of(4);
        let unkept = || Record::create(new.clone(), self.table.clock.now(), limit);
        match self.sabotage {
            Some(Sabotage::LoseCreations) if some => return Created::New(unkept()),
            Some(Sabotage::TakeNames) if some => return Created::Name(unkept()),
            _ => {}
        }
        let created = now(self.table.store.create(new.clone(), limit));
        match (&created, new.exclusive_key) {
            (Created::Exclusive(found), Some(Key(mut key)))
                if self.is(Sabotage::FreeDeletedKeys) && found.remove_time.is_some() =>
            {
                key[0] ^= 1;
                let new = NewRecord { exclusive_key: Some(Key(key)), ..new };
                now(self.table.store.create(new, limit))
            }
            _ => created,
        }
    }

    pub(super) fn spoiled_update(
        &self,
        before: Option<&Record>,
        name: &OperationName,
        mut guard: Guard,
        mut patch: Patch,
    ) -> Written {
        let Some(before) = before else { return now(self.table.store.update(name, guard, patch)) };
        match self.sabotage {
            Some(Sabotage::IgnoreAttempts) if matches!(guard, Guard::Attempt(_)) => {
                guard = Guard::Attempt(before.attempt);
            }
            Some(Sabotage::KeepAttempts) if patch.outcome.is_none() && before.attempt > 0 => {
                patch.attempt = None;
            }
            Some(Sabotage::CountHandOvers) if patch.worker == Some(None) && patch.interruptions.is_none() => {
                patch.interruptions = Some(before.interruptions + 1);
            }
            Some(Sabotage::LoseCheckpoints) => patch.state = None,
            Some(Sabotage::EndTwice) if before.outcome.is_some() => {
                if let Some(end) = patch.outcome {
                    self.table.spoils.lock().unwrap().ends.insert(name.clone(), end);
                    return Written::Applied(before.head());
                }
            }
            _ => {}
        }
        let written = now(self.table.store.update(name, guard, patch.clone()));
        match written {
            Written::Applied(head) => Written::Applied(self.remember(before, head, &patch)),
            other => other,
        }
    }

    /// Remembers an accepted write, and says which head is answered.
    fn remember(&self, before: &Record, head: Head, patch: &Patch) -> Head {
        let (name, claims) = (before.name.clone(), patch.attempt.is_some());
        let mut spoils = self.table.spoils.lock().unwrap();
        spoils.previous.insert(name.clone(), before.clone());
        if let (Some(worker), Some(taker)) = (before.worker, patch.worker)
            && taker != Some(worker)
        {
            spoils.taken.entry(worker).or_default().insert(name.clone(), before.clone());
        }
        let forgets = self.is(Sabotage::ForgetCancels) && claims && before.cancel_time.is_some();
        if forgets {
            spoils.forgotten.insert(name);
        }
        Head { cancelled: head.cancelled && !forgets, ..head }
    }

    pub(super) fn spoiled_get(
        &self,
        names: &[OperationName],
        records: Vec<Option<Record>>,
    ) -> Vec<Option<Record>> {
        let mut spoils = self.table.spoils.lock().unwrap();
        spoils.reads += 1;
        let past = self.is(Sabotage::ReadThePast) && spoils.reads.is_multiple_of(5);
        let spoil = |(name, record): (&OperationName, Option<Record>)| {
            let mut record = spoils.end(record?);
            if self.is(Sabotage::ShowDeleted) {
                record.remove_time = None;
            }
            if spoils.forgotten.contains(name) {
                record.cancel_time = None;
            }
            let previous = spoils.previous.get(name).filter(|_| past);
            Some(previous.cloned().unwrap_or(record))
        };
        names.iter().zip(records).map(spoil).collect()
    }

    pub(super) fn spoiled_list(&self, query: &Query, mut found: Vec<Record>) -> Vec<Record> {
        let list = |query: &Query| now(self.table.store.list(query));
        match (self.sabotage, query) {
            (Some(sabotage), Query::OwnedBy { .. }) if sabotage.hides_leftovers() => found.clear(),
            (Some(Sabotage::TellNobody), Query::OwnedBy { worker, .. }) => {
                let spoils = self.table.spoils.lock().unwrap();
                found.extend(spoils.taken.get(worker).into_iter().flat_map(BTreeMap::values).cloned());
            }
            (Some(Sabotage::ForgetCancels), Query::Claimable { .. }) => {
                found.iter_mut().for_each(|record| record.cancel_time = None);
            }
            (Some(Sabotage::ClaimByExpiry), Query::Claimable { methods, .. }) => {
                for worker in self.table.lapsed() {
                    let mut owned = list(&Query::OwnedBy { worker, after: None, limit: usize::MAX });
                    owned.retain(|record| {
                        !record.restartable || methods.iter().any(|m| **m == *record.method)
                    });
                    found.append(&mut owned);
                }
            }
            (Some(Sabotage::EndEarly), Query::Overdue { .. }) => {
                let open = self.table.open();
                found = now(self.table.store.get(&open)).into_iter().flatten().collect();
            }
            _ => {}
        }
        found
    }
}
