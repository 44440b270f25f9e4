//! Who wants to know about which operation: subscriptions by name, in shards.
//!
//! Waiters and running handlers subscribe alike. One slot holds the newest reading for all who subscribe to a name,
//! so that a change costs one read however many wait. One broadcast channel for everybody was measured a thousand times slower.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashTable;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::data::name::OperationName;
use crate::data::record::Record;

const SHARDS: usize = 64;

/// All subscriptions of one engine.
#[derive(Debug)]
pub(crate) struct Hub {
    shards: [Mutex<Shard>; SHARDS],
}

/// By name hash. A table and not a map: the change feed asks by the hash alone, which is no key, since hashes collide.
type Shard = HashTable<Entry>;

#[derive(Debug)]
struct Entry {
    hash: u64,
    slot: Arc<Slot>,
    waiting: usize,
    running: usize,
}

#[derive(Debug)]
struct Slot {
    name: OperationName,
    changed: Notify,
    newest: Mutex<Newest>,
}

#[derive(Debug, Default)]
struct Newest {
    version: u64,
    record: Option<Arc<Record>>,
}

/// Why somebody subscribes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    /// To see the operation end.
    Waiting,
    /// To run it, and hear of cancels and of the claim's loss.
    Running,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Subscribes to a name. What is published from now on is seen; read the record after subscribing (P-073).
    pub(crate) fn subscribe(self: &Arc<Self>, name: &OperationName, interest: Interest) -> Subscription {
        let hash = name.hash64();
        let mut shard = self.shard(hash);
        let found = shard.entry(hash, |entry| entry.slot.name == *name, |entry| entry.hash);
        let mut found = found.or_insert_with(|| {
            let slot = Slot { name: name.clone(), changed: Notify::new(), newest: Mutex::default() };
            Entry { hash, slot: Arc::new(slot), waiting: 0, running: 0 }
        });
        let entry = found.get_mut();
        *entry.count(interest) += 1;
        let slot = Arc::clone(&entry.slot);
        let seen = lock(&slot.newest).version.into();
        Subscription { hub: Arc::clone(self), slot, hash, interest, seen }
    }

    /// Tells everybody who subscribes to this name what was read of it; `None` when there is no such record.
    pub(crate) fn publish(&self, name: &OperationName, record: Option<Record>) {
        let hash = name.hash64();
        let found = |entry: &Entry| entry.slot.name == *name;
        let slot = self.shard(hash).find(hash, found).map(|entry| Arc::clone(&entry.slot));
        if let Some(slot) = slot {
            let mut newest = lock(&slot.newest);
            newest.version += 1;
            newest.record = record.map(Arc::new);
            slot.changed.notify_waiters();
        }
    }

    /// Wakes everybody, in the order of the names, with nothing new of any operation: something has changed for all of them.
    pub(crate) fn wake(&self) {
        let mut slots = Vec::new();
        for shard in &self.shards {
            slots.extend(lock(shard).iter().map(|entry| Arc::clone(&entry.slot)));
        }
        slots.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        slots.iter().for_each(|slot| slot.changed.notify_waiters());
    }

    /// Whether this engine runs the operation.
    pub(crate) fn runs(&self, name: &OperationName) -> bool {
        let hash = name.hash64();
        self.shard(hash).find(hash, |entry| entry.slot.name == *name).is_some_and(|entry| entry.running > 0)
    }

    /// The names that anybody subscribes to with one of these hashes.
    pub(crate) fn with_hashes(&self, hashes: &[u64]) -> Vec<OperationName> {
        let mut names = Vec::new();
        for &hash in hashes {
            let shard = self.shard(hash);
            // The table answers with what may have this hash.
            let entries = shard.iter_hash(hash).filter(|entry| entry.hash == hash);
            names.extend(entries.map(|entry| entry.slot.name.clone()));
        }
        names
    }

    /// The names that anybody subscribes to with this interest, in order: what is read of them lies together in the store's index, and
    /// what is told of them is told in the same order each time.
    pub(crate) fn names(&self, interest: Interest) -> Vec<OperationName> {
        let mut names = Vec::new();
        for shard in &self.shards {
            for entry in lock(shard).iter_mut() {
                if *entry.count(interest) > 0 {
                    names.push(entry.slot.name.clone());
                }
            }
        }
        names.sort_unstable();
        names
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard> {
        // By bits from the middle: those at both ends are what the table itself tells its entries apart by.
        lock(&self.shards[((hash >> 32) % SHARDS as u64) as usize])
    }
}

impl Entry {
    fn count(&mut self, interest: Interest) -> &mut usize {
        match interest {
            Interest::Waiting => &mut self.waiting,
            Interest::Running => &mut self.running,
        }
    }
}

/// One subscription. Dropping it frees the slot with its last subscriber (P-074).
#[derive(Debug)]
pub(crate) struct Subscription {
    hub: Arc<Hub>,
    slot: Arc<Slot>,
    hash: u64,
    interest: Interest,
    /// An atomic, so that whoever waits need not own the subscription.
    seen: AtomicU64,
}

impl Subscription {
    /// Waits for a reading that this subscriber has not seen; `None` says that there was no such record.
    pub(crate) async fn next(&self) -> Option<Arc<Record>> {
        loop {
            let woken = self.woken();
            if let Some(reading) = self.unseen() {
                return reading;
            }
            woken.await;
        }
    }

    /// Waits for something to be told. Invariant: it counts from its creation on, so whoever creates it before a look misses nothing.
    pub(crate) fn woken(&self) -> Notified<'_> {
        self.slot.changed.notified()
    }

    /// The newest reading, if this subscriber has not seen it.
    pub(crate) fn unseen(&self) -> Option<Option<Arc<Record>>> {
        let newest = lock(&self.slot.newest);
        (self.seen.swap(newest.version, Relaxed) != newest.version).then(|| newest.record.clone())
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut shard = self.hub.shard(self.hash);
        let entry = shard.find_entry(self.hash, |entry| Arc::ptr_eq(&entry.slot, &self.slot));
        if let Ok(mut entry) = entry {
            *entry.get_mut().count(self.interest) -= 1;
            if entry.get().waiting + entry.get().running == 0 {
                entry.remove();
            }
        }
    }
}

/// A poisoned lock guards plain values that are whole between two statements: go on with them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_publication_between_subscription_and_wait_is_seen() {
        let hub = Arc::new(Hub::new());
        let name = OperationName::parse("operations/a").unwrap();
        let early = hub.subscribe(&name, Interest::Waiting);
        hub.publish(&name, None);
        assert!(early.next().await.is_none(), "P-073");
        let late = hub.subscribe(&name, Interest::Waiting);
        tokio::select! {
            biased;
            _ = late.next() => panic!("nothing was published since"),
            () = std::future::ready(()) => {}
        }
    }

    #[test]
    fn a_slot_lives_as_long_as_its_subscribers() {
        let hub = Arc::new(Hub::new());
        let name = OperationName::parse("operations/a").unwrap();
        let waiting = hub.subscribe(&name, Interest::Waiting);
        let running = hub.subscribe(&name, Interest::Running);
        assert!(hub.runs(&name));
        assert_eq!(hub.with_hashes(&[name.hash64(), 1]), std::slice::from_ref(&name));
        drop(running);
        assert!(!hub.runs(&name));
        assert_eq!(hub.names(Interest::Waiting), std::slice::from_ref(&name));
        drop(waiting);
        assert!(hub.shards.iter().all(|shard| lock(shard).is_empty()), "P-074");
    }
}
