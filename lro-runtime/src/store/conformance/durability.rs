//! What a restart leaves: everything that was acknowledged. Stores that keep nothing are not held to it.

use super::Subject;
use super::support::*;
use crate::store::{Created, Guard, NewRecord, Patch};

/// Records, with all their fields, are there after a restart, and so are their places in every list.
pub async fn records_survive_a_restart(subject: &mut dyn Subject) {
    let store = subject.store();
    let mut names = Vec::new();
    for (text, limit) in
        [("operations/open", Some(SPAN)), ("operations/done", None), ("operations/gone", None)]
    {
        let record = NewRecord { request: Some(any("request")), ..new(text) };
        names.push(created_within(&*store, record, limit).await.name);
    }
    let progress = Patch {
        metadata: Some(any("progress")),
        state: Some("state".into()),
        interruptions: Some(2),
        ..Patch::default()
    };
    applied(&*store, &names[0], Guard::Attempt(1), progress).await;
    cancel(&*store, &names[0]).await;
    finish(&*store, &names[1], Some(SPAN)).await;
    remove(&*store, &names[2]).await;
    let before = store.get(&names).await.expect("get");
    drop(store);
    if !subject.reopen().await {
        return;
    }
    let store = subject.store();
    assert_eq!(store.get(&names).await.expect("get"), before);
    let query = crate::store::Query::Public {
        parent: None,
        conditions: crate::store::Conditions::default(),
        after: None,
        limit: 100,
    };
    let mut visible = listed(&*store, query).await;
    visible.sort_unstable();
    assert_eq!(visible, ["operations/done", "operations/open"]);
}

/// Keys are taken after a restart as they were before.
pub async fn keys_survive_a_restart(subject: &mut dyn Subject) {
    let store = subject.store();
    let keyed = NewRecord { request_key: Some(key(1)), exclusive_key: Some(key(2)), ..new("operations/a") };
    let record = created(&*store, keyed.clone()).await;
    drop(store);
    if !subject.reopen().await {
        return;
    }
    let store = subject.store();
    let again = NewRecord { name: name("operations/b"), ..keyed };
    let answer = store.create(again.clone(), None).await.expect("create");
    assert_eq!(answer, Created::Request(record.clone()));
    let answer = store.create(NewRecord { request_key: None, ..again }, None).await.expect("create");
    assert_eq!(answer, Created::Exclusive(record));
}

/// The secret and the descriptors are there after a restart.
pub async fn what_is_shared_survives_a_restart(subject: &mut dyn Subject) {
    let store = subject.store();
    let secret = store.secret().await.expect("secret");
    store.put_descriptor("acme/a", "descriptor".into()).await.expect("put");
    drop(store);
    if !subject.reopen().await {
        return;
    }
    let store = subject.store();
    assert_eq!(store.secret().await.expect("secret"), secret);
    assert_eq!(store.descriptors().await.expect("descriptors"), [("acme/a".into(), "descriptor".into())]);
}

/// The work of a worker that died can be claimed after a restart: at once where the store belongs to one process,
/// elsewhere when its lease was reaped.
pub async fn work_is_claimable_after_a_restart(subject: &mut dyn Subject) {
    let store = subject.store();
    renewed(&*store, worker(1), true).await;
    created(&*store, new("operations/a")).await;
    assert_eq!(claimable(&*store, &[]).await, [""; 0]);
    drop(store);
    if !subject.reopen().await {
        return;
    }
    let store = subject.store();
    if claimable(&*store, &[]).await.is_empty() {
        subject.advance(2 * SPAN).await;
        store.reap(worker(9)).await.expect("reap");
    }
    assert_eq!(claimable(&*store, &[]).await, ["operations/a"]);
    assert!(!renewed(&*store, worker(1), false).await);
}
