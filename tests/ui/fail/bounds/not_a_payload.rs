//! Responses and metadata have a protobuf form.

use lro_runtime::{Context, Operations, Status, long_running};

struct Snapshot;
struct Progress;

#[long_running(service = "acme.v1.Disks", operations = operations, catalog = false)]
async fn take_snapshot(operations: Operations) -> Result<Snapshot, Status> {
    Ok(Snapshot)
}

#[long_running(service = "acme.v1.Disks", operations = operations, catalog = false)]
async fn copy(operations: Operations, ctx: Context<Progress>) -> Result<(), Status> {
    Ok(())
}

fn main() {}
