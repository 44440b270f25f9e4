//! The expansion stays quiet under every lint that a user may deny: it compiles, and that is the test.

#![deny(
    warnings,
    unused,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    non_snake_case,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unsafe_code,
    clippy::all,
    clippy::pedantic
)]

use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};

/// How far a copy is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.lints.v1")]
struct Progress {
    /// In percent.
    #[payload(tag = 1)]
    percent: u32,
}

/// A service.
#[derive(Clone, Debug)]
struct Disks {
    operations: Operations,
}

/// What a service of disks does.
#[async_trait::async_trait]
trait Copies {
    /// Copies a disk.
    async fn copy_boxed(&self, disk: String) -> Result<Operation<(), Progress>, Status>;
}

impl Disks {
    /// Copies a disk.
    #[long_running(service = "lro.tests.lints.v1.Disks", parent = disk)]
    async fn copy(&self, ctx: Context<Progress>, mut disk: String) -> Result<(), Status> {
        disk.push('s');
        ctx.update(|progress| progress.percent = 100).await
    }
}

#[async_trait::async_trait]
impl Copies for Disks {
    #[long_running(service = "lro.tests.lints.v1.Disks", parent = disk, validate = check(&disk).await)]
    async fn copy_boxed(&self, disk: String, ctx: Context<Progress>) -> Result<(), Status> {
        tracing::info!("{self:?}");
        ctx.update(|progress| progress.percent = 100).await
    }
}

async fn check(disk: &str) -> Result<(), Status> {
    std::future::ready(if disk.is_empty() { Err(Status::invalid_argument("no disk")) } else { Ok(()) }).await
}

#[tokio::test(start_paused = true)]
async fn the_quiet_handlers_run() {
    let disks = Disks { operations: Operations::open("memory:").await.unwrap() };
    disks.copy("disks/d".into()).await.unwrap().await.unwrap();
    disks.copy_boxed("disks/d".into()).await.unwrap().await.unwrap();
    assert!(disks.copy_boxed(String::new()).await.is_err());
}
