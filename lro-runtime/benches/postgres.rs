//! Durable starts and ends on PostgreSQL, beside raw batched writes to the same server. Compare ratios inside one run.
//!
//! `LRO_TEST_POSTGRES` names a database; without it the benchmark starts a server of its own.

#![expect(clippy::disallowed_methods, reason = "a benchmark's callers are tasks of its own")]

#[path = "support/callers.rs"]
mod callers;
#[path = "support/raw_postgres.rs"]
mod raw;
#[path = "../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod server;
#[path = "support/starts.rs"]
mod starts;
#[path = "support/ten.rs"]
#[expect(dead_code, reason = "shared with other benchmarks")]
mod ten;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use lro_runtime::store::PostgresStore;
use tokio::runtime::Runtime;

use self::callers::timed;
use self::server::{Server, in_schema};
use self::starts::{PENDING, started};
use self::ten::{answer, open};

fn writes(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    // Kept to the end. The tests' servers do not sync; this one does, as a real one.
    let server = std::env::var("LRO_TEST_POSTGRES").is_err().then(|| {
        let server = Server::start();
        runtime.block_on(async {
            server.stop().await;
            server.set("fsync = on\nfull_page_writes = on\nshared_buffers = 512MB\nmax_wal_size = 4GB\n");
            server.start_again().await;
        });
        server
    });
    let database = server.as_ref().map_or_else(server::database, Server::database);
    let raw = runtime.block_on(raw::Writer::open(&database));

    let mut group = c.benchmark_group("durable start on PostgreSQL");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(5));
    group.sampling_mode(SamplingMode::Flat);
    for callers in [1, 16, 256] {
        let operations = runtime.block_on(async {
            let url = in_schema(&database, &format!("start_{callers}_{}", uuid::Uuid::new_v4().simple()));
            open(PostgresStore::connect(&url).await.expect("the store opens")).await
        });
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
        group.bench_with_input(BenchmarkId::new("raw batches", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let raw = raw.clone();
                let insert = move || {
                    let raw = raw.clone();
                    async move { drop(raw.insert().await) }
                };
                timed(vec![insert; callers], calls)
            });
        });
    }
    group.finish();

    let mut group = c.benchmark_group("start to done on PostgreSQL");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(5));
    group.sampling_mode(SamplingMode::Flat);
    for callers in [1, 16, 256] {
        let operations = runtime.block_on(async {
            let url = in_schema(&database, &format!("done_{callers}_{}", uuid::Uuid::new_v4().simple()));
            open(PostgresStore::connect(&url).await.expect("the store opens")).await
        });
        group.bench_with_input(BenchmarkId::new("start to done", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let operations = operations.clone();
                let run = move || {
                    let operation = answer(operations.clone());
                    async move { drop(operation.await.expect("it starts").await.expect("it ends")) }
                };
                timed(vec![run; callers], calls)
            });
        });
        group.bench_with_input(BenchmarkId::new("raw batches", callers), &callers, |b, &callers| {
            b.to_async(&runtime).iter_custom(|calls| {
                let raw = raw.clone();
                let write = move || {
                    let raw = raw.clone();
                    async move { raw.update(raw.insert().await).await }
                };
                timed(vec![write; callers], calls)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, writes);
criterion_main!(benches);
