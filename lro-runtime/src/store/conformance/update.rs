//! Updates: guards decide, the first outcome stands, marks are set once.

use bytes::Bytes;

use super::Subject;
use super::support::*;
use crate::data::operation::Outcome;
use crate::data::payload::any::Any;
use crate::store::{Guard, Head, Patch, Record, Written};
use crate::{Code, Status};

/// What a patch sets is written, and nothing else changes.
pub async fn a_patch_changes_what_it_sets(subject: &mut dyn Subject) {
    let store = subject.store();
    let mut record = created(&*store, new("operations/a")).await;
    let patches = [
        Patch { metadata: Some(any("newer")), ..Patch::default() },
        Patch { state: Some(Bytes::from_static(b"\0state")), ..Patch::default() },
        Patch { interruptions: Some(3), ..Patch::default() },
        Patch { worker: Some(Some(worker(2))), ..Patch::default() },
        Patch { worker: Some(None), ..Patch::default() },
        Patch::default(),
        Patch {
            metadata: Some(any("newest")),
            state: Some(Bytes::new()),
            worker: Some(Some(worker(3))),
            ..Patch::default()
        },
    ];
    for patch in patches {
        applied(&*store, &record.name, Guard::Attempt(1), patch.clone()).await;
        record.apply(patch, record.create_time);
        assert_eq!(read(&*store, &record.name).await.as_ref(), Some(&record));
    }
}

/// The answer to an update is the head after it: each write also delivers a cancel, a removal, a claim.
pub async fn an_update_answers_with_the_head_after_it(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    let mut head = Head { attempt: 1, done: false, cancelled: false, removed: false };
    assert_eq!(applied(&*store, &name, Guard::Attempt(1), Patch::default()).await, head);
    head.cancelled = true;
    assert_eq!(cancel(&*store, &name).await, head);
    head.attempt = 2;
    let claim = Patch { attempt: Some(2), ..Patch::default() };
    assert_eq!(applied(&*store, &name, Guard::Attempt(1), claim).await, head);
    head.removed = true;
    assert_eq!(remove(&*store, &name).await, head);
    head.done = true;
    let end = Patch { outcome: Some(response("end")), ..Patch::default() };
    assert_eq!(applied(&*store, &name, Guard::Attempt(2), end).await, head);
    assert_eq!(refused(&*store, &name, Guard::Attempt(2), Patch::default()).await, head);
}

/// An update of a name that was never created is answered so, whatever the guard.
pub async fn an_update_of_an_absent_record_is_absent(subject: &mut dyn Subject) {
    let store = subject.store();
    for guard in [Guard::Attempt(0), Guard::Open, Guard::Visible] {
        let written = store.update(&name("operations/a"), guard, Patch::default()).await;
        assert_eq!(written.expect("update"), Written::Absent);
    }
}

/// An expired record is absent for updates too, before and after it is purged (P-194).
pub async fn an_update_of_an_expired_record_is_absent(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    finish(&*store, &name, Some(SPAN)).await;
    subject.advance(SPAN).await;
    let patch = Patch { remove: true, ..Patch::default() };
    assert_eq!(store.update(&name, Guard::Visible, patch).await.expect("update"), Written::Absent);
}

/// The guard of an attempt refuses every other attempt, and done records; hidden ones it admits.
pub async fn the_attempt_guard_fences(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    let progress = || Patch { metadata: Some(any("progress")), ..Patch::default() };
    for other in [0, 2, u32::MAX] {
        refused(&*store, &name, Guard::Attempt(other), progress()).await;
    }
    remove(&*store, &name).await;
    applied(&*store, &name, Guard::Attempt(1), progress()).await;
    finish(&*store, &name, None).await;
    refused(&*store, &name, Guard::Attempt(1), progress()).await;
}

/// A claim raises the attempt, and from then on everything the old attempt writes is refused.
pub async fn a_claim_fences_the_attempt_before_it(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    let claim = |by, attempt| Patch {
        worker: Some(Some(worker(by))),
        attempt: Some(attempt),
        interruptions: Some(1),
        ..Patch::default()
    };
    applied(&*store, &name, Guard::Attempt(1), claim(2, 2)).await;
    refused(&*store, &name, Guard::Attempt(1), claim(3, 2)).await;
    let end = Patch { outcome: Some(response("late")), ..Patch::default() };
    refused(&*store, &name, Guard::Attempt(1), end).await;
    let record = read(&*store, &name).await.expect("record");
    assert_eq!((record.worker, record.attempt, record.interruptions), (Some(worker(2)), 2, 1));
}

/// The attempt never falls, even when a patch says so: a fence that was raised stays raised.
pub async fn the_attempt_never_falls(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    applied(&*store, &name, Guard::Attempt(1), Patch { attempt: Some(5), ..Patch::default() }).await;
    let head =
        applied(&*store, &name, Guard::Attempt(5), Patch { attempt: Some(2), ..Patch::default() }).await;
    assert_eq!(head.attempt, 5);
    assert_eq!(read(&*store, &name).await.expect("record").attempt, 5);
}

/// The guard of a cancel refuses records that are done or removed.
pub async fn the_open_guard_refuses_done_and_removed_records(subject: &mut dyn Subject) {
    let store = subject.store();
    let done = created(&*store, new("operations/done")).await.name;
    finish(&*store, &done, None).await;
    let removed = created(&*store, new("operations/removed")).await.name;
    remove(&*store, &removed).await;
    let patch = || Patch { cancel: true, ..Patch::default() };
    assert!(refused(&*store, &done, Guard::Open, patch()).await.done);
    assert!(refused(&*store, &removed, Guard::Open, patch()).await.removed);
}

/// The guard of a delete admits open and done records, and refuses removed ones.
pub async fn the_visible_guard_refuses_removed_records(subject: &mut dyn Subject) {
    let store = subject.store();
    let open = created(&*store, new("operations/open")).await.name;
    let done = created(&*store, new("operations/done")).await.name;
    finish(&*store, &done, None).await;
    for name in [open, done] {
        assert!(remove(&*store, &name).await.removed);
        refused(&*store, &name, Guard::Visible, Patch { remove: true, ..Patch::default() }).await;
    }
}

/// The first outcome stands: neither a second completion nor a write under another guard replaces it (P-188, P-189).
pub async fn the_first_outcome_stands(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    finish(&*store, &name, None).await;
    let first = read(&*store, &name).await.expect("record");
    let second = || Patch { outcome: Some(failure("late")), retention: Some(SPAN), ..Patch::default() };
    refused(&*store, &name, Guard::Attempt(1), second()).await;
    refused(&*store, &name, Guard::Open, second()).await;
    applied(&*store, &name, Guard::Visible, second()).await;
    let record = read(&*store, &name).await.expect("record");
    assert_eq!((record.outcome, record.end_time), (first.outcome, first.end_time));
    assert_eq!(record.expire_time, None);
}

/// An outcome comes back as it was written: responses byte for byte, errors with code, message and details.
pub async fn outcomes_survive(subject: &mut dyn Subject) {
    let store = subject.store();
    let empty = Any::new("google.protobuf.Empty", Bytes::new());
    let outcomes = [
        response("größer"),
        Outcome::Response(empty),
        failure("größer"),
        Outcome::Error(Status::new(Code::Unauthenticated, "")),
    ];
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let name = created(&*store, new(&format!("operations/{number}"))).await.name;
        let patch = Patch { outcome: Some(outcome.clone()), ..Patch::default() };
        applied(&*store, &name, Guard::Attempt(1), patch).await;
        let record = read(&*store, &name).await.expect("record");
        assert_eq!(record.outcome, Some(outcome));
        assert!(record.end_time.is_some_and(|end| end >= record.create_time), "{record:?}");
    }
}

/// The retention of a completion sets `expire_time`, counted from the end; without one the record is kept (P-194).
pub async fn a_retention_sets_the_expire_time(subject: &mut dyn Subject) {
    let store = subject.store();
    let kept = created(&*store, new("operations/kept")).await.name;
    finish(&*store, &kept, None).await;
    assert_eq!(read(&*store, &kept).await.expect("record").expire_time, None);
    let expiring = created(&*store, new("operations/expiring")).await.name;
    subject.advance(SPAN).await;
    finish(&*store, &expiring, Some(SPAN)).await;
    let record = read(&*store, &expiring).await.expect("record");
    assert_eq!(record.expire_time, record.end_time.map(|end| end + SPAN));
}

/// A cancel is marked once: the second leaves the time of the first.
pub async fn a_cancel_is_marked_once(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    cancel(&*store, &name).await;
    let first = read(&*store, &name).await.expect("record").cancel_time;
    assert!(first.is_some());
    subject.advance(SPAN).await;
    cancel(&*store, &name).await;
    assert_eq!(read(&*store, &name).await.expect("record").cancel_time, first);
}

/// A removed record keeps its payloads while it runs, since its handler may be run again; with its end they go.
pub async fn a_record_removed_while_open_becomes_a_tombstone_at_its_end(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, with_payloads()).await;
    remove(&*store, &record.name).await;
    let hidden = read(&*store, &record.name).await.expect("record");
    assert_eq!((&hidden.request, &hidden.metadata), (&record.request, &record.metadata));
    finish(&*store, &record.name, None).await;
    assert_tombstone(&read(&*store, &record.name).await.expect("record"));
}

/// A done record loses its payloads with its removal; how it ended stays known.
pub async fn a_record_removed_when_done_becomes_a_tombstone(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, with_payloads()).await;
    let end = Patch {
        outcome: Some(failure("secret")),
        state: Some(Bytes::from_static(b"secret")),
        ..Patch::default()
    };
    applied(&*store, &record.name, Guard::Attempt(1), end).await;
    remove(&*store, &record.name).await;
    let tombstone = read(&*store, &record.name).await.expect("record");
    assert_tombstone(&tombstone);
    assert_eq!(tombstone.outcome, Some(Outcome::Error(Status::aborted(""))));
    assert_eq!((tombstone.method, tombstone.create_time), (record.method, record.create_time));
}

fn with_payloads() -> crate::store::NewRecord {
    crate::store::NewRecord { request: Some(any("secret")), ..new("operations/a") }
}

fn assert_tombstone(record: &Record) {
    assert!(record.head().done && record.head().removed);
    assert!(record.metadata.value.is_empty(), "{record:?}");
    assert_eq!((&record.request, &record.state), (&None, &None));
    if let Some(Outcome::Response(response)) = &record.outcome {
        assert!(response.value.is_empty(), "{record:?}");
    }
}
