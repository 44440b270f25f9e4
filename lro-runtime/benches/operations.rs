//! Durable starts beside a raw group commit, reads, and what a payload costs. Compare ratios inside one run.

#![expect(clippy::disallowed_methods, reason = "a benchmark's callers are tasks of its own")]

#[path = "support/raw.rs"]
mod raw;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use lro_runtime::store::{MemoryStore, SqliteStore, Store};
use lro_runtime::{Operations, Payload, Status, long_running};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc};

/// A message of ten fields, as metadata often is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.bench.v1")]
struct Ten {
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

fn ten() -> Ten {
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
async fn hold(operations: Operations, released: Arc<Semaphore>) -> Result<(), Status> {
    // The benchmark never closes the semaphore.
    released.acquire().await.map_err(|_| Status::internal("closed"))?.forget();
    Ok(())
}

/// Ends at once.
#[long_running(service = "lro.bench.v1.Bench", operations = operations)]
async fn answer(operations: Operations) -> Result<Ten, Status> {
    Ok(ten())
}

async fn open(store: impl Store) -> Operations {
    Operations::builder().running(usize::MAX).open_store(store).await.expect("the engine opens")
}

/// The time that `callers` concurrent callers need for `calls` calls together.
async fn timed<F: Future<Output = ()> + Send>(
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

fn starts(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("durable start on SQLite");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(5));
    // Samples of one size: a longer one than all before it would measure how the kernel gives memory.
    group.sampling_mode(SamplingMode::Flat);
    for callers in [1, 16, 256] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bench.db");
        let operations =
            runtime.block_on(async { open(SqliteStore::open(&path).await.expect("the store opens")).await });
        group.bench_with_input(BenchmarkId::new("start", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| started(operations.clone(), callers, calls));
        });
        let writer = raw::Writer::open(&folder.path().join("raw.db"));
        group.bench_with_input(BenchmarkId::new("raw group commit", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let writer = writer.clone();
                timed(callers, calls, move || {
                    let writer = writer.clone();
                    async move { writer.insert().await }
                })
            });
        });
    }
    group.finish();
}

/// The time of the starts alone; then their operations end, so that the next sample finds the memory free.
async fn started(operations: Operations, callers: u64, calls: u64) -> Duration {
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

fn reads(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let mut group = c.benchmark_group("get");
    let (memory, sqlite) = runtime.block_on(async {
        let sqlite = SqliteStore::open(folder.path().join("bench.db")).await.expect("the store opens");
        (open(MemoryStore::new()).await, open(sqlite).await)
    });
    for (name, operations) in [("memory", memory), ("SQLite", sqlite)] {
        let started = runtime.block_on(async {
            let operation = answer(operations.clone()).await.expect("it starts");
            let name = operation.name().to_string();
            operation.await.expect("it ends");
            name
        });
        group.bench_function(name, |b| {
            b.to_async(&runtime).iter(|| async { black_box(operations.get(&started).await) });
        });
    }
    group.finish();
}

fn payloads(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let (operations, snapshot) = runtime.block_on(async {
        let operations = open(MemoryStore::new()).await;
        let operation = answer(operations.clone()).await.expect("it starts");
        let name = operation.name().to_string();
        operation.await.expect("it ends");
        let snapshot = operations.get(&name).await.expect("it is there");
        (operations, snapshot)
    });
    let message = ten();
    let mut group = c.benchmark_group("a message of ten fields");
    group.bench_function("encode", |b| b.iter(|| black_box(&message).to_wire()));
    group.bench_function("render in its operation", |b| {
        b.iter(|| operations.to_json(black_box(&snapshot)));
    });
    group.finish();
}

criterion_group!(benches, starts, reads, payloads);
criterion_main!(benches);
