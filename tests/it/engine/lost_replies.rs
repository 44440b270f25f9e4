//! A store that does not confirm: no second operation, none that is stuck, none that was promised and is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lro_runtime::{Code, Operations, Snapshot};

use crate::support::works::{WorkMetadata, done, start, start_waiting};
use crate::support::{Call, end, engine, error, open, settle, store};

async fn list(operations: &Operations) -> Vec<Snapshot> {
    operations.list(&Default::default()).await.unwrap().operations
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_create_makes_one_operation_that_runs_once() {
    for applied in [true, false] {
        let (operations, store) = engine().await;
        if applied {
            store.lose_next_reply(Call::Create);
        } else {
            store.lose_next_request(Call::Create);
        }
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let operation = start(&operations, |_| async move {
            counted.fetch_add(1, Ordering::SeqCst);
            done("once")
        })
        .await
        .unwrap();
        assert_eq!(operation.await, done("once"));
        assert_eq!((runs.load(Ordering::SeqCst), list(&operations).await.len()), (1, 1));
    }
}

/// The create was applied, but no try was confirmed: the caller is told UNAVAILABLE, and nothing stays behind (P-027), even when the
/// removal needs a second try.
#[tokio::test(start_paused = true)]
async fn a_create_that_is_never_confirmed_is_undone() {
    let (operations, store) = engine().await;
    store.lose_next_reply(Call::Create);
    for _ in 0..4 {
        store.lose_next_request(Call::Create);
    }
    let refused = start(&operations, |_| async { panic!("it runs") }).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "P-048");
    store.lose_next_request(Call::Complete);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(list(&operations).await.is_empty(), "removed by the reconciliation");
}

/// The create was applied, and before the second try its worker was condemned and another one took the operation: it exists, and the
/// caller is told of it. Found by the simulation.
#[tokio::test(start_paused = true)]
async fn a_create_whose_operation_was_taken_before_it_was_confirmed_is_answered_with_it() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    store.lose_next_reply(Call::Create);
    let again = store.hold_next_request(Call::Create);
    let starting = start(&operations, |_| async { panic!("it runs") });
    let taking = async {
        again.reached().await;
        store.outage(true);
        let other = open(&store.another_way(), |builder| builder).await;
        let name = list(&other).await[0].name.clone();
        let taken = end(&other, name.as_str()).await.unwrap();
        again.release();
        taken
    };
    let (started, taken) = tokio::join!(starting, taking);
    assert_eq!(error(&taken).1, "OPERATION_INTERRUPTED");
    assert_eq!(*started.unwrap().snapshot(), taken);
}

#[tokio::test(start_paused = true)]
async fn a_refused_create_is_unavailable_and_leaves_nothing_p048() {
    let (operations, store) = engine().await;
    store.refuse_next(Call::Create);
    let refused = start(&operations, |_| async { panic!("it runs") }).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(list(&operations).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_completion_ends_the_operation_once_with_its_result() {
    for applied in [true, false] {
        let (operations, store) = engine().await;
        let (operation, ending) = start_waiting(&operations).await;
        if applied {
            store.lose_next_reply(Call::Complete);
        } else {
            store.lose_next_request(Call::Complete);
        }
        ending.send(done("well")).unwrap();
        let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
        assert_eq!(operation.await, done("well"));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(list(&operations).await, [snapshot], "P-022");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_turn_runs_the_operation_once() {
    for applied in [true, false] {
        let store = store();
        let operations = open(&store, |builder| builder.running(1)).await;
        let (_first, ending) = start_waiting(&operations).await;
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let second = start(&operations, |_| async move {
            counted.fetch_add(1, Ordering::SeqCst);
            done("second")
        })
        .await
        .unwrap();
        settle().await;
        if applied {
            store.lose_next_reply(Call::Turn);
        } else {
            store.lose_next_request(Call::Turn);
        }
        ending.send(done("")).unwrap();
        assert_eq!(second.await, done("second"));
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }
}

/// Handlers go on through an outage that is longer than the lease, and their results are written after it.
#[tokio::test(start_paused = true)]
async fn an_outage_longer_than_the_lease_loses_no_result_and_robs_no_healthy_worker() {
    let store = store();
    let here = open(&store, |builder| builder).await;
    let neighbours_way = store.another_way();
    let there = open(&neighbours_way, |builder| builder).await;
    let (operation, ending) = start_waiting(&here).await;
    let updating = start(&here, |ctx| async move {
        for percent in 1..=60 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            ctx.update(|metadata| metadata.percent = percent).await?;
        }
        done("through")
    })
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_secs(20)).await;
    store.outage(true);
    neighbours_way.outage(true);
    assert_eq!(here.get(operation.name().as_str()).await.unwrap_err().code(), Code::Unavailable, "P-048");
    tokio::time::sleep(Duration::from_secs(20)).await;
    ending.send(done("well")).unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    store.outage(false);
    neighbours_way.outage(false);
    assert!(end(&there, operation.name().as_str()).await.unwrap().is_done());
    assert_eq!(operation.await, done("well"));
    assert_eq!(updating.clone().await, done("through"));
    assert_eq!(updating.poll().await.unwrap().metadata, WorkMetadata { percent: 60 });
}
