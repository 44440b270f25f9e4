//! The change feed: what is told, what is not, and that waiting for it loses nothing.

use std::time::Duration;

use super::Subject;
use super::support::*;
use crate::OperationName;
use crate::store::{Change, Changes, Guard, Patch};

/// How long a change may take to be told: only a store that tells nothing ever waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// The end of an operation is told, and so are its removal, a cancel and a hand-over.
pub async fn ends_removals_cancels_and_hand_overs_are_told(subject: &mut dyn Subject) {
    let store = subject.store();
    let mut changes = store.changes();
    let name = created(&*store, new("operations/a")).await.name;
    cancel(&*store, &name).await;
    told(&mut *changes, &name).await;
    applied(&*store, &name, Guard::Attempt(1), Patch { worker: Some(None), ..Patch::default() }).await;
    told(&mut *changes, &name).await;
    finish(&*store, &name, None).await;
    told(&mut *changes, &name).await;
    remove(&*store, &name).await;
    told(&mut *changes, &name).await;
}

/// Progress, checkpoints, refused and absent updates are not told: they would wake everyone for nothing.
pub async fn progress_is_not_told(subject: &mut dyn Subject) {
    let store = subject.store();
    let quiet = created(&*store, new("operations/quiet")).await.name;
    let loud = created(&*store, new("operations/loud")).await.name;
    let mut changes = store.changes();
    let progress = Patch { metadata: Some(any("progress")), state: Some("state".into()), ..Patch::default() };
    applied(&*store, &quiet, Guard::Attempt(1), progress).await;
    let late = Patch { outcome: Some(response("late")), ..Patch::default() };
    refused(&*store, &quiet, Guard::Attempt(7), late.clone()).await;
    store.update(&name("operations/none"), Guard::Open, late).await.expect("update");
    cancel(&*store, &loud).await;
    let hashes = told(&mut *changes, &loud).await;
    for silent in [&quiet, &name("operations/none")] {
        assert!(!hashes.contains(&silent.hash64()), "{silent} was told");
    }
}

/// Each subscriber is told, on its own; one that subscribes later is not told what was before.
pub async fn every_subscriber_is_told(subject: &mut dyn Subject) {
    let store = subject.store();
    let first = created(&*store, new("operations/a")).await.name;
    let second = created(&*store, new("operations/b")).await.name;
    let (mut one, mut two) = (store.changes(), store.changes());
    cancel(&*store, &first).await;
    told(&mut *one, &first).await;
    told(&mut *two, &first).await;
    let mut late = store.changes();
    cancel(&*store, &second).await;
    assert!(!told(&mut *late, &second).await.contains(&first.hash64()));
    told(&mut *one, &second).await;
}

/// A change is told when it can be read: whoever is told and reads then sees it.
pub async fn what_is_told_can_be_read(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    let mut changes = store.changes();
    let reading = async {
        told(&mut *changes, &name).await;
        read(&*store, &name).await.expect("record")
    };
    let (_, record) = tokio::join!(finish(&*store, &name, None), reading);
    assert!(record.outcome.is_some(), "{record:?}");
}

/// Dropping the future that waits for a change loses nothing.
pub async fn a_dropped_wait_loses_nothing(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    let mut changes = store.changes();
    // Polled once, so that it waits, and dropped.
    tokio::select! {
        biased;
        change = changes.next() => assert_eq!(change, Change::Lost, "nothing has changed"),
        () = std::future::ready(()) => {}
    }
    cancel(&*store, &name).await;
    told(&mut *changes, &name).await;
}

/// A subscription does not end with the store's handles: it waits, and whoever holds it need not care.
pub async fn a_subscription_outlives_the_store(subject: &mut dyn Subject) {
    let mut changes = subject.store().changes();
    if !subject.reopen().await {
        return;
    }
    tokio::select! {
        biased;
        change = changes.next() => assert_eq!(change, Change::Lost, "nothing has changed"),
        () = std::future::ready(()) => {}
    }
}

/// Waits until a name is told, and answers with all that was told on the way. `Lost` tells every name.
async fn told(changes: &mut dyn Changes, name: &OperationName) -> Vec<u64> {
    let wait = async {
        let mut all = Vec::new();
        loop {
            match changes.next().await {
                Change::Touched(hashes) => all.extend(hashes),
                Change::Lost => return all,
            }
            if all.contains(&name.hash64()) {
                return all;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the change is told")
}
