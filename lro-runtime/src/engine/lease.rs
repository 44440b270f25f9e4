//! The engine's own tasks: the heartbeat, the upkeep behind it, and the change feed with its sweep.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::core::{Backoff, Engine};
use super::hub::Interest;
use super::recovery;
use crate::data::name::OperationName;
use crate::store::{Change, Changes, StoreError};

/// Renews the lease on every beat, and every second while the store does not answer, until told to stop.
pub(crate) async fn heartbeat(engine: Arc<Engine>, stop: CancellationToken) {
    let retry = engine.settings.beat().min(Duration::from_secs(1));
    let mut pause = engine.settings.beat();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
        let asked = Instant::now();
        pause = match engine.renew().await {
            // Counted from the request, as the lease may be: a reply that takes long must not delay the next renewal as well.
            Ok(()) => engine.settings.beat().saturating_sub(asked.elapsed()),
            Err(error) => {
                report("renew", &error);
                retry
            }
        };
    }
}

/// On every beat: ends leftovers, condemns lapsed workers, ends what they ran and what is long past its deadline, wakes whom a lost
/// notification left waiting, and forgets what is past its retention. The first round comes at once, for a store whose last
/// engine was killed.
pub(crate) async fn upkeep(engine: Arc<Engine>, stop: CancellationToken) {
    let mut overdue = HashSet::new();
    let mut unregistered = HashMap::new();
    loop {
        let round = async {
            recovery::claim(&engine).await?;
            let may_condemn = || engine.health.has_lasted(engine.settings.beat());
            // Renew before reaping: a worker that cannot renew has no business condemning others.
            if may_condemn() {
                engine.renew().await?;
                // Asked again: the renewal may have hung for longer than a lease, and so may everyone else's.
                if may_condemn() && engine.store.reap(engine.incarnation().worker).await? > 0 {
                    recovery::claim(&engine).await?;
                    engine.recoverable.notify_one();
                }
            }
            recovery::end_overdue(&engine, &mut overdue).await?;
            recovery::end_unregistered(&engine, &mut unregistered).await?;
            let mut doubtful = recovery::reconcile(&engine).await?;
            doubtful.extend(engine.hub.names(Interest::Waiting));
            refresh(&engine, &doubtful).await?;
            recovery::purge(&engine).await
        };
        let stopped = tokio::select! {
            biased;
            () = stop.cancelled() => true,
            done = round => {
                if let Err(error) = done {
                    report("upkeep", &error);
                    engine.health.failed();
                }
                false
            }
        };
        if stopped {
            return;
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(engine.settings.beat()) => {}
        }
    }
}

/// Follows the store's changes and tells whoever subscribes to what changed (D9, D10).
pub(crate) async fn follow(engine: Arc<Engine>, mut changes: Box<dyn Changes>, stop: CancellationToken) {
    loop {
        let change = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            change = changes.next() => change,
        };
        let mut names = match change {
            Change::Touched(hashes) => {
                let names = engine.hub.with_hashes(&hashes);
                // Something of another process: perhaps it was handed over.
                if names.len() < hashes.len() {
                    engine.recoverable.notify_one();
                }
                names
            }
            Change::Lost => everyone(&engine),
        };
        let mut backoff = Backoff::new();
        while let Err(error) = refresh(&engine, &names).await {
            report("change feed", &error);
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = backoff.wait() => {}
            }
            // What changed during the outage may have been told, and missed, in the same words.
            names = everyone(&engine);
        }
    }
}

fn everyone(engine: &Engine) -> Vec<OperationName> {
    [Interest::Waiting, Interest::Running].into_iter().flat_map(|why| engine.hub.names(why)).collect()
}

/// Reads these records, a page at a time, and publishes them.
async fn refresh(engine: &Engine, names: &[OperationName]) -> Result<(), StoreError> {
    for page in names.chunks(recovery::PAGE) {
        let records = engine.store.get(page).await?;
        for (name, record) in page.iter().zip(records) {
            engine.hub.publish(name, record);
        }
    }
    Ok(())
}

fn report(what: &str, error: &StoreError) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::warn!(what, %error, cause, "the store did not answer the engine; it goes on trying");
}
