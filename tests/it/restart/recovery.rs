//! What a worker that is gone has left runs again, once, as it was started.

use std::time::Duration;

use lro_runtime::Code;
use lro_runtime::store::MemoryStore;
use tokio::time::Instant;

use super::{LEASE, RECOVERED, replica};
use crate::support::restarts::{Copies, CopyResponse, copied, endless};
use crate::support::{Call, FaultyStore, end, error, open, settle, store};

#[tokio::test(start_paused = true)]
async fn an_interrupted_handler_runs_again_elsewhere_within_a_lease_and_two_seconds() {
    let store = store();
    let gone = replica(&store, |ctx, _| async move {
        ctx.update(|metadata| metadata.copied = 2).await?;
        std::future::pending().await
    })
    .await;
    let witness = replica(&store.another_way(), |ctx, request| async move {
        assert_eq!(ctx.metadata(|metadata| metadata.copied), 2, "it goes on from the last metadata");
        copied(ctx, request).await
    })
    .await;
    let operation = gone.start().await;
    settle().await;
    let before = Instant::now();
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(before.elapsed() <= RECOVERED, "{:?}", before.elapsed());
    let response = CopyResponse { parts: 3, attempt: 2 };
    let stored = snapshot.outcome.unwrap();
    let lro_runtime::Outcome::Response(stored) = stored else { panic!("{stored:?}") };
    assert_eq!(prost::Message::decode(stored.value), Ok(response));
    assert_eq!((gone.runs(), witness.runs()), (1, 1));
}

/// P-027 is of the call: the hook was asked when the operation was started, and what runs again has perhaps changed what it looks at.
#[tokio::test(start_paused = true)]
async fn what_runs_again_is_not_validated_again() {
    let store = store();
    let gone = replica(&store, endless).await;
    let witness = replica(&store.another_way(), copied).await;
    let operation = gone.start().await;
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder).await;
    end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!((gone.validated(), witness.validated()), (1, 0));
}

/// A new process on the store of a killed one: it has its worker's row for a lease, and then the work.
#[tokio::test(start_paused = true)]
async fn the_next_process_goes_on_with_what_the_last_one_left() {
    let memory = FaultyStore::new(MemoryStore::with_clock(crate::support::TokioClock::new()));
    let last = replica(&memory, endless).await;
    let mut names = Vec::new();
    for _ in 0..40 {
        names.push(last.start().await.name().to_string());
    }
    memory.outage(true);
    let next = replica(&memory.another_way(), copied).await;
    let operations = open(&memory.another_way(), |builder| builder).await;
    for name in names {
        assert!(end(&operations, &name).await.unwrap().outcome.is_some());
    }
    assert_eq!((last.runs(), next.runs()), (40, 40), "each once more, and no one twice");
}

/// Many replicas find the same work: one compare-and-set decides.
#[tokio::test(start_paused = true)]
async fn replicas_that_claim_at_once_run_it_once() {
    for _ in 0..20 {
        let store = store();
        let gone = replica(&store, endless).await;
        let mut witnesses = Vec::new();
        for _ in 0..4 {
            witnesses.push(replica(&store.another_way(), copied).await);
        }
        let operation = gone.start().await;
        store.outage(true);
        let operations = open(&store.another_way(), |builder| builder).await;
        end(&operations, operation.name().as_str()).await.unwrap();
        assert_eq!(witnesses.iter().map(Copies::runs).sum::<u32>(), 1);
    }
}

/// A claim that was applied, and whose reply was lost, is this worker's.
#[tokio::test(start_paused = true)]
async fn a_claim_without_a_reply_is_run_once_by_who_made_it() {
    let store = store();
    let gone = replica(&store, endless).await;
    let way = store.another_way();
    let witness = replica(&way, copied).await;
    let operation = gone.start().await;
    store.outage(true);
    way.lose_next_reply(Call::Turn);
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(lro_runtime::Outcome::Response(_))), "{snapshot:?}");
    assert_eq!(witness.runs(), 1);
}

/// D9 and I7: an acknowledged cancel outlives the process that was to stop.
#[tokio::test(start_paused = true)]
async fn a_cancelled_operation_ends_without_another_run() {
    let store = store();
    let gone = replica(&store, endless).await;
    let witness = replica(&store.another_way(), copied).await;
    let operation = gone.start().await;
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder).await;
    operations.cancel(operation.name().as_str()).await.unwrap();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Cancelled, "OPERATION_CANCELLED".into()));
    assert_eq!(witness.runs(), 0);
}

/// The write that claims tells of a cancel that came after the list was read.
#[tokio::test(start_paused = true)]
async fn a_cancel_between_the_look_and_the_claim_stops_the_run() {
    let store = store();
    let gone = replica(&store, endless).await;
    let way = store.another_way();
    let witness = replica(&way, copied).await;
    let operation = gone.start().await;
    store.outage(true);
    let claim = way.hold_next_request(Call::Turn);
    claim.reached().await;
    let operations = open(&store.another_way(), |builder| builder).await;
    operations.cancel(operation.name().as_str()).await.unwrap();
    claim.release();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot).0, Code::Cancelled);
    assert_eq!(witness.runs(), 0);
}

/// D6: Delete hides, and does not stop the work.
#[tokio::test(start_paused = true)]
async fn a_deleted_operation_runs_to_its_end_also_elsewhere() {
    let store = store();
    let gone = replica(&store, endless).await;
    let (ran, mut runs) = tokio::sync::mpsc::unbounded_channel();
    let _witness = replica(&store.another_way(), move |ctx, request| {
        let ran = ran.clone();
        async move {
            ran.send(ctx.attempt()).unwrap();
            copied(ctx, request).await
        }
    })
    .await;
    let operation = gone.start().await;
    operation.operations().delete(operation.name().as_str()).await.unwrap();
    store.outage(true);
    assert_eq!(runs.recv().await, Some(2));
}

/// An operation that waited for its turn never ran: nothing of it was interrupted.
#[tokio::test(start_paused = true)]
async fn what_waited_elsewhere_runs_for_the_first_time() {
    let store = store();
    let gone = Copies::new(&open(&store, |builder| builder.lease(LEASE).running(1)).await, endless);
    gone.run().await;
    let first = gone.start().await;
    let waiting = gone.start().await;
    settle().await;
    assert_eq!(gone.runs(), 1);
    store.outage(true);
    let witness = replica(&store.another_way(), copied).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let attempts = [first, waiting].map(|operation| operation.name().to_string());
    for (name, attempt) in attempts.iter().zip([2, 1]) {
        let snapshot = end(&operations, name).await.unwrap();
        let Some(lro_runtime::Outcome::Response(stored)) = snapshot.outcome else { panic!("{name}") };
        assert_eq!(prost::Message::decode(stored.value), Ok(CopyResponse { parts: 3, attempt }));
    }
    assert_eq!(witness.runs(), 2);
}

/// A worker takes what it can run, and leaves the rest to others.
#[tokio::test(start_paused = true)]
async fn a_full_worker_leaves_the_work_to_others() {
    let store = store();
    let gone = replica(&store, endless).await;
    let mut names = Vec::new();
    for _ in 0..6 {
        names.push(gone.start().await.name().to_string());
    }
    store.outage(true);
    let full = open(&store.another_way(), |builder| builder.lease(LEASE).running(2)).await;
    let full = Copies::new(&full, endless);
    full.run().await;
    tokio::time::sleep(RECOVERED * 2).await;
    assert_eq!(full.runs(), 2);
    let other = replica(&store.another_way(), copied).await;
    tokio::time::sleep(RECOVERED + Duration::from_secs(1)).await;
    assert_eq!(other.runs(), 4);
}
