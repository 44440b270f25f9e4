//! Private state, from one attempt to the next (D8).

use std::sync::{Arc, Mutex};

use lro_runtime::{Code, Outcome};

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
