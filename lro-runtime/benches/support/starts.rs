//! Starts of operations that run until they have been counted.

use std::sync::Arc;
use std::time::Duration;

use lro_runtime::{Operations, Status, long_running};
use tokio::sync::{Semaphore, mpsc};

use crate::callers::timed;

/// Runs until it is released, outside the measured time.
#[long_running(service = "lro.bench.v1.Bench", operations = operations)]
pub(crate) async fn hold(operations: Operations, released: Arc<Semaphore>) -> Result<(), Status> {
    // The benchmark never closes the semaphore.
    released.acquire().await.map_err(|_| Status::internal("closed"))?.forget();
    Ok(())
}

/// The most operations that are pending at once. More would measure how the kernel hands out memory.
pub(crate) const PENDING: usize = 10_000;

/// The time of the starts alone; then their operations end.
pub(crate) async fn started(operations: &Operations, callers: usize, calls: u64) -> Duration {
    let released = Arc::new(Semaphore::new(0));
    let (names, mut started) = mpsc::unbounded_channel();
    let elapsed = {
        let (operations, released) = (operations.clone(), Arc::clone(&released));
        let start = move || {
            let start = hold(operations.clone(), Arc::clone(&released));
            let names = names.clone();
            async move { drop(names.send(start.await.expect("it starts").name().clone())) }
        };
        timed(vec![start; callers], calls).await
    };
    released.add_permits(calls as usize);
    while let Some(name) = started.recv().await {
        operations.wait(name.as_str(), None).await.expect("it ends");
    }
    elapsed
}
