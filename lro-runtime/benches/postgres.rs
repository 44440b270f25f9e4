//! Durable starts and ends on PostgreSQL, beside raw batched writes to the same server; the way of an end to a waiter of another replica;
//! several workers on one database. Compare ratios inside one run.
//!
//! `LRO_TEST_POSTGRES` names a database; without it the benchmark starts a server of its own.

#![expect(clippy::disallowed_methods, reason = "a benchmark's callers are tasks of its own")]

#[path = "support/callers.rs"]
mod callers;
#[path = "support/raw_postgres.rs"]
mod raw;
#[path = "support/raw_notify.rs"]
mod raw_notify;
#[path = "../../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod server;
#[path = "support/starts.rs"]
mod starts;
#[path = "support/ten.rs"]
#[expect(dead_code, reason = "shared with other benchmarks")]
mod ten;
#[path = "support/woken.rs"]
mod woken;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use lro_runtime::Operations;
use lro_runtime::store::PostgresStore;
use tokio::runtime::Runtime;

use self::callers::timed;
use self::server::{Server, in_schema};
use self::starts::{PENDING, started};
use self::ten::{answer, open};
use self::woken::woken;

const CALLERS: [usize; 3] = [1, 16, 256];

/// A server, and raw writes to it.
struct Database {
    runtime: Runtime,
    url: String,
    raw: raw::Writer,
    /// Kept to the end.
    _server: Option<Server>,
}

impl Database {
    fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        // The tests' servers do not sync; this one does, as a real one.
        let server = std::env::var("LRO_TEST_POSTGRES").is_err().then(|| {
            let server = Server::start();
            runtime.block_on(async {
                server.stop().await;
                server.set("fsync = on\nfull_page_writes = on\nshared_buffers = 512MB\nmax_wal_size = 4GB\n");
                server.start_again().await;
            });
            server
        });
        let url = server.as_ref().map_or_else(server::database, Server::database);
        let raw = runtime.block_on(raw::Writer::open(&url));
        Self { runtime, url, raw, _server: server }
    }

    /// Engines on one schema that is new.
    fn engines(&self, count: usize) -> Vec<Operations> {
        let url = in_schema(&self.url, &format!("bench_{}", uuid::Uuid::new_v4().simple()));
        self.runtime.block_on(async {
            let mut engines = Vec::new();
            for _ in 0..count {
                engines.push(open(PostgresStore::connect(&url).await.expect("the store opens")).await);
            }
            engines
        })
    }

    fn starts(&self, c: &mut Criterion) {
        let mut group = group(c, "durable start on PostgreSQL");
        for callers in CALLERS {
            let operations = self.engines(1).remove(0);
            group.bench_with_input(BenchmarkId::new("start", callers), &callers, |b, &callers| {
                b.to_async(&self.runtime).iter_custom(|calls| {
                    let operations = operations.clone();
                    async move {
                        let mut elapsed = Duration::ZERO;
                        for begun in (0..calls).step_by(PENDING) {
                            elapsed +=
                                started(&operations, callers, (calls - begun).min(PENDING as u64)).await;
                        }
                        elapsed
                    }
                });
            });
            group.bench_with_input(BenchmarkId::new("raw batches", callers), &callers, |b, &callers| {
                b.to_async(&self.runtime).iter_custom(|calls| {
                    let raw = self.raw.clone();
                    let insert = move || {
                        let raw = raw.clone();
                        async move { drop(raw.insert().await) }
                    };
                    timed(vec![insert; callers], calls)
                });
            });
        }
    }

    fn ends(&self, c: &mut Criterion) {
        let mut group = group(c, "start to done on PostgreSQL");
        for callers in CALLERS {
            let engines = self.engines(1);
            group.bench_with_input(BenchmarkId::new("start to done", callers), &callers, |b, &callers| {
                b.to_async(&self.runtime).iter_custom(|calls| done(&engines, callers, calls));
            });
            group.bench_with_input(BenchmarkId::new("raw batches", callers), &callers, |b, &callers| {
                b.to_async(&self.runtime).iter_custom(|calls| {
                    let raw = self.raw.clone();
                    let write = move || {
                        let raw = raw.clone();
                        async move { raw.update(raw.insert().await).await }
                    };
                    timed(vec![write; callers], calls)
                });
            });
        }
    }

    fn wake_ups(&self, c: &mut Criterion) {
        let mut group = group(c, "start to a waiter elsewhere on PostgreSQL");
        let engines = self.engines(2);
        group.bench_function("start, end and wake-up", |b| {
            b.to_async(&self.runtime).iter_custom(|calls| {
                let engines = engines.clone();
                async move {
                    let mut elapsed = Duration::ZERO;
                    for _ in 0..calls {
                        elapsed += woken(&engines[0], &engines[1]).await;
                    }
                    elapsed
                }
            });
        });
        let mut pair = self.runtime.block_on(raw_notify::Pair::open(&self.url));
        group.bench_function("raw insert, update and NOTIFY", |b| {
            b.iter_custom(|calls| {
                self.runtime.block_on(async {
                    let mut elapsed = Duration::ZERO;
                    for _ in 0..calls {
                        elapsed += pair.round_trip().await;
                    }
                    elapsed
                })
            });
        });
    }

    fn workers(&self, c: &mut Criterion) {
        const CALLERS: usize = 256;
        let mut group = group(c, "start to done by workers on one PostgreSQL");
        for workers in [1, 2, 4] {
            let engines = self.engines(workers);
            group.bench_with_input(BenchmarkId::new("workers", workers), &engines, |b, engines| {
                b.to_async(&self.runtime).iter_custom(|calls| done(engines, CALLERS, calls));
            });
        }
    }
}

/// The time of starts and ends by as many callers, who share the engines evenly.
fn done(engines: &[Operations], callers: usize, calls: u64) -> impl Future<Output = Duration> + use<> {
    let caller = |operations: Operations| {
        move || {
            let operation = answer(operations.clone());
            async move { drop(operation.await.expect("it starts").await.expect("it ends")) }
        }
    };
    let callers: Vec<_> = engines.iter().cycle().take(callers).cloned().map(caller).collect();
    timed(callers, calls)
}

fn group<'c>(c: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(5));
    group.sampling_mode(SamplingMode::Flat);
    group
}

fn benches(c: &mut Criterion) {
    let database = Database::start();
    database.starts(c);
    database.ends(c);
    database.wake_ups(c);
    database.workers(c);
}

criterion_group!(all, benches);
criterion_main!(all);
