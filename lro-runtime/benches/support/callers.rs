//! Callers that start operations, and what they start.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lro_runtime::store::Store;
use lro_runtime::{Operations, Payload, Status, long_running};
use tokio::sync::{Semaphore, mpsc};

/// A message of ten fields, as metadata often is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.bench.v1")]
pub(crate) struct Ten {
    #[payload(tag = 1)]
    name: String,
    #[payload(tag = 2)]
    size: i64,
    #[payload(tag = 3)]
    count: u32,
    #[payload(tag = 4)]
    ratio: f64,
    #[payload(tag = 5)]
    ready: bool,
    #[payload(tag = 6)]
    digest: Vec<u8>,
    #[payload(tag = 7)]
    create_time: Option<prost_types::Timestamp>,
    #[payload(tag = 8)]
    parts: Vec<String>,
    #[payload(tag = 9)]
    labels: std::collections::BTreeMap<String, String>,
    #[payload(tag = 10)]
    note: Option<String>,
}

pub(crate) fn ten() -> Ten {
    Ten {
        name: "projects/p/disks/d".into(),
        size: 1 << 40,
        count: 7,
        ratio: 0.5,
        ready: true,
        digest: vec![7; 32],
        create_time: Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 500_000_000 }),
        parts: (0..4).map(|part| format!("part-{part}")).collect(),
        labels: [("env", "prod"), ("team", "storage")].map(|(k, v)| (k.into(), v.into())).into(),
        note: Some("ten fields".into()),
    }
}

/// Runs until it is released, outside the measured time.
#[long_running(service = "lro.bench.v1.Bench", operations = operations)]
pub(crate) async fn hold(operations: Operations, released: Arc<Semaphore>) -> Result<(), Status> {
    // The benchmark never closes the semaphore.
    released.acquire().await.map_err(|_| Status::internal("closed"))?.forget();
    Ok(())
}

/// Ends at once.
#[long_running(service = "lro.bench.v1.Bench", operations = operations)]
pub(crate) async fn answer(operations: Operations) -> Result<Ten, Status> {
    Ok(ten())
}

pub(crate) async fn open(store: impl Store) -> Operations {
    Operations::builder().running(usize::MAX).open_store(store).await.expect("the engine opens")
}

/// The time that `callers` concurrent callers need for `calls` calls together.
pub(crate) async fn timed<F: Future<Output = ()> + Send>(
    callers: u64,
    calls: u64,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> Duration {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (call, share) = (call.clone(), calls / callers + u64::from(caller < calls % callers));
            tokio::spawn(async move {
                for _ in 0..share {
                    call().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the caller ends");
    }
    begin.elapsed()
}

/// The most operations that are pending at once. More would measure how the kernel hands out memory.
pub(crate) const PENDING: usize = 10_000;

/// The time of the starts alone; then their operations end.
pub(crate) async fn started(operations: &Operations, callers: u64, calls: u64) -> Duration {
    let released = Arc::new(Semaphore::new(0));
    let (names, mut started) = mpsc::unbounded_channel();
    let elapsed = timed(callers, calls, {
        let (operations, released) = (operations.clone(), Arc::clone(&released));
        move || {
            let start = hold(operations.clone(), Arc::clone(&released));
            let names = names.clone();
            async move { drop(names.send(start.await.expect("it starts").name().clone())) }
        }
    })
    .await;
    released.add_permits(calls as usize);
    while let Some(name) = started.recv().await {
        operations.wait(name.as_str(), None).await.expect("it ends");
    }
    elapsed
}
