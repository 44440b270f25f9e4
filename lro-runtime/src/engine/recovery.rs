//! What is found open without anybody who runs it: this worker's own leftovers, and the work of workers that are gone.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::time::Instant;

use super::core::Engine;
use super::hub::Interest;
use crate::data::method::OnInterrupt;
use crate::data::name::OperationName;
use crate::data::operation::Outcome;
use crate::data::record::{Guard, Patch, Record};
use crate::rules::errors;
use crate::rules::lifecycle::{self, Ending, Recovery};
use crate::store::{Query, StoreError};

/// Records read at once.
pub(crate) const PAGE: usize = 1_000;
/// Writes in flight at once: enough for a store to commit them in groups.
const CONCURRENT: usize = 256;

/// Compares what the store says that this worker runs with what it really runs (I5).
///
/// What it runs is told of a cancel whose notification was lost. What it does not run is
/// ended: a start whose caller was told that it failed is removed as well, for it leaves no record (P-027).
///
/// Answers with what it runs and the store does not know of: taken by another worker, perhaps, or ended, or not created yet.
/// Whoever reads these again finds out.
pub(crate) async fn reconcile(engine: &Engine) -> Result<Vec<OperationName>, StoreError> {
    let worker = engine.incarnation().worker;
    // Before the store is read: what starts meanwhile is not held to be missing.
    let mut unknown: BTreeSet<_> = engine.hub.names(Interest::Running).into_iter().collect();
    let mut after = None;
    loop {
        let query = Query::OwnedBy { worker, after: after.take(), limit: PAGE };
        let page = engine.store.list(&query).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|record| record.name.clone());
        let mut leftovers = Vec::new();
        for record in page {
            unknown.remove(&record.name);
            if !engine.hub.runs(&record.name) {
                leftovers.push(record);
            } else if record.cancel_time.is_some() {
                // All else that is open and this worker's is as its run knows it: waking everyone on every beat is for nothing.
                let name = record.name.clone();
                engine.hub.publish(&name, Some(record));
            }
        }
        each(leftovers, |record| async move {
            // One with a request id stays, so that a retry of the call finds out what became of it.
            let remove = engine.was_given_up(&record.name) && record.request_key.is_none();
            if record.restartable && !remove {
                // The rule of recovery decides about it, here or elsewhere. That it may count as a run that never was, keeps a fault
                // of ours from becoming a loop.
                let interruptions = Some(lifecycle::interruptions(&record));
                let patch = Patch { worker: Some(None), interruptions, ..Patch::default() };
                write(engine, &record, patch, "a leftover of this worker was handed over").await;
                return;
            }
            let outcome = lifecycle::outcome(Ending::Interrupted, &record.name, service(&record));
            let patch = Patch { outcome: Some(outcome), remove, ..end(engine) };
            if write(engine, &record, patch, "a leftover of this worker was ended").await {
                engine.forget_given_up(&record.name);
            }
        })
        .await;
        if !full {
            return Ok(unknown.into_iter().collect());
        }
    }
}

/// Ends the operations of workers that are gone, each by one compare-and-set that raises the attempt (D7, I3, I4).
///
/// A claim followed by the error in a second write would let two claimers take the operation from each other without end.
pub(crate) async fn claim(engine: &Engine) -> Result<(), StoreError> {
    let mut after: Option<OperationName> = None;
    loop {
        let query = Query::Claimable { methods: Vec::new(), after: after.take(), limit: PAGE };
        let page = engine.store.list(&query).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|record| record.name.clone());
        each(page, |record| async move {
            if let Recovery::End(ending) = lifecycle::recovery(&record, OnInterrupt::Fail) {
                end_abandoned(engine, &record, ending).await;
            }
        })
        .await;
        if !full {
            return Ok(());
        }
    }
}

/// Ends an operation that nobody runs, by one compare-and-set that raises the attempt (I3).
pub(crate) async fn end_abandoned(engine: &Engine, record: &Record, ending: Ending) {
    end_abandoned_as(engine, record, lifecycle::outcome(ending, &record.name, service(record))).await;
}

pub(crate) async fn end_abandoned_as(engine: &Engine, record: &Record, outcome: Outcome) {
    let patch = Patch {
        worker: Some(Some(engine.incarnation().worker)),
        attempt: Some(record.attempt + 1),
        interruptions: Some(lifecycle::interruptions(record)),
        outcome: Some(outcome),
        ..end(engine)
    };
    write(engine, record, patch, "an abandoned operation was ended").await;
}

/// Ends what is past its deadline, whoever runs it, by one compare-and-set that raises the attempt (P-195).
///
/// Its worker does so by itself, and at once. What was overdue a beat ago, and still is, has a worker that cannot: `before` is
/// that grace, and needs no comparison of two clocks.
pub(crate) async fn end_overdue(
    engine: &Engine,
    before: &mut HashSet<OperationName>,
) -> Result<(), StoreError> {
    let mut overdue = HashSet::new();
    let mut after: Option<OperationName> = None;
    loop {
        let page = engine.store.list(&Query::Overdue { after: after.take(), limit: PAGE }).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|record| record.name.clone());
        overdue.extend(page.iter().map(|record| record.name.clone()));
        let late = page.into_iter().filter(|record| before.contains(&record.name)).collect();
        each(late, |record| async move {
            let outcome = lifecycle::outcome(Ending::DeadlineExceeded, &record.name, service(&record));
            let patch = Patch {
                worker: Some(Some(engine.incarnation().worker)),
                attempt: Some(record.attempt + 1),
                outcome: Some(outcome),
                ..end(engine)
            };
            write(engine, &record, patch, "an overdue operation was ended").await;
        })
        .await;
        if !full {
            *before = overdue;
            return Ok(());
        }
    }
}

/// Ends what nobody can run again: no living worker has registered its method for ten leases (D7). Less would end what a rolling
/// deploy is about to bring back.
pub(crate) async fn end_unregistered(
    engine: &Engine,
    since: &mut HashMap<OperationName, Instant>,
) -> Result<(), StoreError> {
    let mut found = HashMap::new();
    let mut after: Option<OperationName> = None;
    loop {
        let page = engine.store.list(&Query::Unregistered { after: after.take(), limit: PAGE }).await?;
        let full = page.len() == PAGE;
        after = page.last().map(|record| record.name.clone());
        let mut late = Vec::new();
        for record in page {
            let first = since.get(&record.name).copied().unwrap_or_else(Instant::now);
            found.insert(record.name.clone(), first);
            if first.elapsed() >= engine.settings.lease * 10 {
                late.push(record);
            }
        }
        each(late, |record| async move {
            let error = match record.cancel_time {
                Some(_) => errors::cancelled(&record.name, service(&record)),
                None => errors::method_unregistered(&record.name, &record.method, service(&record)),
            };
            end_abandoned_as(engine, &record, Outcome::Error(error)).await;
        })
        .await;
        if !full {
            *since = found;
            return Ok(());
        }
    }
}

/// Forgets what is past its retention (P-194), and request ids that were kept long enough after it (P-066).
pub(crate) async fn purge(engine: &Engine) -> Result<(), StoreError> {
    while engine.store.purge(PAGE, engine.settings.keep_request_ids).await? == PAGE {}
    Ok(())
}

fn end(engine: &Engine) -> Patch {
    Patch { retention: Some(engine.settings.retention), ..Patch::default() }
}

pub(crate) fn service(record: &Record) -> &str {
    record.method.split('/').next().unwrap_or_default()
}

/// A write that fails or is refused needs no retry: the next beat finds what is still open. Says whether the store has answered.
async fn write(engine: &Engine, record: &Record, patch: Patch, message: &str) -> bool {
    match engine.store.update(&record.name, Guard::Attempt(record.attempt), patch).await {
        Ok(written) => {
            tracing::info!(operation = %record.name, ?written, "{message}");
            true
        }
        Err(error) => {
            tracing::warn!(operation = %record.name, %error, "{message}: not yet");
            false
        }
    }
}

async fn each<F: Future<Output = ()>>(records: Vec<Record>, work: impl Fn(Record) -> F) {
    stream::iter(records).for_each_concurrent(CONCURRENT, work).await;
}
