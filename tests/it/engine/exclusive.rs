//! Exclusive keys: one live operation for each, until it has really ended (P-033).

use std::collections::HashSet;

use futures_util::future::join_all;
use lro_runtime::{Code, Status};

use crate::support::keyed::{Copies, CopyRequest};
use crate::support::works::done;
use crate::support::{Call, each_store, end, engine, open, settle, store};

fn assert_in_progress(refused: &Status, first: &str) {
    assert_eq!(refused.code(), Code::Aborted);
    assert_eq!(refused.reason().as_deref(), Some("OPERATION_IN_PROGRESS"));
    assert!(refused.message().contains(first), "{}", refused.message());
}

fn request(disk: &str) -> CopyRequest {
    CopyRequest::new(disk, "")
}

#[tokio::test]
async fn a_second_start_is_refused_and_named_the_first_until_that_has_ended_p033() {
    for (kind, store, _folder) in each_store().await {
        let here = open(&store, |builder| builder).await;
        let there = open(&store, |builder| builder).await;
        let copies = Copies::new(&here);
        let first = copies.copy_alone(request("d")).await.expect(kind);
        let refused = copies.on(&there).copy_alone(request("d")).await.expect_err(kind);
        assert_in_progress(&refused, first.name().as_str());
        let other = copies.copy_alone(request("e")).await.expect(kind);
        copies.copy_in_time(request("d")).await.expect("a key is its method's");
        copies.end.add_permits(4);
        end(&here, first.name().as_str()).await.expect(kind);
        assert_eq!(other.await, done("e"), "{kind}");
        copies.copy_alone(request("d")).await.expect(kind);
        assert_eq!(there.list(&Default::default()).await.expect(kind).operations.len(), 4, "{kind}");
    }
}

/// A hundred starts at once: one runs, and it is the one that all others are told of.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_for_a_key_has_one_winner_p033() {
    for (kind, store, _folder) in each_store().await {
        let operations = open(&store, |builder| builder).await;
        let copies = Copies::new(&operations);
        let (won, lost): (Vec<_>, Vec<_>) = join_all((0..100).map(|_| copies.copy_alone(request("d"))))
            .await
            .into_iter()
            .partition(Result::is_ok);
        let winner = won[0].as_ref().expect(kind).clone();
        assert_eq!((won.len(), lost.len()), (1, 99), "{kind}");
        for refused in lost {
            assert_in_progress(&refused.expect_err(kind), winner.name().as_str());
        }
        copies.end.add_permits(100);
        assert_eq!(winner.await, done("d"), "{kind}");
        assert_eq!(copies.counts().1, 1, "{kind}");
    }
}

/// Delete hides, and stops nothing: two handlers would run if it freed the key (I6).
#[tokio::test(start_paused = true)]
async fn a_deleted_operation_keeps_its_key_until_it_ends_p033() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let first = copies.copy_alone(request("d")).await.unwrap();
    operations.delete(first.name().as_str()).await.unwrap();
    settle().await;
    assert_in_progress(&copies.copy_alone(request("d")).await.unwrap_err(), first.name().as_str());
    copies.end.add_permits(1);
    settle().await;
    copies.copy_alone(request("d")).await.unwrap();
}

/// A cancel asks for a stop: the key is free when the handler has stopped, not before.
#[tokio::test(start_paused = true)]
async fn a_cancelled_operation_keeps_its_key_until_it_ends_p033() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let first = copies.copy_alone(request("d")).await.unwrap();
    first.cancel().await.unwrap();
    settle().await;
    assert_in_progress(&copies.copy_alone(request("d")).await.unwrap_err(), first.name().as_str());
    end(&operations, first.name().as_str()).await.unwrap();
    copies.copy_alone(request("d")).await.unwrap();
}

/// What waits for its turn has its key already.
#[tokio::test(start_paused = true)]
async fn a_waiting_operation_has_its_key_p033() {
    let store = store();
    let operations = open(&store, |builder| builder.running(1)).await;
    let copies = Copies::new(&operations);
    copies.copy_alone(request("d")).await.unwrap();
    let waiting = copies.copy_alone(request("e")).await.unwrap();
    assert_in_progress(&copies.copy_alone(request("e")).await.unwrap_err(), waiting.name().as_str());
}

/// A retry of the call that has the key is that call, and is not in its own way.
#[tokio::test(start_paused = true)]
async fn a_retry_with_a_request_id_is_not_refused_by_its_own_key_p033_p035() {
    let (operations, store) = engine().await;
    let copies = Copies::new(&operations);
    let call = || copies.copy_alone(CopyRequest::new("d", "id"));
    let first = call().await.unwrap();
    assert_eq!(call().await.unwrap().name(), first.name());
    let another = copies.copy_alone(CopyRequest::new("d", "another")).await.unwrap_err();
    assert_in_progress(&another, first.name().as_str());
    copies.end.add_permits(2);
    end(&operations, first.name().as_str()).await.unwrap();
    assert_eq!(call().await.unwrap().await, done("d"));
    // A refused call has not used its id up.
    let second = copies.copy_alone(CopyRequest::new("d", "another")).await.unwrap();
    assert_ne!(second.name(), first.name());

    let names: HashSet<_> = [first.name(), second.name()].into_iter().cloned().collect();
    let listed = operations.list(&Default::default()).await.unwrap().operations;
    assert_eq!(listed.into_iter().map(|operation| operation.name).collect::<HashSet<_>>(), names);
    drop(store);
}

/// The reply to the creation is lost: the second try meets its own record, not a rival.
#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_an_exclusive_create_is_no_conflict_p033() {
    for applied in [true, false] {
        let (operations, store) = engine().await;
        let copies = Copies::new(&operations);
        if applied {
            store.lose_next_reply(Call::Create)
        } else {
            store.lose_next_request(Call::Create)
        }
        copies.end.add_permits(1);
        assert_eq!(copies.copy_alone(request("d")).await.unwrap().await, done("d"));
        assert_eq!(copies.counts().1, 1);
    }
}
