//! Private state, from one attempt to the next (D8).

use std::sync::{Arc, Mutex};

use lro_runtime::{Code, Outcome};
use tokio::sync::oneshot;

use super::replica;
use crate::support::restarts::{CopyMetadata, copied};
use crate::support::{Call, end, open, settle, store};

#[tokio::test(start_paused = true)]
async fn the_newest_checkpoint_is_restored_and_clients_never_see_it() {
    let store = store();
    let gone = replica(&store, |ctx, _| async move {
        assert_eq!(ctx.restore::<i64>()?, None, "the first attempt has none");
        for part in 1..=3_i64 {
            ctx.checkpoint(&part).await?;
        }
        assert_eq!(ctx.restore::<i64>()?, None, "it is what the attempt began with");
        std::future::pending().await
    })
    .await;
    let restored = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&restored);
    let _witness = replica(&store.another_way(), move |ctx, request| {
        *seen.lock().unwrap() = ctx.restore::<i64>().unwrap();
        copied(ctx, request)
    })
    .await;
    let operation = gone.start().await;
    settle().await;
    let running = operation.operations().get(operation.name().as_str()).await.unwrap();
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(*restored.lock().unwrap(), Some(3));
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))));
    assert_eq!(running.metadata, snapshot.metadata);
}

/// A worker that was condemned while it was paused, and wakes up before its operation is claimed, writes once more. That write is
/// accepted and acknowledged, and so it is not lost.
#[tokio::test(start_paused = true)]
async fn what_was_kept_between_the_look_and_the_claim_is_restored() {
    let store = store();
    let (wake, woken) = oneshot::channel::<()>();
    let (kept, keeps) = oneshot::channel();
    let once = Mutex::new(Some((woken, kept)));
    let paused = replica(&store, move |ctx, _| {
        let (woken, kept) = once.lock().unwrap().take().expect("it runs once");
        async move {
            ctx.checkpoint(&1_i64).await?;
            woken.await.unwrap();
            ctx.update(|metadata| metadata.copied = 2).await?;
            ctx.checkpoint(&2_i64).await?;
            kept.send(()).unwrap();
            std::future::pending().await
        }
    })
    .await;
    let way = store.another_way();
    let found = Arc::new(Mutex::new(None));
    let finds = Arc::clone(&found);
    let _witness = replica(&way, move |ctx, request| {
        let metadata = ctx.metadata(|metadata| metadata.copied);
        *finds.lock().unwrap() = Some((metadata, ctx.restore::<i64>().unwrap()));
        copied(ctx, request)
    })
    .await;
    let operation = paused.start().await;
    settle().await;
    store.outage(true);
    let claim = way.hold_next_request(Call::Turn);
    claim.reached().await;
    store.outage(false);
    wake.send(()).unwrap();
    keeps.await.expect("what it keeps is accepted, since nobody has claimed the operation");
    claim.release();
    let operations = open(&store.another_way(), |builder| builder).await;
    end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(*found.lock().unwrap(), Some((2, Some(2))));
}

/// Another build's state is no state of this one's.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_of_another_type_is_an_error() {
    let store = store();
    let gone = replica(&store, |ctx, _| async move {
        ctx.checkpoint(&CopyMetadata { copied: 7 }).await?;
        std::future::pending().await
    })
    .await;
    let _witness = replica(&store.another_way(), |ctx, request| async move {
        let error = ctx.restore::<i64>().unwrap_err();
        assert_eq!(
            (error.code(), error.reason().as_deref()),
            (Code::Internal, Some("CHECKPOINT_NOT_RESTORABLE"))
        );
        assert_eq!(ctx.restore::<CopyMetadata>()?, Some(CopyMetadata { copied: 7 }));
        copied(ctx, request).await
    })
    .await;
    let operation = gone.start().await;
    settle().await;
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
}

/// A checkpoint is one when it is durable: through an outage the handler waits, while progress does not.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_waits_for_the_store() {
    let store = store();
    let copies = replica(&store, |ctx, request| async move {
        ctx.update(|metadata| metadata.copied = 1).await?;
        ctx.checkpoint(&1_i64).await?;
        copied(ctx, request).await
    })
    .await;
    let held = store.hold_next_request(Call::Progress);
    let operation = copies.start().await;
    held.reached().await;
    store.refuse_next(Call::Progress);
    store.refuse_next(Call::Progress);
    held.release();
    settle().await;
    assert!(!operation.operations().get(operation.name().as_str()).await.unwrap().is_done());
    assert_eq!(operation.await.unwrap().attempt, 1);
}
