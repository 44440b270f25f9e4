//! Cancel: a durable mark, a handler that may stop in its own time, a grace, and one winner.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lro_runtime::{Code, Outcome, Status};
use tokio::sync::oneshot;

use crate::support::works::{done, start, start_endless, start_waiting};
use crate::support::{end, engine, error, open, settle, store};

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_is_dropped_after_the_grace_p054_p190() {
    let store = store();
    let operations = open(&store, |builder| builder.cancel_grace(Duration::from_secs(5))).await;
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = SetOnDrop(Arc::clone(&dropped));
    let operation = start(&operations, |_| async move {
        let _flag = flag;
        std::future::pending().await
    })
    .await
    .unwrap();
    operation.cancel().await.unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(
        !operation.poll().await.unwrap().result.is_some_and(|_| true),
        "P-053, P-059: not before the grace is over"
    );
    assert!(!dropped.load(Ordering::SeqCst));
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Cancelled, "OPERATION_CANCELLED".into()), "P-201");
    assert!(dropped.load(Ordering::SeqCst), "CANCELLED is written only after the handler is gone");
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_hears_of_the_cancel_and_decides_its_end_p055_p191() {
    let (operations, _store) = engine().await;
    for (result, code) in [
        (done("finished all the same"), None),
        (Err(Status::cancelled("cleaned up")), Some(Code::Cancelled)),
        (Err(Status::data_loss("the undo failed")), Some(Code::DataLoss)),
    ] {
        let operation = start(&operations, |ctx| async move {
            ctx.cancelled().await;
            assert!(ctx.is_cancelled());
            result
        })
        .await
        .unwrap();
        operation.cancel().await.unwrap();
        assert_eq!(operation.await.err().map(|error| error.code()), code);
    }
}

#[tokio::test(start_paused = true)]
async fn cancel_is_idempotent_and_without_effect_on_what_is_done_p056_p057_p058() {
    let (operations, _store) = engine().await;
    let endless = start_endless(&operations).await;
    for _ in 0..3 {
        endless.cancel().await.unwrap();
    }
    let (operation, ending) = start_waiting(&operations).await;
    ending.send(done("well")).unwrap();
    let before = end(&operations, operation.name().as_str()).await.unwrap();
    operation.cancel().await.unwrap();
    settle().await;
    assert_eq!(operations.get(operation.name().as_str()).await.unwrap(), before);
    let unknown = operations.cancel("operations/unknown").await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound, "P-044");
    let malformed = operations.cancel("nonsense").await.unwrap_err();
    assert_eq!(malformed.code(), Code::InvalidArgument, "P-045");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_operation_is_visible_and_cancelled_without_a_run() {
    let store = store();
    let operations = open(&store, |builder| builder.running(1)).await;
    let (first, ending) = start_waiting(&operations).await;
    let ran = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ran);
    let second = start(&operations, |_| async move {
        flag.store(true, Ordering::SeqCst);
        done("")
    })
    .await
    .unwrap();
    settle().await;
    assert!(operations.get(second.name().as_str()).await.is_ok());
    second.cancel().await.unwrap();
    let snapshot = end(&operations, second.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot).0, Code::Cancelled);
    ending.send(done("")).unwrap();
    first.await.unwrap();
    settle().await;
    assert!(!ran.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn a_cancel_from_another_replica_arrives() {
    let store = store();
    let here = open(&store, |builder| builder).await;
    let there = open(&store.another_way(), |builder| builder).await;
    let (cancelled, heard) = oneshot::channel();
    let operation = start(&here, |ctx| async move {
        ctx.cancelled().await;
        cancelled.send(()).expect("the test listens");
        done("stopped")
    })
    .await
    .unwrap();
    there.cancel(operation.name().as_str()).await.unwrap();
    heard.await.unwrap();
    let snapshot = end(&there, operation.name().as_str()).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))));
}
