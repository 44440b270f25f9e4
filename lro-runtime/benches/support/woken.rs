//! An end in one engine that wakes a waiter in another one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lro_runtime::Operations;
use tokio::sync::Semaphore;

use crate::starts::hold;

/// The time of a start in one engine, and of the way from the handler's end to a waiter in another one. What lies between is not
/// counted: there the waiter subscribes.
pub(crate) async fn woken(starter: &Operations, waiter: &Operations) -> Duration {
    let released = Arc::new(Semaphore::new(0));
    let begin = Instant::now();
    let operation = hold(starter.clone(), Arc::clone(&released)).await.expect("it starts");
    let started = begin.elapsed();
    let (name, waiter) = (operation.name().clone(), waiter.clone());
    let waiting = tokio::spawn(async move {
        let snapshot = waiter.wait(name.as_str(), None).await.expect("it answers");
        assert!(snapshot.is_done());
        Instant::now()
    });
    tokio::time::sleep(Duration::from_millis(5)).await;
    let begin = Instant::now();
    released.add_permits(1);
    started + (waiting.await.expect("it waits") - begin)
}
