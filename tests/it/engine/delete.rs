//! Delete forgets an operation, and does not stop its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lro_runtime::Code;
use tokio::sync::oneshot;

use crate::support::works::{done, start};
use crate::support::{engine, settle};

#[tokio::test(start_paused = true)]
async fn the_work_goes_on_and_the_record_never_reappears_p061_p062_p063_p064() {
    let (operations, _store) = engine().await;
    let (go_on, gone_on) = oneshot::channel::<()>();
    let finished = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&finished);
    let operation = start(&operations, |ctx| async move {
        gone_on.await.expect("the test goes on");
        ctx.update(|metadata| metadata.percent = 50).await?;
        flag.store(true, Ordering::SeqCst);
        done("unseen")
    })
    .await
    .unwrap();
    let name = operation.name().as_str();
    operations.delete(name).await.unwrap();
    let gone = |code: Code| assert_eq!(code, Code::NotFound);
    for _ in 0..2 {
        gone(operations.get(name).await.unwrap_err().code());
        gone(operations.wait(name, None).await.unwrap_err().code());
        gone(operations.cancel(name).await.unwrap_err().code());
        gone(operations.delete(name).await.unwrap_err().code());
        assert!(operations.list(&Default::default()).await.unwrap().operations.is_empty());
        if !finished.load(Ordering::SeqCst) {
            // The second round looks after the work has ended.
            break;
        }
    }
    go_on.send(()).unwrap();
    settle().await;
    assert!(finished.load(Ordering::SeqCst), "P-061");
    gone(operations.get(name).await.unwrap_err().code());
    gone(operations.delete(name).await.unwrap_err().code());
    assert!(operations.list(&Default::default()).await.unwrap().operations.is_empty());
}
