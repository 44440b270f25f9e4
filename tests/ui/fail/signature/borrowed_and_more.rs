//! Every mistake of a signature at once: the handler outlives its call, and answers with a `Result`.

use lro_runtime::{Context, Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", operations = operations)]
async fn take_snapshot(operations: Operations, disk: &str, a: Context<()>, b: Context<()>) {}

#[long_running(service = "acme.v1.Disks", operations = operations, metadata = ())]
async fn copy(operations: Operations, ctx: Context<()>) -> Result<(), Status> {
    Ok(())
}

fn main() {}
