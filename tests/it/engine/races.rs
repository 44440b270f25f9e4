//! Races, forced: each interleaving is held open at the store and repeated.

use std::time::Duration;

use lro_runtime::{Code, Outcome};

use crate::support::works::{WorkResponse, done, start, start_waiting};
use crate::support::{Call, end, engine, error, open, settle, store};

const ROUNDS: usize = 50;

/// The handler has returned and its end is on the way to the store when the cancel is applied: the response stands.
#[tokio::test(start_paused = true)]
async fn a_completion_that_was_first_beats_the_cancel_p188_p189() {
    for _ in 0..ROUNDS {
        let (operations, store) = engine().await;
        let (operation, ending) = start_waiting(&operations).await;
        let completion = store.hold_next_request(Call::Complete);
        ending.send(done("well")).unwrap();
        completion.reached().await;
        operation.cancel().await.unwrap();
        settle().await;
        completion.release();
        let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
        assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))));
    }
}

/// The cancel's write is on its way when the completion is applied: it finds the operation done, and is without effect.
#[tokio::test(start_paused = true)]
async fn a_cancel_that_comes_second_is_ok_and_without_effect_p057_p058() {
    for _ in 0..ROUNDS {
        let (operations, store) = engine().await;
        let (operation, ending) = start_waiting(&operations).await;
        let cancel = store.hold_next_request(Call::Cancel);
        let (cancelled, before) = tokio::join!(operation.cancel(), async {
            cancel.reached().await;
            ending.send(done("well")).unwrap();
            let before = end(&operations, operation.name().as_str()).await.unwrap();
            cancel.release();
            before
        });
        cancelled.unwrap();
        settle().await;
        assert_eq!(operations.get(operation.name().as_str()).await.unwrap(), before);
    }
}

/// The grace ends in the very instant in which the handler returns: one of the two is written, and stays.
#[tokio::test(start_paused = true)]
async fn the_end_of_the_grace_and_the_handlers_return_have_one_winner_p188() {
    let grace = Duration::from_secs(10);
    for round in 0..ROUNDS {
        let store = store();
        let operations = open(&store, |builder| builder.cancel_grace(grace)).await;
        let operation = start(&operations, move |ctx| async move {
            ctx.cancelled().await;
            tokio::time::sleep(grace + Duration::from_millis(round as u64 % 3) - Duration::from_millis(1))
                .await;
            done("late")
        })
        .await
        .unwrap();
        operation.cancel().await.unwrap();
        let first = end(&operations, operation.name().as_str()).await.unwrap();
        match (&first.outcome, round % 3) {
            (Some(Outcome::Response(_)), 0 | 1) => {}
            (Some(Outcome::Error(error)), 1 | 2) => assert_eq!(error.code(), Code::Cancelled),
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(grace).await;
        assert_eq!(operations.get(operation.name().as_str()).await.unwrap(), first, "P-022");
    }
}

/// The operation is deleted while its end is on the way: the end does not bring it back.
#[tokio::test(start_paused = true)]
async fn a_completion_after_a_delete_brings_nothing_back_p063() {
    for _ in 0..ROUNDS {
        let (operations, store) = engine().await;
        let (operation, ending) = start_waiting(&operations).await;
        let completion = store.hold_next_request(Call::Complete);
        ending.send(done("unseen")).unwrap();
        completion.reached().await;
        operations.delete(operation.name().as_str()).await.unwrap();
        completion.release();
        settle().await;
        assert_eq!(operation.poll().await.unwrap_err().code(), Code::NotFound);
        assert!(operations.list(&Default::default()).await.unwrap().operations.is_empty());
    }
}

/// The operation ends between the waiter's look and its sleep.
#[tokio::test(start_paused = true)]
async fn an_end_between_the_look_and_the_sleep_wakes_the_waiter_p073() {
    for _ in 0..ROUNDS {
        let (operations, store) = engine().await;
        let (operation, ending) = start_waiting(&operations).await;
        let name = operation.name().as_str();
        let look = store.hold_next_reply(Call::Get);
        let before = tokio::time::Instant::now();
        let (snapshot, ()) = tokio::join!(operations.wait(name, None), async {
            // The look has read "not done", and its answer is held until the end is durable and was told.
            look.reached().await;
            ending.send(done("well")).unwrap();
            settle().await;
            look.release();
        });
        assert!(snapshot.unwrap().is_done());
        assert!(before.elapsed() < Duration::from_secs(1), "no sweep was needed");
    }
}

/// Two workers end the same operation: the one that lost its claim writes nothing.
#[tokio::test(start_paused = true)]
async fn of_two_completions_the_fenced_one_is_dropped_p188() {
    for _ in 0..ROUNDS {
        let store = store();
        let first = open(&store, |builder| builder).await;
        let (operation, ending) = start_waiting(&first).await;
        let completion = store.hold_next_request(Call::Complete);
        ending.send(done("too late")).unwrap();
        completion.reached().await;
        // The first worker is cut off from the store for longer than its lease; the second one takes over.
        store.outage(true);
        let second = open(&store.another_way(), |builder| builder).await;
        let snapshot = end(&second, operation.name().as_str()).await.unwrap();
        assert_eq!(error(&snapshot), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
        store.outage(false);
        completion.release();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(second.get(operation.name().as_str()).await.unwrap(), snapshot, "P-022");
    }
}

/// A turn to run is on its way to the store when the cancel is acknowledged: no attempt starts.
#[tokio::test(start_paused = true)]
async fn no_attempt_starts_after_an_acknowledged_cancel() {
    for _ in 0..ROUNDS {
        let store = store();
        let operations = open(&store, |builder| builder.running(1)).await;
        let (_first, ending) = start_waiting(&operations).await;
        let second = start(&operations, |_| async { panic!("it runs") }).await.unwrap();
        settle().await;
        let turn = store.hold_next_request(Call::Turn);
        ending.send(done("")).unwrap();
        turn.reached().await;
        second.cancel().await.unwrap();
        turn.release();
        let ended: Result<WorkResponse, _> = second.await;
        assert_eq!(ended.unwrap_err().code(), Code::Cancelled);
    }
}

/// The last metadata and the end are one write: nobody sees one without the other.
#[tokio::test(start_paused = true)]
async fn a_reader_sees_one_version_p051() {
    let (operations, store) = engine().await;
    let (go_on, gone_on) = tokio::sync::oneshot::channel::<()>();
    let operation = start(&operations, |ctx| async move {
        ctx.update(|metadata| metadata.percent = 40).await?;
        gone_on.await.expect("the test goes on");
        let last = ctx.clone();
        // Not awaited to its end: the value goes with the end.
        tokio::select! {
            biased;
            _ = last.update(|metadata| metadata.percent = 100) => {}
            () = std::future::ready(()) => {}
        }
        done("well")
    });
    let operation = operation.await.unwrap();
    settle().await;
    let written = store.hold_next_request(Call::Complete);
    let answered = store.hold_next_reply(Call::Complete);
    go_on.send(()).unwrap();
    written.reached().await;
    let before = operation.poll().await.unwrap();
    assert!(before.result.is_none() && before.metadata.percent == 40, "{before:?}");
    written.release();
    settle().await;
    assert!(!answered.is_reached(), "there is one write of the end");
    let after = operation.poll().await.unwrap();
    assert!(after.result.is_some() && after.metadata.percent == 100, "{after:?}");
}
