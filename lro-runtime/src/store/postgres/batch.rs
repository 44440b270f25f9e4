//! Which writes share a transaction.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, Notify, oneshot};

use super::write::Inserted;
use crate::OperationName;
use crate::store::{Guard, Head, NewRecord, Patch, StoreError};

/// The most writes that share a transaction. What they tell fits into one notification.
const BATCH: usize = 512;

/// A batch with as many bytes of payloads is full.
const BATCH_BYTES: usize = 4 << 20;

/// What waits for the writers, and how much they have on their hands.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// How many entries are in batches that are not answered.
    in_flight: AtomicUsize,
    answered: Notify,
}

struct Waiting {
    arriving: UnboundedReceiver<Entry>,
    /// What has arrived, and was not taken yet.
    arrived: VecDeque<Entry>,
}

impl Queue {
    pub(super) fn new(arriving: UnboundedReceiver<Entry>) -> Self {
        let waiting = Waiting { arriving, arrived: VecDeque::new() };
        Self { waiting: Mutex::new(waiting), in_flight: AtomicUsize::new(0), answered: Notify::new() }
    }

    /// Waits for the next batch. `None` when the last sender is gone and nothing is left.
    ///
    /// When nothing else is in flight it goes at once, and beside another batch when it has as many entries. Without that, callers who
    /// write one thing after another would fall into a large batch and many small ones beside it.
    pub(super) async fn next(&self) -> Option<Batch> {
        let mut waiting = self.waiting.lock().await;
        let Waiting { arriving, arrived } = &mut *waiting;
        if arrived.is_empty() {
            arrived.push_back(arriving.recv().await?);
        }
        loop {
            let answered = self.answered.notified();
            while arrived.len() < BATCH
                && let Ok(entry) = arriving.try_recv()
            {
                arrived.push_back(entry);
            }
            if arrived.len() >= self.in_flight.load(Ordering::Acquire).min(BATCH) {
                break;
            }
            tokio::select! {
                Some(entry) = arriving.recv() => arrived.push_back(entry),
                () = answered => {}
            }
        }
        let batch = Batch::take(arrived);
        self.in_flight.fetch_add(batch.len(), Ordering::AcqRel);
        Some(batch)
    }

    /// Says that the entries of a batch, so many, are answered.
    pub(super) fn answered(&self, entries: usize) {
        self.in_flight.fetch_sub(entries, Ordering::AcqRel);
        // Kept for whoever is about to wait.
        self.answered.notify_one();
    }
}

/// A creation that waits. Its answer gives the record back, for another try, with what was inserted.
pub(super) struct Create {
    pub(super) new: NewRecord,
    pub(super) time_limit: Option<Duration>,
    pub(super) reply: oneshot::Sender<Result<(NewRecord, Option<Inserted>), StoreError>>,
}

/// An update that waits. Its answer gives the patch back, for another try, with the head when it was applied.
pub(super) struct Update {
    pub(super) name: OperationName,
    pub(super) guard: Guard,
    pub(super) patch: Patch,
    pub(super) reply: oneshot::Sender<Result<(Patch, Option<Head>), StoreError>>,
}

pub(super) enum Entry {
    Create(Create),
    Update(Update),
}

/// Writes that share a transaction.
///
/// Invariants: no name is in it twice, since the second update of a row would be lost without a word. One creation with keys of
/// both kinds is the only one with keys: all transactions then take request keys before exclusivity keys, each kind in
/// its own order, and rows after both, so that none waits for one that waits for it.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) creates: Vec<Create>,
    pub(super) updates: Vec<Update>,
    names: HashSet<OperationName>,
    keyed: bool,
    doubly_keyed: bool,
    bytes: usize,
}

impl Batch {
    /// Takes what can go together from the front of the queue, and leaves the rest in its order.
    fn take(queue: &mut VecDeque<Entry>) -> Self {
        let mut batch = Self::default();
        let mut left = VecDeque::new();
        while batch.len() < BATCH && batch.bytes < BATCH_BYTES {
            let Some(entry) = queue.pop_front() else { break };
            if batch.admits(&entry) { batch.push(entry) } else { left.push_back(entry) }
        }
        left.append(queue);
        *queue = left;
        batch.creates.sort_by_cached_key(|create| place(&create.new));
        batch
    }

    /// A batch for each of the entries.
    pub(super) fn split(self) -> impl Iterator<Item = Self> {
        let creates = self.creates.into_iter().map(Entry::Create);
        creates.chain(self.updates.into_iter().map(Entry::Update)).map(|entry| {
            let mut batch = Self::default();
            batch.push(entry);
            batch
        })
    }

    pub(super) fn len(&self) -> usize {
        self.creates.len() + self.updates.len()
    }

    fn admits(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Create(Create { new, .. }) => {
                let (keyed, doubly_keyed) = keys(new);
                let cross = keyed && self.doubly_keyed || doubly_keyed && self.keyed;
                !cross && !self.names.contains(&new.name)
            }
            Entry::Update(Update { name, .. }) => !self.names.contains(name),
        }
    }

    fn push(&mut self, entry: Entry) {
        match entry {
            Entry::Create(create) => {
                let (keyed, doubly_keyed) = keys(&create.new);
                self.keyed |= keyed;
                self.doubly_keyed |= doubly_keyed;
                self.names.insert(create.new.name.clone());
                self.bytes += create.new.metadata.value.len()
                    + create.new.request.as_ref().map_or(0, |request| request.value.len());
                self.creates.push(create);
            }
            Entry::Update(update) => {
                self.names.insert(update.name.clone());
                self.bytes += bytes(&update.patch);
                self.updates.push(update);
            }
        }
    }
}

/// Whether a creation has a key, and whether it has both.
fn keys(new: &NewRecord) -> (bool, bool) {
    let (request, exclusive) = (new.request_key.is_some(), new.exclusive_key.is_some());
    (request || exclusive, request && exclusive)
}

/// The place of a creation in its transaction.
fn place(new: &NewRecord) -> impl Ord + use<> {
    // `None` comes first: what has no request key must come after what has one.
    (
        new.request_key.is_none(),
        new.request_key,
        new.exclusive_key.is_none(),
        new.exclusive_key,
        new.name.clone(),
    )
}

fn bytes(patch: &Patch) -> usize {
    use crate::data::operation::Outcome;
    let outcome = match &patch.outcome {
        Some(Outcome::Response(response)) => response.value.len(),
        Some(Outcome::Error(_)) | None => 0,
    };
    outcome
        + patch.metadata.as_ref().map_or(0, |metadata| metadata.value.len())
        + patch.state.as_ref().map_or(0, bytes::Bytes::len)
}
