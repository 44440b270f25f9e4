//! Request ids: one call, however often it is sent, starts one operation (P-035, P-036, P-066).

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use lro_runtime::{Code, Operations, Outcome, Snapshot, Status};

use crate::support::keyed::{Copies, CopyRequest};
use crate::support::works::done;
use crate::support::{Call, each_store, end, engine, error, open, settle, store};

async fn list(operations: &Operations) -> Vec<Snapshot> {
    operations.list(&Default::default()).await.unwrap().operations
}

fn told(refused: &Status) -> (Code, String) {
    (refused.code(), refused.reason().unwrap_or_default())
}

/// A retry finds the operation as it is: running, then done. It is not validated, since its own success would stand against it.
#[tokio::test]
async fn a_retry_is_answered_with_the_operation_in_its_present_state_p035() {
    for (kind, store, _folder) in each_store().await {
        let operations = open(&store, |builder| builder).await;
        let copies = Copies::new(&operations);
        let request = || CopyRequest::new("taken", "id-1");
        let first = copies.copy(request()).await.expect(kind);
        let again = copies.copy(request()).await.expect(kind);
        assert_eq!(again.snapshot(), first.snapshot(), "{kind}");
        copies.end.add_permits(1);
        let ended = end(&operations, first.name().as_str()).await.expect(kind);
        let late = copies.copy(request()).await.expect(kind);
        assert_eq!(late.snapshot(), &ended, "{kind}");
        assert_eq!((again.await, late.await), (done("taken"), done("taken")), "{kind}");
        assert_eq!(copies.counts(), (1, 1), "{kind}: (validated, run)");
        assert_eq!(list(&operations).await, [ended], "{kind}");

        let other = copies.copy(CopyRequest::new("taken", "id-2")).await.expect_err(kind);
        assert_eq!(told(&other), (Code::AlreadyExists, "ALREADY_EXISTS".into()), "{kind}: it is validated");
    }
}

/// A hundred calls at once, on two replicas: one record, one run, one answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_of_calls_with_one_request_id_starts_one_operation_p035() {
    for (kind, store, _folder) in each_store().await {
        let here = open(&store, |builder| builder).await;
        let there = open(&store, |builder| builder).await;
        let copies = Copies::new(&here);
        let replicas = [copies.clone(), copies.on(&there)];
        let calls = (0..100).map(|n| replicas[n % 2].copy(CopyRequest::new("d", "id")));
        let answers = join_all(calls).await;
        let names: HashSet<_> = answers.iter().map(|answer| answer.as_ref().expect(kind).name()).collect();
        assert_eq!(names.len(), 1, "{kind}");
        copies.end.add_permits(100);
        for answer in &answers {
            assert_eq!(answer.clone().expect(kind).await, done("d"), "{kind}");
        }
        assert_eq!(copies.counts().1, 1, "{kind}");
        assert_eq!(list(&there).await.len(), 1, "{kind}");
    }
}

/// Both calls have looked the id up, and found nothing: the store decides, and the second is answered with the first one's operation.
#[tokio::test(start_paused = true)]
async fn a_call_that_loses_the_race_after_its_look_is_answered_with_the_winner_p035() {
    let store = store();
    let here = open(&store, |builder| builder).await;
    let there = open(&store.another_way(), |builder| builder).await;
    let copies = Copies::new(&here);
    let creating = store.hold_next_request(Call::Create);
    let (second, first) = tokio::join!(copies.copy(CopyRequest::new("d", "id")), async {
        creating.reached().await;
        let first = copies.on(&there).copy(CopyRequest::new("d", "id")).await;
        creating.release();
        first
    });
    assert_eq!(second.unwrap().snapshot(), first.unwrap().snapshot());
    settle().await;
    assert_eq!(copies.counts(), (2, 1));
}

/// The second call's look finds nothing, and its validation finds what the first one has done meanwhile: it is answered all the same.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_for_what_its_twin_has_done_is_answered_with_the_twin_p035() {
    let (operations, store) = engine().await;
    let copies = Copies::new(&operations);
    let look = store.hold_next_reply(Call::LookUp);
    let (second, first) = tokio::join!(copies.copy(CopyRequest::new("taken", "id")), async {
        look.reached().await;
        let first = copies.copy(CopyRequest::new("taken", "id")).await;
        settle().await;
        look.release();
        first
    });
    assert_eq!(second.unwrap().name(), first.unwrap().name());
    assert_eq!(copies.counts(), (2, 1));
}

/// The order of a map's entries is not the request's, and its field of another value is.
#[tokio::test(start_paused = true)]
async fn another_request_under_the_same_id_is_refused_and_names_the_field_p036() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let first = copies.copy(CopyRequest::new("d", "id")).await.unwrap();
    for _ in 0..20 {
        assert_eq!(copies.copy(CopyRequest::new("d", "id")).await.unwrap().name(), first.name());
    }
    let mut relabelled = CopyRequest::new("d", "id");
    relabelled.labels.insert("1".into(), "another".into());
    for another in [CopyRequest::new("e", "id"), relabelled] {
        let refused = copies.copy(another).await.unwrap_err();
        assert_eq!(told(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
        assert!(refused.message().contains("request_id") && !refused.message().contains(first.name().id()));
    }
    assert_eq!(copies.counts().0, 1, "none of them was validated");
}

/// An id is the method's and the parent's: elsewhere it is another one.
#[tokio::test(start_paused = true)]
async fn ids_of_other_methods_and_parents_do_not_meet_p035() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let under = |parent: &str| CopyRequest { parent: parent.to_owned(), ..CopyRequest::new("d", "id") };
    let mut names = HashSet::new();
    for parent in ["", "projects/p", "projects/q"] {
        names.insert(copies.copy(under(parent)).await.unwrap().name().clone());
    }
    names.insert(copies.copy_alone(under("projects/p")).await.unwrap().name().clone());
    assert_eq!(names.len(), 4);
}

/// No id is no promise.
#[tokio::test(start_paused = true)]
async fn calls_without_an_id_start_an_operation_each_p035() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let first = copies.copy(CopyRequest::new("d", "")).await.unwrap();
    assert_ne!(copies.copy(CopyRequest::new("d", "")).await.unwrap().name(), first.name());
}

#[tokio::test(start_paused = true)]
async fn an_id_is_short_visible_ascii_p035() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    for id in ["a b", "a\n", "\u{e9}", &"x".repeat(129)] {
        let refused = copies.copy(CopyRequest::new("d", id)).await.unwrap_err();
        assert_eq!(told(&refused), (Code::InvalidArgument, "INVALID_REQUEST_ID".into()), "{id:?}");
    }
    for id in ["6f1d0a3e-5b0c-4f3e-8f4d-0a8a4c7be1d2", &"x".repeat(128)] {
        copies.copy(CopyRequest::new("d", id)).await.unwrap();
    }
    assert_eq!(copies.counts().0, 2);
}

/// An operation that is gone is not done again, and its id never answers with another one (P-066), whether it still runs or not.
#[tokio::test]
async fn the_id_of_a_deleted_operation_is_spent_p066() {
    for (kind, store, _folder) in each_store().await {
        let operations = open(&store, |builder| builder).await;
        let copies = Copies::new(&operations);
        let first = copies.copy(CopyRequest::new("d", "id")).await.expect(kind);
        operations.delete(first.name().as_str()).await.expect(kind);
        for state in ["hidden, and running", "done"] {
            let refused = copies.copy(CopyRequest::new("d", "id")).await.expect_err(kind);
            assert_eq!(told(&refused), (Code::AlreadyExists, "REQUEST_ID_SPENT".into()), "{kind}: {state}");
            assert!(refused.message().contains(first.name().as_str()), "{kind}: {state}");
            let another = copies.copy(CopyRequest::new("e", "id")).await.expect_err(kind);
            assert_eq!(told(&another).1, "REQUEST_ID_REUSED", "{kind}: {state}");
            copies.end.add_permits(1);
            // The run is over when its permit is taken and its end is written.
            operations.shutdown(Duration::from_secs(60)).await;
        }
        assert_eq!(copies.counts(), (1, 1), "{kind}");
    }
}

/// A request id is remembered for as long as the builder says after the operation has expired, and starts a new one from then on.
#[tokio::test(start_paused = true)]
async fn the_id_of_an_expired_operation_is_spent_until_it_is_forgotten_p066() {
    let (retention, keep) = (Duration::from_secs(3_600), Duration::from_secs(600));
    let store = store();
    let operations = open(&store, |builder| builder.retention(retention).keep_request_ids(keep)).await;
    let copies = Copies::new(&operations);
    copies.end.add_permits(2);
    let call = || copies.copy(CopyRequest::new("d", "id"));
    let first = call().await.unwrap();
    end(&operations, first.name().as_str()).await.unwrap();
    tokio::time::sleep(retention - Duration::from_secs(1)).await;
    assert_eq!(call().await.unwrap().name(), first.name(), "it is still there");
    for wait in [Duration::from_secs(2), keep - Duration::from_secs(20)] {
        tokio::time::sleep(wait).await;
        assert_eq!(told(&call().await.unwrap_err()).1, "REQUEST_ID_SPENT", "after {wait:?}");
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    let second = call().await.unwrap();
    assert_ne!(second.name(), first.name());
    assert_eq!(second.await, done("d"));
}

/// The store did not confirm any try, and the caller was told so. A retry must neither be refused nor run the work twice: it finds
/// the operation, and soon that it was interrupted.
#[tokio::test(start_paused = true)]
async fn a_retry_of_a_call_that_was_never_confirmed_finds_its_operation_p035() {
    let (operations, store) = engine().await;
    let copies = Copies::new(&operations);
    store.lose_next_reply(Call::Create);
    for _ in 0..4 {
        store.lose_next_request(Call::Create);
    }
    let refused = copies.copy(CopyRequest::new("d", "id")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let found = copies.copy(CopyRequest::new("d", "id")).await.unwrap();
    let ended = end(&operations, found.name().as_str()).await.unwrap();
    assert_eq!(error(&ended), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
    assert_eq!(copies.counts().1, 0);
}

/// A lost reply is asked for again by name: the call is the operation's first, and runs it.
#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_create_with_an_id_runs_once_p035() {
    for applied in [true, false] {
        let (operations, store) = engine().await;
        let copies = Copies::new(&operations);
        if applied {
            store.lose_next_reply(Call::Create)
        } else {
            store.lose_next_request(Call::Create)
        }
        copies.end.add_permits(1);
        let operation = copies.copy(CopyRequest::new("d", "id")).await.unwrap();
        assert_eq!(operation.await, done("d"));
        assert_eq!((copies.counts().1, list(&operations).await.len()), (1, 1));
    }
}

/// An id cannot be looked up: the call is refused, and leaves nothing.
#[tokio::test(start_paused = true)]
async fn an_id_that_cannot_be_looked_up_refuses_the_call_p027_p048() {
    let (operations, store) = engine().await;
    let copies = Copies::new(&operations);
    settle().await;
    store.outage(true);
    let refused = copies.copy(CopyRequest::new("d", "id")).await.unwrap_err();
    assert_eq!(told(&refused), (Code::Unavailable, "STORE_UNAVAILABLE".into()));
    store.outage(false);
    assert_eq!(copies.counts(), (0, 0));
    assert!(list(&operations).await.is_empty());
}

/// A retry of a call whose operation has failed is answered with the failure.
#[tokio::test(start_paused = true)]
async fn a_retry_of_a_call_whose_operation_has_failed_is_answered_with_the_error_p035() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let first = copies.copy(CopyRequest::new("d", "id")).await.unwrap();
    first.cancel().await.unwrap();
    end(&operations, first.name().as_str()).await.unwrap();
    let again = copies.copy(CopyRequest::new("d", "id")).await.unwrap();
    assert!(
        matches!(&again.snapshot().outcome, Some(Outcome::Error(error)) if error.code() == Code::Cancelled)
    );
}
