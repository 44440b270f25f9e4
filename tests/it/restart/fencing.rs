//! After a claim no write of the old attempt is accepted, and its handler is told and stopped.

use std::sync::{Arc, Mutex};

use lro_runtime::store::{Guard, Patch, Store as _, Written};
use lro_runtime::{Code, Outcome};
use tokio::sync::oneshot;

use super::{LEASE, replica};
use crate::support::restarts::{CopyResponse, copied};
use crate::support::{end, open, settle, store};

/// A worker that is paused past its lease, as the store sees it, and wakes up with something to write.
#[tokio::test(start_paused = true)]
async fn a_worker_that_wakes_up_writes_nothing_and_is_stopped() {
    let store = store();
    let (wake, woken) = oneshot::channel::<()>();
    let (told, tells) = oneshot::channel();
    let once = Arc::new(Mutex::new(Some((woken, told))));
    let paused = replica(&store, move |ctx, request| {
        let once = once.lock().unwrap().take();
        async move {
            let Some((woken, told)) = once else { return copied(ctx, request).await };
            woken.await.unwrap();
            let update = ctx.update(|metadata| metadata.copied = 99).await;
            let checkpoint = ctx.checkpoint(&99_i64).await;
            told.send((update, checkpoint)).unwrap();
            Ok(CopyResponse { parts: 99, attempt: 99 })
        }
    })
    .await;
    let operation = paused.start().await;
    settle().await;
    store.outage(true);
    let (end_it, ends) = oneshot::channel::<()>();
    let ends = Mutex::new(Some(ends));
    let witness = replica(&store.another_way(), move |ctx, request| {
        let ends = ends.lock().unwrap().take();
        async move {
            assert_eq!(ctx.restore::<i64>()?, None);
            ends.expect("it runs once").await.unwrap();
            copied(ctx, request).await
        }
    })
    .await;
    while witness.runs() == 0 {
        tokio::time::sleep(LEASE / 3).await;
    }
    // It wakes: its way to the store is open again, and its handler writes before anybody has told it.
    store.outage(false);
    wake.send(()).unwrap();
    let over = tells.await;
    if let Ok((update, checkpoint)) = over {
        assert_eq!(update.unwrap_err().code(), Code::Aborted);
        assert_eq!(checkpoint.unwrap_err().code(), Code::Aborted);
    }
    for patch in [
        Patch { metadata: Some(lro_runtime::Any::new("a.B", "")), ..Patch::default() },
        Patch { state: Some(bytes::Bytes::from_static(b"x")), ..Patch::default() },
        Patch { worker: Some(None), ..Patch::default() },
        Patch { outcome: Some(Outcome::Error(lro_runtime::Status::internal("late"))), ..Patch::default() },
    ] {
        let written = store.update(operation.name(), Guard::Attempt(1), patch).await.unwrap();
        assert!(matches!(written, Written::Refused(head) if head.attempt == 2), "{written:?}");
    }
    end_it.send(()).unwrap();
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    let Some(Outcome::Response(stored)) = snapshot.outcome else { panic!("{:?}", snapshot.outcome) };
    assert_eq!(prost::Message::decode(stored.value), Ok(CopyResponse { parts: 3, attempt: 2 }));
    assert_eq!((paused.runs(), witness.runs()), (1, 1));
}
