//! Purging: what is deleted, when, and what must stay.

use super::Subject;
use super::support::*;
use crate::store::{Created, NewRecord};

/// Expired records, and removed ones that are done, are deleted; their names are free of any trace.
pub async fn spent_records_are_deleted(subject: &mut dyn Subject) {
    let store = subject.store();
    let expired = created(&*store, new("operations/expired")).await.name;
    finish(&*store, &expired, Some(SPAN)).await;
    let removed = created(&*store, new("operations/removed")).await.name;
    finish(&*store, &removed, None).await;
    remove(&*store, &removed).await;
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 1, "the removed one");
    assert_eq!(read(&*store, &removed).await, None);
    subject.advance(SPAN).await;
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 1, "the expired one");
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 0);
    for name in [expired, removed] {
        created(&*store, new(name.as_str())).await;
    }
}

/// Open records stay, however old, removed or not; so do done ones without an end to their retention (P-194).
pub async fn open_and_kept_records_are_not_purged(subject: &mut dyn Subject) {
    let store = subject.store();
    let open = created_within(&*store, new("operations/open"), Some(SPAN)).await.name;
    let hidden = created(&*store, new("operations/hidden")).await.name;
    remove(&*store, &hidden).await;
    let kept = created(&*store, new("operations/kept")).await.name;
    finish(&*store, &kept, None).await;
    let later = created(&*store, new("operations/later")).await.name;
    finish(&*store, &later, Some(5 * SPAN)).await;
    subject.advance(3 * SPAN).await;
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 0);
    for name in [open, hidden, kept, later] {
        assert!(read(&*store, &name).await.is_some(), "{name}");
    }
}

/// A purge changes at most as many records as asked, and goes on where it stopped.
pub async fn a_purge_keeps_to_its_limit(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 0..5 {
        let name = created(&*store, new(&format!("operations/{number}"))).await.name;
        finish(&*store, &name, Some(SPAN)).await;
    }
    subject.advance(SPAN).await;
    for expected in [2, 2, 1, 0] {
        assert_eq!(store.purge(2, SPAN).await.expect("purge"), expected);
    }
}

/// Tombstones that are kept for their keys do not use up the limit: what is behind them is purged.
pub async fn kept_tombstones_do_not_stand_in_the_way(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 0..4 {
        let record = NewRecord { request_key: Some(key(number)), ..new(&format!("operations/{number}")) };
        let name = created(&*store, record).await.name;
        finish(&*store, &name, None).await;
        remove(&*store, &name).await;
    }
    let last = created(&*store, new("operations/last")).await.name;
    finish(&*store, &last, None).await;
    remove(&*store, &last).await;
    assert_eq!(store.purge(1, SPAN).await.expect("purge"), 1);
    assert_eq!(read(&*store, &last).await, None);
    assert_eq!(store.purge(1, SPAN).await.expect("purge"), 0);
}

/// A record with a key that expired long ago, so that its key has expired too, is deleted without becoming a tombstone.
pub async fn a_key_that_has_expired_too_is_not_kept(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = NewRecord { request_key: Some(key(1)), ..new("operations/a") };
    let name = created(&*store, record.clone()).await.name;
    finish(&*store, &name, Some(SPAN)).await;
    subject.advance(2 * SPAN).await;
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 1);
    assert!(matches!(store.create(record, None).await.expect("create"), Created::New(_)));
}
