//! Durable starts beside a raw group commit, reads, and what a payload costs. Compare ratios inside one run.

#![expect(clippy::disallowed_methods, reason = "a benchmark's callers are tasks of its own")]

#[path = "support/callers.rs"]
mod callers;
#[path = "support/raw.rs"]
mod raw;
#[path = "support/starts.rs"]
mod starts;
#[path = "support/ten.rs"]
mod ten;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use lro_runtime::Payload as _;
use lro_runtime::store::{MemoryStore, SqliteStore};
use tokio::runtime::Runtime;

use self::callers::timed;
use self::starts::{PENDING, started};
use self::ten::{done, open, ten};

fn starts(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("durable start on SQLite");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(5));
    group.sampling_mode(SamplingMode::Flat);
    for callers in [1, 16, 256] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bench.db");
        let operations =
            runtime.block_on(async { open(SqliteStore::open(&path).await.expect("the store opens")).await });
        group.bench_with_input(BenchmarkId::new("start", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let operations = operations.clone();
                async move {
                    let mut elapsed = Duration::ZERO;
                    for begun in (0..calls).step_by(PENDING) {
                        elapsed += started(&operations, callers, (calls - begun).min(PENDING as u64)).await;
                    }
                    elapsed
                }
            });
        });
        let writer = raw::Writer::open(&folder.path().join("raw.db"));
        group.bench_with_input(BenchmarkId::new("raw group commit", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let writer = writer.clone();
                let insert = move || {
                    let writer = writer.clone();
                    async move { writer.insert().await }
                };
                timed(vec![insert; callers], calls)
            });
        });
    }
    group.finish();
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
        let started = runtime.block_on(done(&operations));
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
        let name = done(&operations).await;
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
