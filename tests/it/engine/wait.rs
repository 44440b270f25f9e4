//! Wait: pushed, bounded, and never an error at its limit.

use std::time::Duration;

use lro_runtime::Code;
use tokio::time::Instant;

use crate::support::works::{done, start_endless, start_waiting};
use crate::support::{engine, open, settle, store};

#[tokio::test(start_paused = true)]
async fn the_limit_answers_with_the_latest_state_p067_p068_p069_p072() {
    let store = store();
    let operations = open(&store, |builder| builder.wait_cap(Duration::from_secs(60))).await;
    let operation = start_endless(&operations).await;
    let name = operation.name().as_str();
    for (timeout, waited) in [(Some(0), 0), (Some(5), 5), (Some(3_600), 60), (None, 60)] {
        let before = Instant::now();
        let snapshot = operations.wait(name, timeout.map(Duration::from_secs)).await.unwrap();
        assert!(!snapshot.is_done());
        assert_eq!(before.elapsed().as_secs(), waited, "{timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_wakes_every_waiter_on_every_replica_at_once() {
    let store = store();
    let here = open(&store, |builder| builder).await;
    let there = open(&store.another_way(), |builder| builder).await;
    let (operation, ending) = start_waiting(&here).await;
    let name = operation.name().as_str();
    let before = Instant::now();
    let waits = (0..100)
        .map(|n| if n % 2 == 0 { &here } else { &there })
        .map(|operations| operations.wait(name, None));
    let (snapshots, ()) = tokio::join!(futures_util::future::join_all(waits), async {
        settle().await;
        ending.send(done("well")).unwrap();
    });
    assert!(snapshots.into_iter().all(|snapshot| snapshot.unwrap().is_done()));
    assert!(before.elapsed() < Duration::from_secs(1), "no sweep was needed");
}

/// The clock stands still, and goes on by itself when everything waits for it.
#[tokio::test(start_paused = true)]
async fn get_and_list_never_wait_p050() {
    let (operations, _store) = engine().await;
    let operation = start_endless(&operations).await;
    let before = Instant::now();
    assert!(!operations.get(operation.name().as_str()).await.unwrap().is_done());
    assert_eq!(operations.list(&Default::default()).await.unwrap().operations.len(), 1);
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_operation_wakes_its_waiters_with_not_found_p074() {
    let (operations, _store) = engine().await;
    let operation = start_endless(&operations).await;
    let name = operation.name().as_str();
    let before = Instant::now();
    let (waited, ()) = tokio::join!(operations.wait(name, None), async {
        settle().await;
        operations.delete(name).await.unwrap();
    });
    assert_eq!(waited.unwrap_err().code(), Code::NotFound);
    assert!(before.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_hangs_up_changes_nothing_p074() {
    let (operations, _store) = engine().await;
    let (operation, ending) = start_waiting(&operations).await;
    let name = operation.name().as_str();
    let hung_up = tokio::time::timeout(Duration::from_secs(1), operations.wait(name, None)).await;
    assert!(hung_up.is_err());
    ending.send(done("well")).unwrap();
    assert_eq!(operation.await, done("well"));
}

#[tokio::test(start_paused = true)]
async fn too_many_waiters_are_answered_early_p071_p075() {
    let store = store();
    let operations = open(&store, |builder| builder.waiters(1)).await;
    let operation = start_endless(&operations).await;
    let name = operation.name().as_str();
    let before = Instant::now();
    let (_, early) = tokio::join!(operations.wait(name, Some(Duration::from_secs(30))), async {
        settle().await;
        let snapshot = operations.wait(name, Some(Duration::from_secs(30))).await.unwrap();
        assert!(!snapshot.is_done());
        before.elapsed()
    });
    assert!(early < Duration::from_secs(1));
}

/// Whoever awaits an operation in this process waits, also when clients have taken every place.
#[tokio::test(start_paused = true)]
async fn an_awaited_operation_needs_no_waiters_place() {
    let store = store();
    let operations = open(&store, |builder| builder.waiters(0).wait_cap(Duration::from_secs(1))).await;
    let (operation, ending) = start_waiting(&operations).await;
    let (result, ()) = tokio::join!(operation.into_future(), async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        ending.send(done("well")).unwrap();
    });
    assert_eq!(result, done("well"));
}

/// A notification that was lost: the sweep behind the push tells, within a third of a lease.
#[tokio::test(start_paused = true)]
async fn a_lost_notification_is_made_good_by_the_sweep() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    let deaf = open(&store.deaf(), |builder| builder.lease(Duration::from_secs(15))).await;
    let (operation, ending) = start_waiting(&operations).await;
    let name = operation.name().as_str();
    let before = Instant::now();
    let (snapshot, ()) = tokio::join!(deaf.wait(name, None), async {
        settle().await;
        ending.send(done("well")).unwrap();
    });
    assert!(snapshot.unwrap().is_done());
    assert!(before.elapsed() <= Duration::from_secs(6), "{:?}", before.elapsed());
}
