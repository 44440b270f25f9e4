//! Shutdown: no new work, a grace for the old, and an end for what is left.

use std::time::Duration;

use lro_runtime::Code;
use tokio::time::Instant;

use crate::support::works::{done, start, start_endless, start_waiting};
use crate::support::{engine, error, open, settle, store};

#[tokio::test(start_paused = true)]
async fn what_ends_within_the_grace_keeps_its_result_and_the_rest_is_interrupted_p199() {
    let store = store();
    let operations = open(&store, |builder| builder.running(2)).await;
    let quick = start(&operations, |_| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        done("in time")
    })
    .await
    .unwrap();
    let endless = start_endless(&operations).await;
    let waiting = start(&operations, |_| std::future::pending()).await.unwrap();
    let before = Instant::now();
    operations.shutdown(Duration::from_secs(10)).await;
    assert_eq!(before.elapsed().as_secs(), 10);
    assert_eq!(quick.poll().await.unwrap().result, Some(done("in time")));
    for interrupted in [endless, waiting] {
        let snapshot = operations.get(interrupted.name().as_str()).await.unwrap();
        assert_eq!(error(&snapshot), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
    }
    let refused = start(&operations, |_| async { done("") }).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason().as_deref()), (Code::Unavailable, Some("SHUTTING_DOWN")));
}

#[tokio::test(start_paused = true)]
async fn an_idle_engine_stops_at_once_and_waiters_are_answered_early() {
    let store = store();
    let here = open(&store, |builder| builder).await;
    let there = open(&store.another_way(), |builder| builder).await;
    let (operation, _ending) = start_waiting(&there).await;
    let before = Instant::now();
    let (snapshot, ()) = tokio::join!(here.wait(operation.name().as_str(), None), async {
        settle().await;
        here.shutdown(Duration::from_secs(10)).await;
    });
    assert!(!snapshot.unwrap().is_done());
    assert!(before.elapsed() < Duration::from_secs(1));
}

/// A store that is gone does not hold the process up for ever; the next engine ends what was left.
#[tokio::test(start_paused = true)]
async fn a_shutdown_during_an_outage_ends_and_the_next_engine_finds_the_rest() {
    let (operations, store) = engine().await;
    let operation = start_endless(&operations).await;
    store.outage(true);
    let before = Instant::now();
    operations.shutdown(Duration::from_secs(1)).await;
    assert!(before.elapsed() < Duration::from_secs(20));
    let next = open(&store.another_way(), |builder| builder).await;
    let snapshot = crate::support::end(&next, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
}

/// Without a handle nothing can be started; what runs ends in peace, and the lease is given back.
#[tokio::test(start_paused = true)]
async fn dropping_the_last_handle_lets_the_work_end() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    let (operation, ending) = start_waiting(&operations).await;
    let name = operation.name().to_string();
    drop((operation, operations));
    let witness = open(&store.another_way(), |builder| builder).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!witness.get(&name).await.unwrap().is_done(), "its heartbeat goes on");
    ending.send(done("in peace")).unwrap();
    let snapshot = crate::support::end(&witness, &name).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(lro_runtime::Outcome::Response(_))));
}
