//! Graceful shutdowns: work goes on elsewhere at once, and no attempt is lost by it.

use std::time::Duration;

use lro_runtime::Outcome;
use tokio::time::Instant;

use super::{LEASE, replica};
use crate::support::restarts::{Copies, copied, endless};
use crate::support::{end, open, settle, store};

/// Less than a beat: by the notification, not by the lease.
#[tokio::test(start_paused = true)]
async fn a_shutdown_hands_over_at_once() {
    let store = store();
    let leaving = replica(&store, endless).await;
    let staying = replica(&store.another_way(), copied).await;
    let operation = leaving.start().await;
    settle().await;
    let before = Instant::now();
    operation.operations().shutdown(Duration::ZERO).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
    assert_eq!(staying.runs(), 1);
}

/// The handler has the grace to end by itself; what only waits has no use for it.
#[tokio::test(start_paused = true)]
async fn what_ends_within_the_grace_is_not_handed_over_and_what_waits_is_at_once() {
    let store = store();
    let leaving = open(&store, |builder| builder.lease(LEASE).running(1)).await;
    let leaving = Copies::new(&leaving, |ctx, request| async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        copied(ctx, request).await
    });
    leaving.run().await;
    let running = leaving.start().await;
    let waiting = leaving.start().await;
    settle().await;
    let staying = replica(&store.another_way(), copied).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let before = Instant::now();
    let shutdown = running.operations().shutdown(Duration::from_secs(10));
    let (waited, ()) = tokio::join!(end(&operations, waiting.name().as_str()), shutdown);
    assert!(matches!(waited.unwrap().outcome, Some(Outcome::Response(_))));
    let elapsed = before.elapsed();
    assert!(elapsed > Duration::from_secs(4) && elapsed < Duration::from_secs(6), "{elapsed:?}");
    end(&operations, running.name().as_str()).await.unwrap();
    assert_eq!((leaving.runs(), staying.runs()), (1, 1));
}

/// The method may run three times; five deploys are no crash.
#[tokio::test(start_paused = true)]
async fn hand_overs_do_not_count_as_attempts_lost() {
    let store = store();
    let first = replica(&store.another_way(), endless).await;
    let operation = first.start().await;
    let name = operation.name().to_string();
    let mut leaving = operation.operations().clone();
    for _ in 0..5 {
        leaving.shutdown(Duration::ZERO).await;
        let next = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
        let copies = Copies::new(&next, endless);
        copies.run().await;
        while copies.runs() == 0 {
            settle().await;
        }
        leaving = next;
    }
    leaving.shutdown(Duration::ZERO).await;
    let _last = replica(&store.another_way(), copied).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, &name).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
}

/// A cancel that the handler was still to obey is obeyed by whoever claims next.
#[tokio::test(start_paused = true)]
async fn a_cancel_is_handed_over_too() {
    let store = store();
    let leaving = replica(&store, endless).await;
    let staying = replica(&store.another_way(), copied).await;
    let operation = leaving.start().await;
    settle().await;
    operation.cancel().await.unwrap();
    settle().await;
    operation.operations().shutdown(Duration::ZERO).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(crate::support::error(&snapshot).0, lro_runtime::Code::Cancelled);
    assert_eq!(staying.runs(), 0);
}
