//! Keys: what is unique, how long, and which of several conflicts is answered.

use std::time::Duration;

use super::Subject;
use super::support::*;
use crate::data::operation::Outcome;
use crate::store::{Created, NewRecord, Patch, Query, Record, Store};

fn keyed(text: &str, request: Option<u8>, exclusive: Option<u8>) -> NewRecord {
    NewRecord {
        request_key: request.map(key),
        exclusive_key: exclusive.map(key),
        request_hash: request.map(|byte| [byte; 32]),
        ..new(text)
    }
}

async fn create(store: &dyn Store, new: NewRecord) -> Created {
    store.create(new, None).await.expect("create")
}

/// A request key that is taken is answered with the record that has it, and nothing is created.
pub async fn a_taken_request_key_is_answered_with_its_record(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, keyed("operations/a", Some(1), None)).await;
    assert_eq!(create(&*store, keyed("operations/b", Some(1), None)).await, Created::Request(record));
    assert_eq!(read(&*store, &name("operations/b")).await, None);
    created(&*store, keyed("operations/b", Some(2), None)).await;
}

/// An exclusivity key of an open record is answered with that record, and nothing is created.
pub async fn a_taken_exclusive_key_is_answered_with_its_record(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, keyed("operations/a", None, Some(1))).await;
    assert_eq!(create(&*store, keyed("operations/b", None, Some(1))).await, Created::Exclusive(record));
    assert_eq!(read(&*store, &name("operations/b")).await, None);
    created(&*store, keyed("operations/b", None, Some(2))).await;
}

/// A record is found by its request key, whether it is open, hidden, done or a tombstone, until the key is free (P-035).
pub async fn a_record_is_found_by_its_request_key(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, keyed("operations/a", Some(1), Some(2))).await;
    created(&*store, keyed("operations/b", None, None)).await;
    for byte in [2, 3] {
        assert_eq!(find(&*store, byte).await, [], "a key that no request has");
    }
    assert_eq!(find(&*store, 1).await, std::slice::from_ref(&record));
    remove(&*store, &record.name).await;
    assert!(find(&*store, 1).await[0].head().removed);
    finish(&*store, &record.name, None).await;
    assert!(find(&*store, 1).await[0].metadata.value.is_empty());
    subject.advance(SPAN).await;
    store.purge(100, SPAN).await.expect("purge");
    assert_eq!(find(&*store, 1).await, []);
}

/// Several conflicts are decided in one order: the name, the request key, the exclusivity key.
pub async fn conflicts_are_decided_in_order(subject: &mut dyn Subject) {
    let store = subject.store();
    let named = created(&*store, new("operations/named")).await;
    let requested = created(&*store, keyed("operations/requested", Some(1), None)).await;
    let exclusive = created(&*store, keyed("operations/exclusive", None, Some(2))).await;
    for (new, expected) in [
        (keyed("operations/named", Some(1), Some(2)), Created::Name(named.clone())),
        (keyed("operations/named", Some(1), None), Created::Name(named.clone())),
        (keyed("operations/named", None, Some(2)), Created::Name(named)),
        (keyed("operations/new", Some(1), Some(2)), Created::Request(requested)),
        (keyed("operations/new", Some(3), Some(2)), Created::Exclusive(exclusive)),
    ] {
        assert_eq!(create(&*store, new).await, expected);
    }
    // What a refused creation brought along is not taken.
    created(&*store, keyed("operations/new", Some(3), None)).await;
}

/// Request keys and exclusivity keys are two spaces, and records without a key never meet.
pub async fn keys_of_two_kinds_do_not_meet(subject: &mut dyn Subject) {
    let store = subject.store();
    created(&*store, keyed("operations/a", Some(1), None)).await;
    created(&*store, keyed("operations/b", None, Some(1))).await;
    created(&*store, keyed("operations/c", None, None)).await;
    created(&*store, keyed("operations/d", None, None)).await;
}

/// The end of an operation frees its exclusivity key, by success and by failure; its request key stays taken.
pub async fn an_exclusive_key_is_free_once_the_record_is_done(subject: &mut dyn Subject) {
    let store = subject.store();
    let first = created(&*store, keyed("operations/a", Some(1), Some(2))).await.name;
    finish(&*store, &first, None).await;
    let second = created(&*store, keyed("operations/b", None, Some(2))).await.name;
    let failed = Patch { outcome: Some(failure("no")), ..Patch::default() };
    applied(&*store, &second, crate::store::Guard::Attempt(1), failed).await;
    created(&*store, keyed("operations/c", None, Some(2))).await;
    assert!(matches!(create(&*store, keyed("operations/d", Some(1), None)).await, Created::Request(_)));
}

/// A removed record that still runs keeps its exclusivity key: two handlers would run otherwise.
pub async fn an_exclusive_key_is_kept_while_a_hidden_record_runs(subject: &mut dyn Subject) {
    let store = subject.store();
    let hidden = created(&*store, keyed("operations/a", None, Some(1))).await.name;
    remove(&*store, &hidden).await;
    let again = || keyed("operations/b", None, Some(1));
    match create(&*store, again()).await {
        Created::Exclusive(record) => assert_eq!((&record.name, record.head().removed), (&hidden, true)),
        other => panic!("expected the key to be taken, got {other:?}"),
    }
    finish(&*store, &hidden, None).await;
    created(&*store, again()).await;
}

/// A request key lives on in the tombstone of a removed record, and names it.
pub async fn a_request_key_lives_on_in_the_tombstone(subject: &mut dyn Subject) {
    let store = subject.store();
    let removed = created(&*store, keyed("operations/a", Some(1), None)).await.name;
    finish(&*store, &removed, None).await;
    remove(&*store, &removed).await;
    store.purge(100, SPAN).await.expect("purge");
    let tombstone = requested(&*store).await;
    assert_eq!((&tombstone.name, tombstone.request_hash), (&removed, Some([1; 32])));
    assert!(tombstone.head().removed && tombstone.metadata.value.is_empty());
}

/// An expired record answers for its request key as the tombstone that it becomes, before it is purged and after:
/// removed when it expired, without payloads.
pub async fn an_expired_record_is_a_tombstone_for_its_key(subject: &mut dyn Subject) {
    let store = subject.store();
    let expired = created(&*store, keyed("operations/a", Some(1), None)).await.name;
    finish(&*store, &expired, Some(SPAN)).await;
    let record = read(&*store, &expired).await.expect("record");
    assert_eq!(requested(&*store).await, record, "not before its time");
    subject.advance(SPAN).await;

    let before = requested(&*store).await;
    assert_eq!(before.remove_time, record.expire_time);
    assert!(before.metadata.value.is_empty(), "{before:?}");
    match &before.outcome {
        Some(Outcome::Response(response)) => assert!(response.value.is_empty(), "{before:?}"),
        other => panic!("expected a response, got {other:?}"),
    }
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 1);
    assert_eq!(requested(&*store).await, before);
    assert_eq!(read(&*store, &expired).await, None);
}

/// A request key is free again once its tombstone was kept as long as asked.
pub async fn a_request_key_is_free_after_its_retention(subject: &mut dyn Subject) {
    let store = subject.store();
    let removed = created(&*store, keyed("operations/a", Some(1), None)).await.name;
    remove(&*store, &removed).await;
    finish(&*store, &removed, None).await;
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 0);
    subject.advance(SPAN).await;
    assert_eq!(store.purge(100, 3 * SPAN).await.expect("purge"), 0);
    assert_eq!(store.purge(100, Duration::MAX).await.expect("purge"), 0);
    assert_eq!(store.purge(100, SPAN).await.expect("purge"), 1);
    assert_eq!(read(&*store, &removed).await, None);
    created(&*store, keyed("operations/b", Some(1), None)).await;
}

/// The record that answers for request key 1, to a creation and to a query alike.
async fn requested(store: &dyn Store) -> Record {
    match create(store, keyed("operations/other", Some(1), None)).await {
        Created::Request(record) => {
            assert_eq!(find(store, 1).await, std::slice::from_ref(&record));
            record
        }
        other => panic!("expected the key to be taken, got {other:?}"),
    }
}

async fn find(store: &dyn Store, byte: u8) -> Vec<Record> {
    store.list(&Query::Request { key: key(byte) }).await.expect("list")
}
